"""What large files are cut into, and where they may go."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.gateway.translation.result import Translation
from app.gateway.translation.wire_uploads import (
    upload_progress,
    upload_session,
)
from app.gateway.uploads import is_at
from app.problems.graph_failures import GraphMalformedResponse
from app.problems.refusals import MalformedRequest
from app.services.attachments.pieces import PIECE, pieces, whole
from app.settings.cloud import Cloud

pytestmark = pytest.mark.anyio

ABOUT = Translation(representation="", seal=lambda link: link)


async def in_parts(sizes: list[int]) -> AsyncIterator[bytes]:
    """Yield so many bytes at a time."""
    for number, size in enumerate(sizes):
        yield bytes([number % 256]) * size


@given(st.lists(st.integers(0, 3_000_000), max_size=6))
@settings(max_examples=30, deadline=None)
async def test_pieces_are_all_of_it(sizes: list[int]) -> None:
    """However it comes: whole pieces, the rest at the end, all in order."""
    found = [piece async for piece in pieces(in_parts(sizes))]

    assert b"".join(found) == b"".join([p async for p in in_parts(sizes)])
    assert all(len(piece) == PIECE for piece in found[:-1])
    assert all(0 < len(piece) <= PIECE for piece in found[-1:])


def test_pieces_suit_graph() -> None:
    """A piece is below 4 MB and a multiple of 320 KiB."""
    assert PIECE < 4_000_000
    assert PIECE % 327_680 == 0


async def test_what_is_small_is_held() -> None:
    """Up to a limit; beyond it nothing is."""
    assert await whole(in_parts([2, 1]), 3) == b"\x00\x00\x01"
    with pytest.raises(MalformedRequest):
        await whole(in_parts([2, 2]), 3)


@pytest.mark.parametrize(
    ("url", "is_there"),
    [
        ("https://outlook.office.com/api/v2.0/x?authtoken=y", True),
        ("https://outlook.office365.com:443/api/gv1.0/x", True),
        ("https://OUTLOOK.office.com/x", True),
        ("http://outlook.office.com/x", False),
        ("https://outlook.office.com:8443/x", False),
        ("https://outlook.office.com.example/x", False),
        ("https://evil.example/outlook.office.com", False),
        ("https://user@outlook.office.com/x", False),
        ("https://outlook.office.com@evil.example/x", False),
        ("https://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("https://outlook.office.com:x/", False),
        ("//outlook.office.com/x", False),
        ("", False),
    ],
)
def test_bytes_go_to_outlook(url: str, *, is_there: bool) -> None:
    """To its hosts in the tenant's cloud, by TLS, and nowhere else."""
    hosts = [f"https://{host}" for host in Cloud.GLOBAL.upload_hosts]

    assert any(is_at(url, host) for host in hosts) == is_there


@pytest.mark.parametrize(
    ("body", "following"),
    [
        (b"", None),
        (b'{"NextExpectedRanges": ["2097152"]}', 2_097_152),
        (b'{"nextExpectedRanges": ["2097152-3483321"]}', 2_097_152),
        (b'{"NextExpectedRanges": ["0-"]}', 0),
        (b'{"NextExpectedRanges": []}', None),
    ],
)
def test_progress_is_read(body: bytes, following: int | None) -> None:
    """In capital letters or small ones, a start or a whole range."""
    assert upload_progress(body, ABOUT).content == {"next": following}


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"x", b'{"NextExpectedRanges": ["all"]}', b"\xff"]
)
def test_nonsense_is_none(body: bytes) -> None:
    """What tells nothing of an upload is an error, not a guess."""
    with pytest.raises(GraphMalformedResponse):
        upload_progress(body, ABOUT)
    with pytest.raises(GraphMalformedResponse):
        upload_session(body, ABOUT)
