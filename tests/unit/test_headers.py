"""What callers ask for in headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from app.models.context import CacheControl
from app.problems.refusals import MalformedRequest
from app.routers.headers import (
    accepts,
    cache_control,
    file_name,
    idempotency_key,
    if_match,
    matches_none,
    preferences,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", CacheControl()),
        ("no-cache", CacheControl(no_cache=True)),
        ("no-store", CacheControl(no_cache=True)),
        ("No-Cache , MAX-AGE=5", CacheControl(no_cache=True, max_age=5)),
        ('max-age="5"', CacheControl(max_age=5)),
        ("max-age=-1, max-age", CacheControl()),
        ("max-age=1.5", CacheControl()),
        ("stale-if-error=0", CacheControl(stale_if_error=0)),
        ("only-if-cached", CacheControl(only_if_cached=True)),
    ],
)
def test_cache_control(value: str, expected: CacheControl) -> None:
    """Known directives are read, others ignored."""
    assert cache_control(value) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("wait=10", 10),
        ('respond-async, wait="10"', 10),
        ("WAIT = 10", 10),
        ("wait=0", 0),
        ("wait=1, wait=2", 1),
        ("wait=5; soon=yes", 5),
        ('later="a, wait=3"', None),
        ('", wait=4', 4),
        ("wait", None),
        ("wait=ten", None),
        ("wait=-1", None),
        ("", None),
    ],
)
def test_wait(value: str, seconds: float | None) -> None:
    """Whole seconds, or nothing."""
    assert preferences(value).wait == seconds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("respond-async", True),
        ("wait=10, Respond-Async", True),
        ('respond-async=""; soon="x"', True),
        ("respond-async=no, respond-async", False),
        ('later="respond-async"', False),
        ("respond-asynchronously", False),
        ("", False),
    ],
)
def test_respond_async(value: str, *, expected: bool) -> None:
    """A word of its own, without a value (RFC 7240 §4.1)."""
    assert preferences(value).respond_async is expected


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("abc", "abc"),
        ('"abc"', "abc"),
        ('"a\\"b"', 'a"b'),
        ('"', '"'),
        ("x" * 255, "x" * 255),
    ],
)
def test_idempotency_keys(value: str, key: str) -> None:
    """Quoted and bare are the same key."""
    assert idempotency_key([value]) == key
    assert idempotency_key([]) is None
    with pytest.raises(MalformedRequest):
        idempotency_key([value, value])


@given(st.text(max_size=300))
def test_idempotency_keys_are_sane(value: str) -> None:
    """What is taken is visible ASCII, 1 to 255 characters."""
    try:
        key = idempotency_key([value])
    except MalformedRequest:
        return

    assert key is not None
    assert 1 <= len(key) <= 255
    assert all("!" <= char <= "~" for char in key)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b" , "a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ('"a", b', False),
        ('"a""b"', False),
    ],
)
def test_if_none_match(value: str | None, *, expected: bool) -> None:
    """Weak comparison; what is no list of tags matches nothing."""
    assert matches_none(value, '"a"') is expected


def test_if_match() -> None:
    """One tag, or anything."""
    assert if_match(None) is None
    assert if_match(" * ") is None
    assert if_match(' "a" ') == '"a"'
    for value in ("a", '"a", "b"', '"a\nb"', ""):
        with pytest.raises(MalformedRequest):
            if_match(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/*;q=0.5", True),
        ("APPLICATION/JSON", True),
        ("text/html", False),
        ("*/*, application/json;q=0", False),
        ("application/json;q=0, */*", False),
        ("application/json; q=nonsense", False),
        ("application/json; charset=utf-8", True),
    ],
)
def test_accept(value: str | None, *, expected: bool) -> None:
    """The most specific entry decides."""
    assert accepts(value, "application/json") is expected


@pytest.mark.parametrize(
    "parameters",
    [
        f"filename*{'1' * 5000}*=utf-8''x",
        "filename*=idna''xn--a",
        "filename*=undefined''a",
        "filename*=unicode_escape''%5Cud800",
        "filename*=utf-7''+2AA-",
        f'a="{";" * 60_000}',
    ],
    ids=lambda text: text[:30],
)
def test_names_that_nobody_can_read(parameters: str) -> None:
    """They are the caller's mistake, and take no time to be found so."""
    headers = Headers({"Content-Disposition": f"attachment; {parameters}"})

    with pytest.raises(MalformedRequest, match="Content-Disposition"):
        file_name(headers)


def test_a_long_name_can_be_read() -> None:
    """The longest one is far from the limit, even if it is encoded."""
    given = f"attachment; filename*=utf-8''{'%F0%9F%98%80' * 255}"

    name = file_name(Headers({"Content-Disposition": given}))

    assert name == "\N{GRINNING FACE}" * 255
