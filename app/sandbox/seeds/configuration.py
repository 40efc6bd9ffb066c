"""How the owners of seeded mailboxes have set them up."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from app.sandbox.seeds.people import ADA, GRACE
from app.sandbox.seeds.prose import CATEGORIES
from app.sandbox.seeds.rules import rules
from app.sandbox.state.configuration import Configuration
from app.sandbox.state.directory import User
from app.sandbox.state.items import Properties
from app.sandbox.state.mailbox import Mailbox

__all__ = ["configuration"]

# The categories that mail bears, and two that Outlook brings with it.
NAMES = (*CATEGORIES, "Blue category", "Green category")
COLORS = {
    "Aurora": "preset3",
    "Borealis": "preset5",
    "Finance": "preset19",
    "Personal": "none",
    "Red category": "preset0",
    "Blue category": "preset7",
    "Green category": "preset4",
}
MONDAY = timedelta(days=3, hours=14)
TEN_DAYS = timedelta(days=10, hours=9)
INSIDE = (
    "<html>\n<body>\n<p>I am on leave. For anything urgent about Aurora, ask "
    '<a href="mailto:ada@contoso.example">Ada</a>.</p>\n</body>\n</html>\n'
)
OUTSIDE = (
    "<html>\n<body>\n<p>Thank you for your mail. I am on leave and answer "
    "when I am back.</p>\n</body>\n</html>\n"
)


def configuration(
    user: User, mailbox: Mailbox, anchor: datetime
) -> Configuration:
    """Return a mailbox's settings, categories and rules."""
    categories = {one["id"]: one for one in _categories(mailbox)}
    settings = dict(user.settings)
    if user is GRACE:
        settings["automaticRepliesSetting"] = _away(anchor)
    return Configuration(
        settings=settings,
        categories=categories,
        rules={one["id"]: one for one in rules(mailbox)}
        if user in (ADA, GRACE)
        else {},
    )


def _categories(mailbox: Mailbox) -> list[Properties]:
    return [
        {
            "id": str(uuid5(mailbox.guid, name)),
            "displayName": name,
            "color": COLORS[name],
        }
        for name in NAMES
    ]


def _away(anchor: datetime) -> dict[str, Any]:
    """Return automatic replies from the next Monday on for two weeks."""
    start = anchor + MONDAY
    return {
        "status": "scheduled",
        "externalAudience": "contactsOnly",
        "internalReplyMessage": INSIDE,
        "externalReplyMessage": OUTSIDE,
        "scheduledStartDateTime": _utc(start),
        "scheduledEndDateTime": _utc(start + TEN_DAYS),
    }


def _utc(moment: datetime) -> dict[str, str]:
    time = f"{moment:%Y-%m-%dT%H:%M:%S}.0000000"
    return {"dateTime": time, "timeZone": "UTC"}
