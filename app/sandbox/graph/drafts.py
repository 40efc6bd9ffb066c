"""Messages in request bodies: what may be written, and in which shape."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.sandbox.clock import parse_utc
from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.graph.checks import (
    Check,
    boolean,
    members,
    one_of,
    optional_text,
    people,
    person_or_none,
    text,
    texts,
)
from app.sandbox.graph.types import MESSAGE
from app.sandbox.graph.uploads import read_attachments
from app.sandbox.state.items import Attachment
from app.sandbox.wire import GraphError

__all__ = ["Draft", "read_draft", "read_extended", "refuse_sent_changes"]

FLAG_TIMES = ("completedDateTime", "dueDateTime", "startDateTime")
# Only on creation: they become something else than a property.
HEADER = re.compile(r"[Xx]-[\x21-\x39\x3b-\x7e]+")
LINE_ENDS = frozenset("\r\n")
CREATE_ONLY = ("attachments", "internetMessageHeaders")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a body says about a message."""

    properties: dict[str, Any]
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]
    extended: dict[str, str]


def read_draft(data: dict[str, Any], time: str, *, creating: bool) -> Draft:
    """Check and normalize a message in a body.

    Raises:
        GraphError: 400, for what does not exist, has another type or
            cannot be set.
    """
    given = {k: v for k, v in data.items() if not k.startswith("@odata.")}
    attachments = given.pop("attachments", [])
    headers = given.pop("internetMessageHeaders", [])
    if not creating and (attachments or headers):
        raise _read_only(CREATE_ONLY)
    extended = given.pop("singleValueExtendedProperties", [])
    return Draft(
        properties={k: _checked(k, v) for k, v in given.items()},
        attachments=read_attachments(attachments, time),
        headers=_headers(headers),
        extended=read_extended(extended),
    )


def refuse_sent_changes(names: Iterable[str]) -> None:
    """Refuse changes that only a draft allows.

    Raises:
        GraphError: 400 ErrorInvalidPropertySet.
    """
    refused = sorted(set(names) - ON_ANY)
    if refused:
        raise _read_only(refused)


def _checked(name: str, value: Any) -> Any:
    check = WRITABLE.get(name)
    if check is None:
        if name in MESSAGE.selectable:
            raise _read_only([name])
        raise not_deserializable(
            f"the property '{name}' does not exist on type '{MESSAGE.name}'"
        )
    try:
        return check(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_deserializable(f"'{name}' has a wrong value") from error


def _read_only(names: Iterable[str]) -> GraphError:
    return GraphError(
        400,
        "ErrorInvalidPropertySet",
        f"Set action is invalid for property: {', '.join(names)}.",
    )


def _headers(listed: Any) -> tuple[tuple[str, str], ...]:
    headers = _pairs("internetMessageHeaders", listed, "name")
    for name, value in headers:
        if not HEADER.fullmatch(name) or set(value) & LINE_ENDS:
            raise GraphError(
                400,
                "InvalidInternetMessageHeader",
                f"The internet message header name '{name}' should start "
                "with 'x-' or 'X-'.",
            )
    return headers


def read_extended(listed: Any) -> dict[str, str]:
    """Return single-value extended properties by id.

    Raises:
        GraphError: 400, for what is no list of them.
    """
    return dict(_pairs("singleValueExtendedProperties", listed, "id"))


def _pairs(what: str, listed: Any, key: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(
            (text(one[key]), text(one["value"]))
            for one in [members(one, key, "value") for one in listed]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise not_deserializable(f"'{what}' is malformed") from error


def _body(value: Any) -> dict[str, str]:
    given = members(value, "content", "contentType")
    kind = one_of("text", "html")(given.get("contentType", "text"))
    content = optional_text(given.get("content")) or ""
    return {"contentType": kind, "content": content}


def _followup(value: Any) -> dict[str, Any]:
    flag = dict(members(value, "flagStatus", *FLAG_TIMES))
    status = one_of("notFlagged", "flagged", "complete")
    flag["flagStatus"] = status(flag["flagStatus"])
    for name in FLAG_TIMES:
        if name in flag:
            moment = members(flag[name], "dateTime", "timeZone")
            parse_utc(moment["dateTime"][:19])
            text(moment["timeZone"])
    return flag


WRITABLE: dict[str, Check] = {
    "bccRecipients": people,
    "body": _body,
    "categories": texts,
    "ccRecipients": people,
    "flag": _followup,
    "from": person_or_none,
    "importance": one_of("low", "normal", "high"),
    "inferenceClassification": one_of("focused", "other"),
    "internetMessageId": text,
    "isDeliveryReceiptRequested": boolean,
    "isRead": boolean,
    "isReadReceiptRequested": boolean,
    "replyTo": people,
    "sender": person_or_none,
    "subject": optional_text,
    "toRecipients": people,
}
ON_ANY = frozenset(
    {
        "categories",
        "flag",
        "importance",
        "inferenceClassification",
        "isRead",
    }
)
