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


def by_path(folders: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    return {str(folder["path"]): folder for folder in folders}


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


async def test_a_tree_is_listed_to_a_depth(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Each folder is followed by those in it, as deep as was asked for."""
    two = await every_folder(client, depth="2", limit="4")
    deep = await every_folder(client, depth="9", limit="100")
    calls = len(sandbox.calls)
    below = await every_folder(
        client, depth="9", parent=str(by_path(deep)["/Projects"]["id"])
    )

    paths = [str(folder["path"]) for folder in deep]
    assert [str(folder["path"]) for folder in two] == [
        path for path in paths if path.count("/") <= 2
    ]
    at = paths.index("/Projects")
    assert paths[at : at + 4] == [
        "/Projects",
        "/Projects/Aurora",
        "/Projects/Aurora/Suppliers",
        "/Projects/Borealis",
    ]
    assert [str(one["path"]) for one in below] == paths[at + 1 : at + 4]
    assert len({folder["id"] for folder in deep}) == len(deep)
    assert len(sandbox.calls) <= calls + 1


async def test_a_tree_shows_hidden_folders_on_demand(
    client: httpx.AsyncClient,
) -> None:
    """Also those that lie in hidden ones."""
    plain = by_path(await every_folder(client, depth="3"))
    everything = by_path(await every_folder(client, depth="3", hidden="true"))

    assert "/Sync Issues/Conflicts" in everything
    assert not any(folder["is_hidden"] for folder in plain.values())
    assert set(plain) < set(everything)


async def test_a_page_of_a_tree_goes_on_where_the_last_ended(
    client: httpx.AsyncClient,
) -> None:
    """What is made meanwhile neither repeats nor skips a folder."""
    query = {"depth": "5", "limit": "5"}
    first = (await client.get(FOLDERS, params=query)).json()
    await client.post(FOLDERS, json={"name": "AAA"})
    rest = await every_folder(client, **query, cursor=first["next_cursor"])
    alien = await client.get(
        FOLDERS,
        params={**query, "depth": "4", "cursor": first["next_cursor"]},
    )

    ids = [folder["id"] for folder in (*first["items"], *rest)]
    whole = by_path(await every_folder(client, depth="5"))
    assert len(set(ids)) == len(ids) == len(whole) - 1
    assert alien.json()["code"] == "invalid-cursor"


async def test_a_tree_survives_an_outage(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """It is as old as its oldest part, and says so."""
    query = {"depth": "4"}
    first = await client.get(FOLDERS, params=query)
    again = await client.get(
        FOLDERS,
        params=query,
        headers={"If-None-Match": first.headers["etag"]},
    )
    sandbox.faults.add(Fault(status=503, route="/users/*"))
    sandbox.faults.add(Fault(status=503, route="/$batch"))
    stale = await client.get(
        FOLDERS, params=query, headers={"Cache-Control": "max-age=0"}
    )
    refused = await client.get(
        FOLDERS, params=query, headers={"Cache-Control": "no-cache"}
    )

    assert again.status_code == 304
    assert stale.content == first.content
    assert refused.status_code == 503


@pytest.mark.parametrize("depth", ["0", "21", "-1", "two", "1.0"])
async def test_a_depth_is_a_number_in_bounds(
    client: httpx.AsyncClient, depth: str
) -> None:
    """From 1 to 20; anything else is pointed at."""
    answer = await client.get(FOLDERS, params={"depth": depth})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/query/depth"
