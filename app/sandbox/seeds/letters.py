"""What seeds are made of, and when they were written."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.state.directory import User
from app.sandbox.state.items import Attachment

__all__ = ["Days", "Letter", "html", "letter", "owner", "person", "text"]

Person = dict[str, Any]
SPAN = 118
FIRST_HOUR = 7
# How busy the hours from seven in the morning are.
HOURS = (2, 6, 10, 10, 8, 4, 6, 9, 9, 7, 5, 2, 1, 1)
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One seeded message: where it lies, when it came, what it is."""

    folder: str
    at: datetime
    properties: Mapping[str, Any]
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())


class Days:
    """Gives times before ``anchor`` as people who work would have them."""

    def __init__(self, anchor: datetime, dice: random.Random) -> None:
        self.anchor = anchor
        self.dice = dice

    def office(self, first: float = 0, last: float = SPAN) -> datetime:
        """Return a time so many days ago, rarely at a weekend."""
        day = self.anchor - timedelta(days=self.dice.uniform(first, last))
        if day.weekday() >= SATURDAY and self.chance(0.85):
            day -= timedelta(days=day.weekday() - SATURDAY + 1)
        hours = range(FIRST_HOUR, FIRST_HOUR + len(HOURS))
        hour = self.dice.choices(hours, HOURS)[0]
        moment = day.replace(
            hour=hour,
            minute=self.dice.randrange(60),
            second=self.dice.randrange(60),
        )
        if moment >= self.anchor:
            moment -= timedelta(days=1)
        return moment

    def chance(self, probability: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < probability

    def ago(self, days: float) -> datetime:
        """Return the time exactly so many days ago."""
        return self.anchor - timedelta(days=days)


def person(name: str | None, address: str | None) -> Person:
    """Return a recipient; what is None is left out."""
    given = {"name": name, "address": address}
    known = {key: value for key, value in given.items() if value is not None}
    return {"emailAddress": known}


def owner(user: User) -> Person:
    """Return a user as a recipient."""
    return person(user.properties["displayName"], user.address)


def html(content: str) -> dict[str, str]:
    """Return an HTML body."""
    return {"contentType": "html", "content": content}


def text(content: str) -> dict[str, str]:
    """Return a plain text body."""
    return {"contentType": "text", "content": content}


def letter(
    folder: str,
    at: datetime,
    properties: Mapping[str, Any],
    *attachments: Attachment,
    headers: tuple[tuple[str, str], ...] = (),
) -> Letter:
    """Return a letter; its author is its sender unless one is given."""
    author = properties.get("from")
    time = stamp(at)
    usual = {
        "receivedDateTime": time,
        "sentDateTime": stamp(at - timedelta(seconds=4)),
        "createdDateTime": time,
        "lastModifiedDateTime": time,
        "sender": author,
    }
    return Letter(
        folder=folder,
        at=at,
        properties=usual | dict(properties),
        attachments=attachments,
        headers=headers,
    )
