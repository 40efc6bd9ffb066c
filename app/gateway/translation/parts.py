"""Parts that messages and events share: Graph's JSON to ours."""

from app.gateway.translation.html import sanitized
from app.gateway.translation.wire import GraphBody, GraphRecipient
from app.models.mail import Body, Person

__all__ = ["body_of", "people", "person"]


def person(who: GraphRecipient | None) -> Person | None:
    """Return who somebody is, None for nobody."""
    if who is None or who.email_address is None:
        return None
    found = who.email_address
    if not (found.name or found.address):
        return None
    return {"name": found.name or None, "address": found.address or None}


def people(who: list[GraphRecipient] | None) -> list[Person]:
    """Return all of them who are somebody."""
    return [found for one in who or () if (found := person(one))]


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
