"""Builds the mailboxes of a new sandbox, once for each week."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from app.sandbox.seeds.configuration import configuration
from app.sandbox.seeds.contacts import add_contacts
from app.sandbox.seeds.envelopes import envelope
from app.sandbox.seeds.everyday import drafts, received, sent, tickets
from app.sandbox.seeds.letters import Days, Letter
from app.sandbox.seeds.newsletters import newsletters, notifications
from app.sandbox.seeds.oddities import (
    broken,
    foreign,
    meetings,
    returned,
    with_attachments,
)
from app.sandbox.seeds.people import ADA, GRACE, LINUS, SUPPORT
from app.sandbox.seeds.rooms import ROOMS
from app.sandbox.seeds.threads import thread
from app.sandbox.state.directory import User
from app.sandbox.state.folders import ROOT, Folder
from app.sandbox.state.ids import folder_id
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.state.standard import new_mailbox

__all__ = ["last_thursday", "seed_mailboxes"]

Plan = Callable[[User, Days], Iterable[Letter]]
# The seeded mail ends on a Thursday at 18:00, so that whenever a sandbox
# starts, only whole weeks lie between its mail and that of another: the same
# letters, in the same order, on the same days of the week.
_THURSDAY = 3
_EVENING = 18
# key, name, parent, hidden
PRIVATE_FOLDERS = (
    ("projects", "Projects", ROOT, False),
    ("aurora", "Aurora", "projects", False),
    ("aurora-suppliers", "Suppliers", "aurora", False),
    ("borealis", "Borealis", "projects", False),
    ("newsletters", "Newsletters", ROOT, False),
    ("receipts", "Receipts", ROOT, False),
    ("travel", "Travel & Visa", ROOT, False),
    ("later", "Später lesen", ROOT, False),
    ("urgent", "Urgent", "inbox", False),
    ("quick-steps", "Quick Step Settings", ROOT, True),
)


def seed_mailboxes(now: datetime) -> dict[str, Mailbox]:
    """Return the seeded mailboxes by user id; they must be copied."""
    return _seeded(last_thursday(now))


def last_thursday(moment: datetime) -> datetime:
    """Return when the seeds end: the latest Thursday evening."""
    now = moment.astimezone(UTC)
    evening = now.replace(hour=_EVENING, minute=0, second=0, microsecond=0)
    evening -= timedelta(days=(now.weekday() - _THURSDAY) % 7)
    return evening if evening <= now else evening - timedelta(weeks=1)


@lru_cache(maxsize=4)
def _seeded(anchor: datetime) -> dict[str, Mailbox]:
    plans: tuple[tuple[User, Plan], ...] = (
        (ADA, _ada),
        (GRACE, _grace),
        (SUPPORT, _support),
        (LINUS, _linus),
        *((room, _nothing) for room in ROOMS),
    )
    seeded = {user.id: _filled(user, plan, anchor) for user, plan in plans}
    add_contacts(seeded[ADA.id], anchor)
    return seeded


def _ada(user: User, days: Days) -> Iterable[Letter]:
    yield from received(user, days, "inbox", 90)
    yield from newsletters(user, days, 42)
    yield from notifications(user, days, 5)
    yield from thread(user, days, "Aurora: which battery?", 36, 40)
    yield from thread(user, days, "Offsite in May", 31, 90)
    yield from _oddities(user, days)
    yield from sent(user, days, 60)
    yield from drafts(days, 6)
    for folder, count in (
        ("archive", 30),
        ("aurora", 18),
        ("aurora-suppliers", 12),
        ("borealis", 11),
        ("receipts", 9),
        ("urgent", 4),
        ("deleteditems", 14),
        ("junkemail", 4),
        ("recoverableitemsdeletions", 3),
    ):
        yield from received(user, days, folder, count)


def _grace(user: User, days: Days) -> Iterable[Letter]:
    yield from received(user, days, "inbox", 80)
    yield from newsletters(user, days, 24)
    yield from thread(user, days, "Pricing, once more", 33, 25)
    yield from _oddities(user, days)
    yield from sent(user, days, 40)
    yield from drafts(days, 3)
    yield from received(user, days, "archive", 20)
    yield from received(user, days, "borealis", 10)
    yield from received(user, days, "deleteditems", 8)


def _support(user: User, days: Days) -> Iterable[Letter]:
    yield from tickets(user, days, 100)
    yield from notifications(user, days, 12)
    yield from sent(user, days, 30)
    yield from received(user, days, "archive", 8)


def _linus(user: User, days: Days) -> Iterable[Letter]:
    yield from received(user, days, "inbox", 20)
    yield from sent(user, days, 8)
    yield from drafts(days, 2)


def _nothing(_user: User, _days: Days) -> Iterable[Letter]:
    return ()


def _oddities(user: User, days: Days) -> Iterable[Letter]:
    yield from foreign(user, days)
    yield from broken(user, days)
    yield from meetings(user, days)
    yield from with_attachments(user, days)
    yield from returned(user, days)


def _filled(user: User, plan: Plan, anchor: datetime) -> Mailbox:
    mailbox = new_mailbox(UUID(user.id), user.address)
    _add_folders(mailbox)
    mailbox.configuration = configuration(user, mailbox, anchor)
    days = Days(anchor, random.Random(user.address))
    letters = sorted(plan(user, days), key=lambda one: one.at)
    for number, letter in enumerate(letters, 1):
        item = mailbox.create(
            letter.properties,
            folder=mailbox.any_folder(letter.folder),
            now=letter.at,
            key=f"seed-{number}",
        )
        headers = [*envelope(item, user), *letter.headers]
        mailbox.dress(item, letter.attachments, headers=headers)
    return mailbox


def _add_folders(mailbox: Mailbox) -> None:
    for key, name, parent, hidden in PRIVATE_FOLDERS:
        mailbox.add_folder(
            Folder(
                key=key,
                id=folder_id(mailbox.guid, key),
                name=name,
                parent=mailbox.any_folder(parent).id,
                hidden=hidden,
            )
        )
