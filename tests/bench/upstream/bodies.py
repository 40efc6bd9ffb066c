"""What the stand-in answers: always the same, as Microsoft Graph writes it.

A page of 25 messages is 42 KB, one message 3 KB.
"""

import json
from typing import Any
from urllib.parse import quote

__all__ = [
    "MESSAGE",
    "PAGE_LENGTH",
    "TOKEN",
    "discovery",
    "message",
    "page",
]

PAGE_LENGTH = 25
MESSAGE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AnPr7XyVRQkuPsdYvH0mZ1gAAAAEN"
"""The id of the one message that there is."""

_INBOX = "AQMkAGUzZmVhYjBiLTk2YzgALgAAA2l6Y2V1bm9xQmFzZTY0SW5ib3gAAAIBDAAAAA=="
_ADA = {"name": "Ada Lovelace", "address": "ada@contoso.example"}
_SENDERS = ("Grace Hopper", "Karen Spärck Jones", "Mary Jackson")
_SENTENCE = (
    "The minutes of Thursday are attached; please look at the second item "
    "before we meet, since the figures there have changed. "
)
_BODY = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; '
    'charset=utf-8"></head><body><p>Dear Ada,</p><p>{text}</p>'
    "<p>Best regards<br>Grace</p></body></html>"
)
_TOKEN = {
    "token_type": "Bearer",
    "expires_in": 86_399,
    "ext_expires_in": 86_399,
    "access_token": "e" * 1500,
}

TOKEN = json.dumps(_TOKEN).encode()


def page(base: str) -> bytes:
    """Return a page of messages; ``base`` is where there are more."""
    skip = f"$select=id%2csubject&$top={PAGE_LENGTH}&$skip={PAGE_LENGTH}"
    return _json(
        {
            "@odata.context": f"{base}/v1.0/$metadata#users('ada')/messages",
            "value": [_summary(number) for number in range(PAGE_LENGTH)],
            "@odata.nextLink": f"{base}/v1.0/users/ada/messages?{skip}",
        }
    )


def message(
    base: str, item: str = MESSAGE, *, is_draft: bool = False
) -> bytes:
    """Return one message with an HTML body of 1.3 KB."""
    content = _BODY.format(text=_SENTENCE * 8)
    return _json(
        {
            "@odata.context": f"{base}/v1.0/$metadata#users('ada')/messages",
            **_summary(0),
            "id": item,
            "isDraft": is_draft,
            "parentFolderId": "drafts" if is_draft else _INBOX,
            "body": {"contentType": "html", "content": content},
            "attachments": [],
        }
    )


def discovery(tenant: str) -> bytes:
    """Return the OpenID Connect configuration of a tenant."""
    login = f"https://login.microsoftonline.com/{tenant}"
    return _json(
        {
            "issuer": f"{login}/v2.0",
            "authorization_endpoint": f"{login}/oauth2/v2.0/authorize",
            "token_endpoint": f"{login}/oauth2/v2.0/token",
        }
    )


def _summary(number: int) -> dict[str, Any]:
    """Return a message as it is in lists."""
    name = _SENDERS[number % len(_SENDERS)]
    sender = _who(name, f"{name.split()[0].lower()}@fabrikam.example")
    stem, key = MESSAGE[:-4], f"CQAAABYAAACc+vtfJVFCS4+x1i8fSZnWAAA{number:05}"
    time = f"2026-11-{number % 28 + 1:02}T09:{number % 60:02}:27Z"
    item = f"{stem}{number:04}"
    return {
        "@odata.etag": f'W/"{key}"',
        "id": item,
        "createdDateTime": time,
        "lastModifiedDateTime": time,
        "changeKey": key,
        "categories": ["Blue category"] if number % 5 == 0 else [],
        "receivedDateTime": time,
        "sentDateTime": time,
        "hasAttachments": number % 4 == 0,
        "internetMessageId": f"<{number:08X}.40D5@mail.fabrikam.example>",
        "subject": f"Minutes of meeting {number}, and what has changed",
        "bodyPreview": f"Dear Ada,\r\n\r\n{_SENTENCE * 2}"[:255],
        "importance": "normal",
        "parentFolderId": _INBOX,
        "conversationId": f"AAQkAGUzZmVhYjBiLTk2YzgtNGUxMC1iMWU0{number:04}=",
        "isRead": number % 3 != 0,
        "isDraft": False,
        "webLink": f"https://outlook.office365.com/owa/?ItemID={quote(item)}"
        "&exvsurl=1&viewmodel=ReadMessageItem",
        "sender": sender,
        "from": sender,
        "toRecipients": [
            {"emailAddress": _ADA},
            _who("Joan Clarke", "joan@contoso.example"),
        ],
        "ccRecipients": [_who("Team", "team@contoso.example")],
        "bccRecipients": [],
        "replyTo": [],
        "flag": {"flagStatus": "notFlagged"},
    }


def _who(name: str, address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": name, "address": address}}


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode()
