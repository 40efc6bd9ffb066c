"""Headers that a message collects on its way."""

from collections.abc import Iterator

from app.sandbox.clock import http_date, parse_utc
from app.sandbox.state.directory import User
from app.sandbox.state.items import Item

__all__ = ["envelope"]


def envelope(item: Item, user: User) -> Iterator[tuple[str, str]]:
    """Give the internet headers of a seeded message, unless it is a draft."""
    properties = item.properties
    if properties["isDraft"]:
        return
    host = user.address.partition("@")[2]
    date = http_date(parse_utc(properties["receivedDateTime"]))
    yield "Received", f"from mx.{host} by mbx.{host} with HTTPS; {date}"
    yield "Received", f"from out.example by mx.{host} with SMTP; {date}"
    yield "Authentication-Results", "spf=pass; dkim=pass; dmarc=pass"
    yield "Message-ID", properties["internetMessageId"]
    yield "Date", date
    yield "MIME-Version", "1.0"
    yield "X-MS-Exchange-Organization-SCL", "1"
