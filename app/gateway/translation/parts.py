"""Parts that messages and events share: Graph's JSON to ours."""

import re

from app.gateway.translation.html import sanitized
from app.gateway.translation.wire import GraphBody, GraphRecipient
from app.models.mail import Body, Person

__all__ = ["body_of", "page_at", "people", "person"]

_PAGE = re.compile(r"https?://[^\s\x00-\x1f]", re.IGNORECASE)


def person(who: GraphRecipient | None) -> Person | None:
    """Return who somebody is, None for nobody."""
    if who is None or (found := who.email_address) is None:
        return None
    name, address = found.name or None, found.address or None
    return {"name": name, "address": address} if name or address else None


def people(who: list[GraphRecipient] | None) -> list[Person]:
    """Return all of them who are somebody."""
    if not who:
        return []
    return [found for one in who if (found := person(one))]


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
