"""What the service is measured beside tells its callers the same."""

from typing import Any

import msgspec

from app.gateway.translation.messages import messages
from app.gateway.translation.result import Translation
from tests.bench.peers.fastapi_httpx import page_of
from tests.bench.upstream import bodies

ABOUT = Translation(representation="", seal=lambda link: link)
# Each seals, or leaves open, where a list goes on and what it is tagged with.
THEIR_OWN = {"etag", "next_cursor"}


def plain(page: Any) -> Any:
    """Return a page without what may differ."""
    return [
        {name: item[name] for name in item.keys() - THEIR_OWN}
        for item in page["items"]
    ]


def test_a_peer_answers_what_the_service_answers() -> None:
    """All members of all messages are the same in both."""
    graph = bodies.page("https://graph.example")
    ours = msgspec.to_builtins(messages(graph, ABOUT).content)
    theirs = page_of(graph).model_dump(mode="json", by_alias=True)

    assert plain(theirs) == plain(ours)
    assert len(ours["items"]) == bodies.PAGE_LENGTH
    assert theirs.keys() == ours.keys()
