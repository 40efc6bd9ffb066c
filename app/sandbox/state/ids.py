"""Identifiers that look and behave like Exchange's.

Every id names its kind and its mailbox in its first bytes, so that a
malformed or foreign one is told from one that is merely unknown.
"""

import base64
import binascii
from hashlib import blake2b
from uuid import UUID

__all__ = [
    "attachment_id",
    "change_key",
    "conversation_id",
    "folder_id",
    "immutable_id",
    "is_well_formed",
    "mutable_id",
    "rule_id",
]

MUTABLE = b"\x00\x03\x24"
IMMUTABLE = b"\x00\x09\x00"
FOLDER = b"\x01\x03\x24"
CONVERSATION = b"\x01\x04\x24"
CHANGE = b"\x09\x00\x00\x00\x16\x00\x00\x00"
RULE = b"\x01\x00\x00\x00"
KINDS = (MUTABLE, IMMUTABLE, FOLDER)
# A quarter of all ids is written in the old way.
OLD = range(64)
# 3 bytes of kind, 16 of mailbox, 16 of object: ends with one "=".
LENGTH = 35


def immutable_id(mailbox: UUID, key: str) -> str:
    """Return the id that an item keeps while it stays in its mailbox."""
    return _urlsafe(IMMUTABLE + mailbox.bytes + _digest("item", key))


def mutable_id(mailbox: UUID, key: str, folder: str, moves: int) -> str:
    """Return the id that an item has until it is moved.

    A few contain slashes and plus signs, as old ids do.
    """
    digest = _digest("place", key, folder, str(moves))
    raw = MUTABLE + mailbox.bytes + digest
    if digest[0] in OLD:
        return base64.b64encode(raw).decode()
    return _urlsafe(raw)


def folder_id(mailbox: UUID, key: str) -> str:
    """Return a folder's id, which never changes."""
    return _urlsafe(FOLDER + mailbox.bytes + _digest("folder", key))


def conversation_id(mailbox: UUID, topic: str) -> str:
    """Return the id of a thread."""
    return _urlsafe(CONVERSATION + mailbox.bytes + _digest("topic", topic))


def attachment_id(message_id: str, key: str) -> str:
    """Return an attachment's id, as stable as the given id of its message."""
    plain = message_id.replace("-", "+").replace("_", "/")
    head = base64.b64decode(plain)[:19]
    return _urlsafe(head + _digest("attachment", message_id, key))


def change_key(item: str, version: int) -> str:
    """Return what changes with each change of an item."""
    digest = _digest("change", item, str(version))
    return base64.b64encode(CHANGE + digest).decode()


def rule_id(number: int) -> str:
    """Return the id of a rule: short, and the same in other mailboxes."""
    return base64.b64encode(RULE + (0x9E5D6600 + number).to_bytes(4)).decode()


def is_well_formed(text: str, mailbox: UUID) -> bool:
    """Say whether this could be an id of something in the mailbox."""
    try:
        raw = base64.b64decode(
            text.replace("-", "+").replace("_", "/"), validate=True
        )
    except (binascii.Error, ValueError):
        return False
    return (
        len(raw) == LENGTH and raw[:3] in KINDS and raw[3:19] == mailbox.bytes
    )


def _digest(*parts: str) -> bytes:
    return blake2b("\x00".join(parts).encode(), digest_size=16).digest()


def _urlsafe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
