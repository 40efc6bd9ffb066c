"""The way of a sent message: out of Drafts, into Sent Items and inboxes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.sandbox.clock import Clock, stamp
from app.sandbox.settings import Settings
from app.sandbox.state.ids import conversation_id
from app.sandbox.state.items import Item
from app.sandbox.state.mailbox import Mailbox

__all__ = ["PostOffice", "addresses_of"]

Find = Callable[[str], Mailbox | None]

FIELDS = ("toRecipients", "ccRecipients", "bccRecipients")
# Each mailbox has its own of these.
OWN = frozenset({"changeKey", "webLink", "parentFolderId"})
POSTMASTER = "Microsoft Outlook"
REPORT = (
    "Your message to {} couldn't be delivered.\n\n"
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcel:
    due: datetime
    mailbox: Mailbox
    item: Item
    saved: bool


class PostOffice:
    """Carries messages, which takes the time that the settings say.

    ``local`` are the domains whose unknown addresses bounce.
    """

    def __init__(
        self, settings: Settings, clock: Clock, find: Find, local: set[str]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._find = find
        self._local = local
        self._parcels: list[_Parcel] = []

    def accept(self, mailbox: Mailbox, item: Item, *, saved: bool) -> None:
        """Take a message that has been checked."""
        transit = timedelta(seconds=self._settings.transit)
        due = self._clock.now() + transit
        self._parcels.append(
            _Parcel(due=due, mailbox=mailbox, item=item, saved=saved)
        )
        if not self._settings.transit_as_draft:
            mailbox.hidden.add(item.id)
        self.settle()

    def settle(self) -> None:
        """Deliver what has been on its way for long enough."""
        now = self._clock.now()
        due = [parcel for parcel in self._parcels if parcel.due <= now]
        if due:
            self._parcels = [p for p in self._parcels if p.due > now]
        for parcel in due:
            self._deliver(parcel)

    def _deliver(self, parcel: _Parcel) -> None:
        sent = _file(parcel)
        for address in dict.fromkeys(addresses_of(sent.properties)):
            receiver = self._find(address)
            if receiver is not None:
                _drop(receiver, sent, parcel.due)
            elif address.partition("@")[2].lower() in self._local:
                _bounce(parcel, sent, address)


def _file(parcel: _Parcel) -> Item:
    """Turn the draft into the copy in Sent Items; return it."""
    mailbox, now = parcel.mailbox, parcel.due
    mailbox.hidden.discard(parcel.item.id)
    draft = mailbox.items.get(parcel.item.id)
    current = draft or parcel.item
    sent = current.changed(_sent(current, mailbox, stamp(now)))
    folder = mailbox.folder("sentitems")
    if draft is None:
        return sent
    if not parcel.saved:
        mailbox.remove(draft)
        return sent
    if not draft.properties["isDraft"]:
        # It was submitted twice while it still looked like a draft.
        return mailbox.copy_item(draft, folder, now)
    return mailbox.move(sent, folder, now)


def _drop(receiver: Mailbox, sent: Item, now: datetime) -> None:
    """Put what was sent into an inbox."""
    kept = {k: v for k, v in sent.properties.items() if k not in OWN}
    changes = {
        "conversationId": _thread(receiver, sent),
        "bccRecipients": [],
        "categories": [],
        "flag": {"flagStatus": "notFlagged"},
        "isRead": False,
        "createdDateTime": stamp(now),
        "receivedDateTime": stamp(now),
    }
    received = receiver.create(
        kept | changes, folder=receiver.folder("inbox"), now=now
    )
    receiver.dress(received, sent.attachments, headers=sent.headers)


def _thread(receiver: Mailbox, sent: Item) -> str:
    """Return the conversation that a message belongs to for its receiver.

    What it answers or refers to is there already, or it begins a new one.
    """
    headers = {name.lower(): value for name, value in sent.headers}
    known = f"{headers.get('in-reply-to')} {headers.get('references')}".split()
    for item in receiver.items.values():
        if item.properties["internetMessageId"] in known:
            return str(item.properties["conversationId"])
    thread = str(sent.properties["conversationId"])
    return conversation_id(receiver.guid, thread)


def _bounce(parcel: _Parcel, sent: Item, address: str) -> None:
    """Tell the sender that there is no such recipient."""
    mailbox = parcel.mailbox
    domain = mailbox.address.partition("@")[2]
    sender = _person(f"postmaster@{domain}", POSTMASTER)
    report = {
        "subject": f"Undeliverable: {sent.properties['subject']}",
        "from": sender,
        "sender": sender,
        "toRecipients": [_person(mailbox.address, mailbox.address)],
        "body": {"contentType": "text", "content": REPORT.format(address)},
        "conversationId": sent.properties["conversationId"],
    }
    mailbox.create(report, folder=mailbox.folder("inbox"), now=parcel.due)


def addresses_of(properties: Mapping[str, Any]) -> list[str]:
    """Return the addresses of all recipients of a message."""
    return [
        str(person["emailAddress"]["address"])
        for name in FIELDS
        for person in properties[name]
    ]


def _person(address: str, name: str) -> dict[str, Any]:
    return {"emailAddress": {"name": name, "address": address}}


def _sent(item: Item, mailbox: Mailbox, time: str) -> dict[str, Any]:
    owner = _person(mailbox.address, mailbox.address)
    author = item.properties["from"] or owner
    return {
        "isDraft": False,
        "isRead": True,
        "from": author,
        "sender": author,
        "sentDateTime": time,
        "receivedDateTime": time,
    }
