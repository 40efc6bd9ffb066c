"""Parts that messages and events share: Graph's JSON to ours."""

import re

from app.gateway.translation.html import sanitized
from app.gateway.translation.wire import (
    GraphAddress,
    GraphBody,
    GraphRecipient,
)
from app.models.mail import Body, Person

__all__ = ["body_of", "known", "page_at", "people", "person"]

# What nearly all begin with comes first, since to ignore case takes longer.
_PAGE = re.compile(r"(?:https://|(?i:https?://))[^\s\x00-\x1f]")


def known(who: GraphRecipient | None) -> GraphAddress | None:
    """Return who somebody is, None for nobody; it is written as a `Person`."""
    if who is None or (found := who.email_address) is None:
        return None
    if found.name and found.address:
        return found
    if found.name or found.address:
        return GraphAddress(found.name or None, found.address or None)
    return None


def people(who: list[GraphRecipient] | None) -> list[GraphAddress]:
    """Return all of them who are somebody."""
    if not who:
        return []
    found = []
    for one in who:
        told = one.email_address
        if told and told.name and told.address:
            found.append(told)
        elif odd := known(one):
            found.append(odd)
    return found


def person(who: GraphRecipient | None) -> Person | None:
    """Return who somebody is, None for nobody."""
    if (found := known(who)) is None:
        return None
    return {"name": found.name, "address": found.address}


def body_of(body: GraphBody | None) -> Body | None:
    """Return content that is safe to show."""
    if body is None:
        return None
    content = body.content or ""
    if (body.content_type or "").lower() != "html":
        return {
            "format": "text",
            "content": content,
            "has_remote_content": False,
        }
    safe, has_remote_content = sanitized(content)
    return {
        "format": "html",
        "content": safe,
        "has_remote_content": has_remote_content,
    }


def page_at(link: str | None) -> str | None:
    """Return a link, None if it leads to no page of the web.

    Some come from strangers, and a frontend will have people follow them.
    """
    return link if link and _PAGE.match(link) else None
