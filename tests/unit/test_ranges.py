"""Which part of content a request asks for."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.answers import ByteStream
from app.problems.refusals import RangeNotSatisfiable
from app.routers.ranges import Part, part_wanted

pytestmark = pytest.mark.anyio

TAG = '"tag"'


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (None, None),
        ("bytes=0-4", (0, 4)),
        ("BYTES = 0-4", (0, 4)),
        ("bytes=5-", (5, 9)),
        ("bytes=5-99", (5, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-99", (0, 9)),
        ("bytes=4-3", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes", None),
        ("items=0-1", None),
        ("bytes=0-1111111111111111111", None),
    ],
)
def test_ranges(wanted: str | None, part: tuple[int, int] | None) -> None:
    """Single ranges as RFC 9110 has them; the rest is asked for whole."""
    assert part_wanted(wanted, None, TAG, 10) == part


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_what_begins_after_the_end(wanted: str) -> None:
    """Nothing of it is there."""
    with pytest.raises(RangeNotSatisfiable) as caught:
        part_wanted(wanted, None, TAG, 10)

    assert caught.value.size == 10


@pytest.mark.parametrize(
    ("condition", "is_part"),
    [
        (TAG, True),
        (f"W/{TAG}", False),
        ('"other"', False),
        ("Sun, 22 Nov 2026 08:00:00 GMT", False),
    ],
)
def test_conditions(condition: str, *, is_part: bool) -> None:
    """A part is given of the same entity only, compared strongly."""
    found = part_wanted("bytes=0-4", condition, TAG, 10)

    assert (found is not None) == is_part


def test_of_nothing_there_is_no_part() -> None:
    """Empty content is given whole."""
    assert part_wanted("bytes=0-4", None, TAG, 0) is None


@given(
    chunks=st.lists(st.binary(max_size=5), max_size=8),
    first=st.integers(0, 20),
    length=st.integers(1, 20),
)
@settings(max_examples=100, deadline=None)
async def test_a_stream_is_cut(
    chunks: list[bytes], first: int, length: int
) -> None:
    """However it comes, a part of it is that part."""
    content = b"".join(chunks)
    read = []

    async def flow() -> AsyncIterator[bytes]:
        for chunk in chunks:
            read.append(chunk)
            yield chunk

    async def close() -> None:
        read.clear()

    part = ByteStream(flow(), close=close).part(first, length)
    found = b"".join([chunk async for chunk in part])

    assert found == content[first : first + length]
    # Nothing is read beyond the chunk that has the last byte.
    before_last = b"".join(read[:-1])
    assert len(before_last) < first + length
    await part.aclose()
    assert read == []


def test_a_part_has_a_length() -> None:
    """Both ends belong to it."""
    assert Part(0, 0).length == 1
