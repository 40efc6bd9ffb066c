"""Messages as RFC 5322 text."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from app.sandbox.clock import parse_utc
from app.sandbox.state.items import Attachment, Item, Properties

__all__ = ["attached_mime", "to_mime"]

# What the standard library can put into a header; the rest is left out.
ADDRESS = re.compile(r"[\w.+\-]+@[\w.\-]+", re.ASCII)
MEDIA_TYPE = re.compile(
    r"(application|audio|image|text|video)/([\w.+\-]+)(?:;.*)?", re.ASCII
)
FIELDS = {
    "From": "from",
    "Sender": "sender",
    "To": "toRecipients",
    "Cc": "ccRecipients",
    "Bcc": "bccRecipients",
    "Reply-To": "replyTo",
}


def to_mime(item: Item) -> bytes:
    """Return a message with everything in it."""
    message = _message(item.properties, item.text)
    for name, value in item.headers:
        if name not in message:
            message[name] = value
    for attachment in item.attachments:
        _attach(message, attachment)
    return bytes(message)


def attached_mime(properties: Properties) -> bytes:
    """Return the message inside an item attachment."""
    return bytes(_message(properties, None))


def _message(properties: Properties, text: str | None) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    subject = str(properties.get("subject") or "")
    message["Subject"] = " ".join(subject.split())
    if properties.get("sentDateTime"):
        sent = parse_utc(properties["sentDateTime"])
        message["Date"] = format_datetime(sent)
    if properties.get("internetMessageId"):
        message["Message-ID"] = properties["internetMessageId"]
    for header, name in FIELDS.items():
        people = _addresses(properties.get(name))
        if people:
            message[header] = people
    body = properties.get("body") or {"contentType": "text", "content": ""}
    if body["contentType"] == "text":
        message.set_content(body["content"])
    else:
        message.set_content(text or "")
        message.add_alternative(body["content"], subtype="html")
    return message


def _addresses(people: Any) -> list[Address]:
    listed = people if isinstance(people, list) else [people]
    found = [one["emailAddress"] for one in listed if one]
    return [
        Address(display_name=one.get("name") or "", addr_spec=one["address"])
        for one in found
        if ADDRESS.fullmatch(one.get("address") or "")
    ]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    name = " ".join(attachment.name.split())
    if attachment.item is not None:
        inner = _message(attachment.item, None)
        message.add_attachment(inner, filename=f"{name}.eml")
    elif attachment.kind == "file":
        kind = MEDIA_TYPE.fullmatch(attachment.content_type or "")
        cid = attachment.content_id
        message.add_attachment(
            attachment.content,
            maintype=kind[1] if kind else "application",
            subtype=kind[2] if kind else "octet-stream",
            filename=name,
            disposition="inline" if attachment.inline else "attachment",
            cid=f"<{cid}>" if cid else None,
        )
