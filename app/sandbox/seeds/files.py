"""Files that hang on seeded messages."""

import struct
import zlib
from datetime import datetime
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.state.items import Attachment

__all__ = [
    "calendar_file",
    "image",
    "inline_image",
    "item",
    "pdf",
    "plain_file",
    "reference",
    "sheet",
]

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
"""
PDF_END = b"trailer<</Root 1 0 R>>\n%%EOF\n"
FILLER = b"% the quick brown fox jumps over the lazy dog\n"
SHEET = (
    "order;customer;amount\r\n"
    "4711;Northwind;1280.50\r\n"
    "4712;Tailspin;99.00\r\n"
    "4713;Wingtip;=1+1\r\n"
)
EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Sandbox//EN\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:review@contoso.example\r
DTSTART:20260301T090000Z\r
DTEND:20260301T100000Z\r
SUMMARY:Design review\r
END:VEVENT\r
END:VCALENDAR\r
"""


def pdf(name: str, at: datetime, size: int = 4000) -> Attachment:
    """Return something that looks like a PDF of about this size."""
    filler = FILLER * (size // len(FILLER))
    return _file(name, "application/pdf", PDF + filler + PDF_END, at)


def image(name: str, at: datetime, width: int = 8) -> Attachment:
    """Return a PNG of one colour."""
    return _file(name, "image/png", _png(width), at)


def inline_image(name: str, content_id: str, at: datetime) -> Attachment:
    """Return a PNG that the body shows by its content id."""
    return Attachment(
        key=name,
        kind="file",
        name=name,
        content_type="image/png",
        modified=stamp(at),
        content=_png(16),
        inline=True,
        content_id=content_id,
    )


def sheet(name: str, at: datetime) -> Attachment:
    """Return a table as CSV."""
    return _file(name, "text/csv", SHEET.encode(), at)


def calendar_file(name: str, at: datetime) -> Attachment:
    """Return an invitation as a file."""
    return _file(name, "text/calendar", EVENT.encode(), at)


def plain_file(name: str, kind: str, text: str, at: datetime) -> Attachment:
    """Return a text of some type."""
    return _file(name, kind, text.encode(), at)


def item(name: str, inner: dict[str, Any], at: datetime) -> Attachment:
    """Return a message that is attached to a message."""
    return Attachment(
        key=name,
        kind="item",
        name=name,
        content_type=None,
        modified=stamp(at),
        item={"@odata.type": "#microsoft.graph.message", **inner},
    )


def reference(name: str, at: datetime) -> Attachment:
    """Return a link to a file in the cloud."""
    return Attachment(
        key=name,
        kind="reference",
        name=name,
        content_type=None,
        modified=stamp(at),
    )


def _file(name: str, kind: str, content: bytes, at: datetime) -> Attachment:
    return Attachment(
        key=name,
        kind="file",
        name=name,
        content_type=kind,
        modified=stamp(at),
        content=content,
    )


def _png(width: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    row = b"\x00" + b"\x20\x60\xa0" * width
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(row * width)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
    )
