"""What people write to each other on a working day."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from app.sandbox.seeds.files import (
    calendar_file,
    image,
    pdf,
    reference,
    sheet,
)
from app.sandbox.seeds.letters import (
    Days,
    Letter,
    html,
    letter,
    owner,
    person,
    text,
)
from app.sandbox.seeds.people import COLLEAGUES
from app.sandbox.seeds.prose import (
    CATEGORIES,
    CLOSINGS,
    OPENINGS,
    SENTENCES,
    SIGNATURES,
    SUBJECTS,
    TICKETS,
)
from app.sandbox.state.directory import User
from app.sandbox.state.items import Attachment

__all__ = ["drafts", "received", "sent", "tickets"]

Properties = dict[str, Any]
Make = Callable[[str, datetime], Attachment]
FILES: tuple[tuple[Make, str], ...] = (
    (pdf, "Offer 2026.pdf"),
    (image, "whiteboard.png"),
    (sheet, "orders.csv"),
    (calendar_file, "review.ics"),
    (reference, "Roadmap.pptx"),
    (pdf, "Größenübersicht März.pdf"),
)


def received(
    user: User, days: Days, folder: str, count: int
) -> Iterator[Letter]:
    """Give mail that colleagues sent to a user."""
    for _ in range(count):
        subject = _prefix(days) + days.dice.choice(SUBJECTS)
        yield _incoming(user, days, folder, subject)


def tickets(user: User, days: Days, count: int) -> Iterator[Letter]:
    """Give what customers write to a shared mailbox."""
    for number in range(count):
        subject = f"[#{3000 + number}] {days.dice.choice(TICKETS)}"
        yield _incoming(user, days, "inbox", subject)


def sent(user: User, days: Days, count: int) -> Iterator[Letter]:
    """Give mail that a user sent."""
    for _ in range(count):
        at = days.office()
        properties = {
            "subject": _prefix(days) + days.dice.choice(SUBJECTS),
            "from": owner(user),
            "toRecipients": [person(*days.dice.choice(COLLEAGUES))],
            "ccRecipients": _copied(days),
            "body": _body(days, str(user.properties["displayName"])),
            "isRead": True,
        }
        yield letter("sentitems", at, properties, *_files(days, at))


def drafts(days: Days, count: int) -> Iterator[Letter]:
    """Give unfinished mail: no author yet, often no recipient."""
    for number in range(count):
        to = [person(*days.dice.choice(COLLEAGUES))] if number % 2 else []
        properties = {
            "subject": days.dice.choice(SUBJECTS) if number else "",
            "toRecipients": to,
            "body": html(f"<p>{days.dice.choice(SENTENCES)}</p>"),
            "isDraft": True,
            "isRead": True,
        }
        yield letter("drafts", days.office(last=20), properties)


def _incoming(user: User, days: Days, folder: str, subject: str) -> Letter:
    at = days.office()
    name, address = days.dice.choice(COLLEAGUES)
    properties = {
        "subject": subject,
        "from": person(name, address),
        "toRecipients": [owner(user)],
        "ccRecipients": _copied(days),
        "body": _body(days, name),
        **_marks(days, at),
    }
    return letter(folder, at, properties, *_files(days, at))


def _prefix(days: Days) -> str:
    return days.dice.choice(("", "", "", "RE: ", "Re: ", "FW: ", "AW: "))


def _copied(days: Days) -> list[Properties]:
    number = days.dice.choice((0, 0, 0, 1, 2, 3))
    chosen = days.dice.sample(COLLEAGUES, number)
    return [person(*one) for one in chosen]


def _files(days: Days, at: datetime) -> list[Attachment]:
    if not days.chance(0.18):
        return []
    number = days.dice.choice((1, 1, 2))
    return [make(name, at) for make, name in days.dice.sample(FILES, number)]


def _body(days: Days, name: str) -> dict[str, str]:
    dice = days.dice
    middle = dice.sample(SENTENCES, dice.randrange(1, 6))
    role = dice.choice(SIGNATURES)
    opening, closing = dice.choice(OPENINGS), dice.choice(CLOSINGS)
    if days.chance(0.35):
        parts = [opening, *middle, f"{closing}\n{name}\n-- \n{role}"]
        return text("\r\n\r\n".join(part for part in parts if part))
    paragraphs = "".join(f"<p>{_escaped(one)}</p>\n" for one in middle)
    return html(
        f"<html><head></head><body><p>{opening}</p>\n{paragraphs}"
        f"<p>{closing}<br>{name}</p><p style='color:#777'>{role}</p>"
        "</body></html>"
    )


def _escaped(sentence: str) -> str:
    return sentence.replace("&", "&amp;").replace("<", "&lt;")


def _marks(days: Days, at: datetime) -> Properties:
    """Return what a reader or a sender may have marked a message with."""
    dice = days.dice
    marks: Properties = {"isRead": days.chance(0.65)}
    if days.chance(0.15):
        marks["categories"] = dice.sample(CATEGORIES, dice.choice((1, 2)))
    if days.chance(0.1):
        marks["importance"] = dice.choice(("high", "high", "low"))
    if days.chance(0.1):
        marks["flag"] = _flag(dice.choice(("flagged", "complete")), at)
    return marks


def _flag(status: str, at: datetime) -> Properties:
    day = {"dateTime": f"{at:%Y-%m-%dT00:00:00.0000000}", "timeZone": "UTC"}
    if status == "complete":
        return {"flagStatus": status, "completedDateTime": day}
    return {"flagStatus": status, "startDateTime": day, "dueDateTime": day}
