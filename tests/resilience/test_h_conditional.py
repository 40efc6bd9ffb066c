"""Cases H: kept answers that Graph confirms instead of sending them anew."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.gateway.operations.directory import DIRECTORY_OPERATIONS
from app.gateway.operations.mail import GET_MESSAGE, MAIL_OPERATIONS
from app.models.context import CacheControl
from app.problems.graph_failures import GraphRejected
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio

# Microsoft documents conditional reads for no operation of this service, so
# the mechanism is shown with one that has the field set.
CONDITIONAL = replace(GET_MESSAGE, name="test.conditional", conditional=True)
TAG = 'W/"CQAAABYAAA=="'
HOUR = 3600.0


def message(subject: str, tag: str = TAG) -> Answer:
    item = {"id": "m1", "subject": subject, "@odata.etag": tag}
    return Answer(body=json.dumps(item).encode())


def graph_with(current: Answer, tag: str = TAG) -> ScriptedGraph:
    """Return a Graph that heeds If-None-Match, comparing weakly."""

    def answer(heard: Heard) -> Answer:
        known = heard.headers.get("If-None-Match", "")
        if known.removeprefix("W/") == tag.removeprefix("W/"):
            return Answer(status=304, body=b"", headers={"ETag": tag})
        return current

    return ScriptedGraph(message("old"), otherwise=answer)


async def read(built: Gateway, **options: Any) -> Any:
    options = {"representation": "html", **options}
    return await built.ask(CONDITIONAL, **options)


@pytest.mark.parametrize("tag", [TAG, TAG.removeprefix("W/")])
async def test_t127_what_is_confirmed_is_fresh_again(
    tmp_path: Path, tag: str
) -> None:
    """304: the kept body is given and kept for another while."""
    graph = graph_with(message("new"), tag)
    async with gateway(tmp_path, graph) as built:
        first = await read(built)
        await built.parts.clock.sleep(HOUR)
        confirmed = await read(built)
        await built.parts.clock.sleep(29)
        hit = await read(built)

    assert confirmed.body == first.body
    assert confirmed.etag == first.etag
    assert confirmed.delivery == (
        False,
        None,
        "fwd=stale; fwd-status=304; stored",
    )
    assert hit.body == first.body
    assert hit.delivery.status == "hit; ttl=1"
    assert graph.heard[1].headers["If-None-Match"] == TAG
    assert len(graph.heard) == 2


async def test_t127_what_has_changed_is_sent(tmp_path: Path) -> None:
    """Another entity tag: the new answer takes the old one's place."""
    graph = graph_with(message("new", 'W/"Dg=="'), 'W/"Dg=="')
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(HOUR)
        changed = await read(built)
        await built.parts.clock.sleep(HOUR)
        confirmed = await read(built)

    assert b'"new"' in changed.body
    assert changed.delivery.status == "fwd=stale; fwd-status=200; stored"
    assert confirmed.body == changed.body
    assert confirmed.delivery.status == "fwd=stale; fwd-status=304; stored"


async def test_t127_a_refresh_is_conditional_too(tmp_path: Path) -> None:
    """In the background as well nothing is sent that is here already."""
    graph = graph_with(message("new"))
    async with gateway(tmp_path, graph) as built:
        first = await read(built)
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(1)
        renewed = await read(built)

    assert renewed.body == first.body
    assert renewed.delivery.stale is False
    assert renewed.delivery.age == pytest.approx(1)
    assert "If-None-Match" in graph.heard[1].headers


async def test_t127_no_cache_is_satisfied_by_confirmation(
    tmp_path: Path,
) -> None:
    """Who wants Graph asked gets what Graph has just confirmed."""
    graph = graph_with(message("new"))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        answer = await read(built, cache=CacheControl(no_cache=True))

    assert answer.delivery.status == "fwd=request; fwd-status=304; stored"


async def test_t127_a_304_about_another_state_is_not_believed(
    tmp_path: Path,
) -> None:
    """It names an entity tag that is not ours: Graph is asked plainly."""
    wrong = Answer(status=304, body=b"", headers={"ETag": 'W/"Zz=="'})
    graph = ScriptedGraph(message("old"), wrong, message("new"))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(HOUR)
        answer = await read(built)

    assert b'"new"' in answer.body
    assert "If-None-Match" not in graph.heard[2].headers


async def test_t127_a_304_that_nobody_asked_for_is_an_error(
    tmp_path: Path,
) -> None:
    """Without a condition there is nothing that a 304 could mean."""
    graph = ScriptedGraph(otherwise=Answer(status=304, body=b""))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphRejected):
            await read(built)


async def test_t127_no_condition_where_none_is_documented(
    tmp_path: Path,
) -> None:
    """Outlook and the directory promise nothing: they are not asked so."""
    graph = graph_with(message("new"))
    async with gateway(tmp_path, graph) as built:
        for _ in range(2):
            await built.ask(GET_MESSAGE, representation="html")
            await built.parts.clock.sleep(HOUR)

    assert not any(op.conditional for op in MAIL_OPERATIONS)
    assert not any(op.conditional for op in DIRECTORY_OPERATIONS)
    assert not any("If-None-Match" in h.headers for h in graph.heard)
    assert len(graph.heard) == 2
