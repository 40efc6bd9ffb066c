"""Users of the directory: Graph's JSON to mailboxes."""

from typing import Literal

from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.times import iana_zone
from app.gateway.translation.wire import GraphMailboxSettings, GraphUser
from app.models.mailboxes import Mailbox

__all__ = ["mailbox", "mailboxes"]

# Source: https://learn.microsoft.com/graph/api/resources/mailboxsettings
_KINDS: dict[str | None, Literal["user", "shared", "room"]] = {
    "user": "user",
    "linked": "user",
    "shared": "shared",
    "room": "room",
}
_ALIAS = "smtp:"


def mailbox(body: bytes, _about: Translation) -> Translated:
    """Translate one user."""
    return Translated(content=_mailbox(decode(body, GraphUser)))


def mailboxes(body: bytes, about: Translation) -> Translated:
    """Translate a page of users."""
    return decode_page(body, GraphUser).translated(_mailbox, about)


def _mailbox(user: GraphUser) -> Mailbox:
    settings = user.mailbox_settings
    locale = settings.language.locale if settings and settings.language else ""
    return {
        "id": user.id,
        "address": user.mail,
        "display_name": user.display_name,
        "given_name": user.given_name,
        "surname": user.surname,
        "job_title": user.job_title,
        "aliases": [
            address.removeprefix(_ALIAS)
            for address in user.proxy_addresses or ()
            if address.startswith(_ALIAS)
        ],
        "kind": _KINDS.get(_purpose(settings), "unknown"),
        "language": locale or user.preferred_language,
        "time_zone": iana_zone(settings.time_zone) if settings else None,
        "is_partial": False,
    }


def _purpose(settings: GraphMailboxSettings | None) -> str | None:
    purpose = settings.user_purpose if settings else None
    if isinstance(purpose, dict):
        purpose = purpose.get("value")
    return purpose.lower() if purpose else None
