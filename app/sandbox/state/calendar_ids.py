"""Identifiers of what lies in calendars."""

import base64
import binascii
from datetime import date
from hashlib import blake2b
from uuid import UUID

from app.sandbox.state.ids import is_well_formed

__all__ = [
    "global_id",
    "is_event_id",
    "occurrence_id",
    "on_day",
    "read_occurrence_id",
]

# MS-OXOCAL 2.1.1.27: a global object id's first bytes.
CLASS_ID = bytes.fromhex("040000008200E00074C5B7101A82E008")
# The id of a series, then the day as a number, then two empty bytes.
SERIES = 35
DAY = 4
TAIL = b"\x00\x00"


def occurrence_id(master: str, day: date) -> str:
    """Return the id of an occurrence, of the same kind as the master's."""
    raw = _bytes(master) + day.toordinal().to_bytes(DAY) + TAIL
    if "/" in master or "+" in master:
        return base64.b64encode(raw).decode()
    return base64.urlsafe_b64encode(raw).decode()


def read_occurrence_id(text: str) -> tuple[list[str], date] | None:
    """Return what the master may be called, and the day."""
    try:
        raw = _bytes(text)
        day = date.fromordinal(int.from_bytes(raw[SERIES : SERIES + DAY]))
    except (binascii.Error, ValueError, OverflowError):
        return None
    if len(raw) != SERIES + DAY + len(TAIL) or not raw.endswith(TAIL):
        return None
    head = raw[:SERIES]
    forms = (base64.urlsafe_b64encode(head), base64.b64encode(head))
    return [form.decode() for form in forms], day


def is_event_id(text: str, mailbox: UUID) -> bool:
    """Say whether this could be the id of an event in the mailbox."""
    occurrence = read_occurrence_id(text)
    master = occurrence[0][0] if occurrence else text
    return is_well_formed(master, mailbox)


def global_id(mailbox: UUID, key: str) -> str:
    """Return the id that a meeting has in every calendar."""
    data = blake2b(f"{mailbox}/{key}".encode(), digest_size=16).digest()
    parts = (CLASS_ID, bytes(4), bytes(16), len(data).to_bytes(4, "little"))
    return b"".join((*parts, data)).hex().upper()


def on_day(global_object: str, day: date) -> str:
    """Return the global id of an occurrence, which has its day in it."""
    at = len(CLASS_ID) * 2
    mark = f"{day.year:04X}{day.month:02X}{day.day:02X}"
    return global_object[:at] + mark + global_object[at + len(mark) :]


def _bytes(text: str) -> bytes:
    return base64.b64decode(
        text.replace("-", "+").replace("_", "/"), validate=True
    )
