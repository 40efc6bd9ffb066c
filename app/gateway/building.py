"""Build calls: percent-encoded targets and the headers they all bear. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, urlencode

from app.gateway.calls import GraphCall
from app.gateway.operations.entry import Operation
from app.gateway.translation.etags import graph_tag
from app.models.context import CallContext, InMailbox
from app.problems.resources import PreconditionFailed

__all__ = [
    "binding_of",
    "call_in",
    "if_match",
    "page_in",
    "prefer",
    "target",
]

# Ids survive a move, and times are in UTC.
# Sources: https://learn.microsoft.com/graph/outlook-immutable-id and
# https://learn.microsoft.com/graph/api/user-list-messages
_ALWAYS = 'IdType="ImmutableId", outlook.timezone="UTC"'
_PREFERRED: Mapping[str | None, Mapping[str, str]] = {
    None: {"Prefer": _ALWAYS},
    **{
        body: {"Prefer": f'{_ALWAYS}, outlook.body-content-type="{body}"'}
        for body in ("html", "text")
    },
}
_SAFE = "@"
_PLAIN = re.compile(r"[A-Za-z0-9_.~@-]*")
# Callers ask for the same again and again.
_MOST_PARTS = 4096
_MOST_QUERIES = 1024


def call_in(
    where: InMailbox,
    operation: Operation,
    query: Iterable[tuple[str, str]] = (),
    **parts: str,
) -> GraphCall:
    """Return a call about a mailbox; ``parts`` fill in its path."""
    return GraphCall(
        operation=operation,
        context=where.context,
        mailbox=where.mailbox,
        target=target(operation, query, mailbox=where.mailbox, **parts),
        headers=prefer(),
    )


def page_in(
    where: InMailbox,
    operation: Operation,
    query: Iterable[tuple[str, str]] = (),
    **parts: str,
) -> GraphCall:
    """Return a call for a list, as `call_in`; cursors will fit it.

    They are bound to what the caller asked for, not to what the mailbox has
    meanwhile been found to be called.
    """
    query = tuple(query)
    place = asked = target(operation, query, mailbox=where.mailbox, **parts)
    if where.asked_as != where.mailbox:
        asked = target(operation, query, mailbox=where.asked_as, **parts)
    return GraphCall(
        operation=operation,
        context=where.context,
        mailbox=where.mailbox,
        target=place,
        headers=prefer(),
        binding=binding_of(where.context, operation.name, asked),
    )


def prefer(body: str | None = None) -> Mapping[str, str]:
    """Return the header ``Prefer``, for a body as ``html`` or ``text``."""
    return _PREFERRED[body]


def target(
    operation: Operation,
    query: Iterable[tuple[str, str]] = (),
    **parts: str,
) -> str:
    """Fill in an operation's path and add a query.

    Every part is encoded whole: ids contain ``/``, ``+`` and ``=``, and an
    unencoded one would lead elsewhere.
    """
    encoded = {name: _encoded(part) for name, part in parts.items()}
    path = operation.path.format(**encoded)
    text = _encoded_query(tuple(query))
    return f"{path}?{text}" if text else path


def _encoded(part: str) -> str:
    # As most addresses are, of which there are more than can be remembered.
    return part if _PLAIN.fullmatch(part) else _quoted(part)


@lru_cache(maxsize=_MOST_PARTS)
def _quoted(part: str) -> str:
    return quote(part, safe=_SAFE)


@lru_cache(maxsize=_MOST_QUERIES)
def _encoded_query(query: tuple[tuple[str, str], ...]) -> str:
    return urlencode(query, quote_via=quote, safe="$,()'@:")


def binding_of(context: CallContext, *parts: str) -> str:
    """Return what a cursor is bound to, unambiguously."""
    whole = (context.tenant, context.principal, *parts)
    return "".join([f"{len(part)}:{part}" for part in whole])


def if_match(etag: str | None) -> dict[str, str]:
    """Return the header ``If-Match``, if a caller has given one.

    Raises:
        PreconditionFailed: It is no entity tag of this service's.
    """
    if etag is None:
        return {}
    theirs = graph_tag(etag)
    if theirs is None:
        raise PreconditionFailed("The entity tag is none of this service's.")
    return {"If-Match": theirs}
