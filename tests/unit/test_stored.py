"""Errors and answers that outlive the process."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from msgspec import msgpack

from app.ledger.answers import pack_result, unpack_result
from app.models.answers import Answer, Delivery
from app.problems import causes, registry
from app.problems.errors import ExchangeError, FieldError, Outcome, Upstream
from app.problems.failures import InternalError
from app.problems.graph_failures import TokenRejected
from app.problems.refusals import InvalidRequest, RangeNotSatisfiable
from app.problems.resources import Conflict, ItemNotFound
from app.problems.stored import pack, unpack

UPSTREAM = Upstream(
    status=409, code="ErrorIrresolvableConflict", request_id="r", at="2026"
)


def tree(kind: type[ExchangeError]) -> Iterator[type[ExchangeError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def raised() -> list[type[ExchangeError]]:
    """Return all classes of errors that are ours."""
    assert causes.__all__
    assert registry.__all__
    kinds = set(tree(ExchangeError))
    return sorted(
        (kind for kind in kinds if kind.__module__.startswith("app.")),
        key=lambda kind: kind.__name__,
    )


def telling(kind: type[ExchangeError]) -> ExchangeError:
    """Return an error of a class that tells all it can."""
    error = kind(8) if kind is RangeNotSatisfiable else kind("It is so.")
    error.retry_after = 7.5
    error.outcome = Outcome.UNKNOWN
    error.upstream = UPSTREAM
    error.attempts = 3
    error.tried = (("cache", "empty"), ("graph", "graph-timeout"))
    error.budget_exhausted = True
    if isinstance(error, InvalidRequest):
        error.errors = (FieldError(pointer="#/body/to", detail="is short"),)
    if isinstance(error, ItemNotFound):
        error.resource = "message"
    if isinstance(error, TokenRejected):
        error.claims = '{"access_token":{}}'
    if isinstance(error, Conflict):
        error.existing = "AAMk-1"
    return error


@pytest.mark.parametrize(
    "kind", [k for k in raised() if hasattr(k, "title")], ids=str
)
def test_an_error_comes_back_as_it_was(kind: type[ExchangeError]) -> None:
    """Of the same class, and telling all the same."""
    for error in (telling(kind), kind()):
        again = unpack(pack(error))

        assert type(again) is kind
        assert vars(again) == vars(error)
        assert str(again) == str(error)
        assert vars(again.again()) == vars(error)


def test_no_two_classes_share_a_name() -> None:
    """By it they are found again."""
    names = [kind.__name__ for kind in raised()]

    assert len(names) == len(set(names))


def test_the_clock_of_a_process_is_not_kept() -> None:
    """What it told means nothing to the next one."""
    error = telling(Conflict)
    error.told_at = 1234.5

    assert unpack(pack(error)).told_at is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [("conflict", Conflict), ("sun-spots", InternalError)],
)
def test_a_class_that_is_no_more(code: str, kind: type[ExchangeError]) -> None:
    """An error of another release is told as what now has its code."""
    stored = msgpack.decode(pack(telling(Conflict)))
    stored |= {"kind": "FormerError", "code": code, "more": 1}
    again = unpack(msgpack.encode(stored))

    assert type(again) is kind
    assert again.detail == "It is so."
    assert again.outcome is Outcome.UNKNOWN


def test_an_answer_comes_back_as_it_was() -> None:
    """All but how it came about, which is told anew."""
    full = Answer(
        body=b'{"id":"\xc3\xa9"}',
        etag='"e"',
        next_cursor="c",
        created="AAMk-2",
    )
    told = Answer.of(
        None,
        delivery=Delivery(stale=False, age=1.0, status="hit"),
        replayed=True,
    )

    assert unpack_result(pack_result(full)) == full
    assert unpack_result(pack_result(told)) == Answer.of(None)


def test_a_refusal_comes_back_as_one() -> None:
    """Its class says whether it is an answer."""
    again = unpack_result(pack_result(telling(Conflict)))

    assert isinstance(again, Conflict)
    assert again.status is HTTPStatus.CONFLICT
    with pytest.raises(ValueError, match="truncated"):
        unpack_result(b"")
