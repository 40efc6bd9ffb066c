"""Folders, over the whole service."""

import httpx
import pytest

from app.sandbox import Fault, Sandbox

pytestmark = pytest.mark.anyio

FOLDERS = "/v1/mailboxes/ada@contoso.example/folders"
NAMES = ["inbox", "drafts", "sent", "deleted", "archive", "junk", "outbox"]


async def every_folder(
    client: httpx.AsyncClient, **query: str
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    params = {"limit": "3", **query}
    while True:
        page = (await client.get(FOLDERS, params=params)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]


async def test_well_known_folders_are_named(client: httpx.AsyncClient) -> None:
    """Whatever a folder is called, its well-known name is told."""
    folders = await every_folder(client)

    named = {f["well_known"] for f in folders if f["well_known"]}
    assert named == set(NAMES)
    assert len({folder["id"] for folder in folders}) == len(folders)


@pytest.mark.parametrize("name", NAMES)
async def test_a_folder_goes_by_its_well_known_name(
    client: httpx.AsyncClient, name: str
) -> None:
    """``/folders/sent`` is Sent Items, by whatever id."""
    by_name = await client.get(f"{FOLDERS}/{name}")
    by_id = await client.get(f"{FOLDERS}/{by_name.json()['id']}")

    assert by_name.json()["well_known"] == name
    assert by_id.json() == by_name.json()


async def test_paths_tell_where_a_folder_stands(
    client: httpx.AsyncClient,
) -> None:
    """Two levels down, the path names all folders on the way."""

    async def chain(parent: dict[str, object]) -> list[dict[str, object]]:
        children = await every_folder(client, parent=str(parent["id"]))
        deepest = [await chain(child) for child in children]
        return [parent, *max(deepest, key=len, default=[])]

    chains = [await chain(folder) for folder in await every_folder(client)]
    top, middle, low = max(chains, key=len)[:3]
    alone = await client.get(f"{FOLDERS}/{low['id']}")

    expected = f"/{top['name']}/{middle['name']}/{low['name']}"
    assert low["path"] == expected
    assert alone.json()["path"] == expected
    assert low["parent_id"] == middle["id"]


async def test_hidden_folders_are_shown_on_demand(
    client: httpx.AsyncClient,
) -> None:
    """Without ``hidden`` they are left out."""
    plain = await every_folder(client)
    everything = await every_folder(client, hidden="true")

    assert not any(folder["is_hidden"] for folder in plain)
    assert any(folder["is_hidden"] for folder in everything)


async def test_an_unknown_folder_is_not_found(
    client: httpx.AsyncClient,
) -> None:
    """No such folder: 404."""
    answer = await client.get(f"{FOLDERS}/AQMkAAAA=")

    assert answer.status_code == 404
    assert answer.json()["code"] == "item-not-found"


async def test_folders_survive_an_outage(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A page put together of several answers is as stale as the oldest."""
    first = await client.get(FOLDERS)
    sandbox.faults.add(Fault(status=503, route="/users/*"))
    sandbox.faults.add(Fault(status=503, route="/$batch"))
    again = await client.get(FOLDERS, headers={"Cache-Control": "max-age=0"})

    assert again.content == first.content
    assert first.headers["exchange-freshness"] == "fresh"
