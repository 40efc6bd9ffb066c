"""Reading folders."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE,
    IMMUTABLE,
    every,
    refusal,
)

pytestmark = pytest.mark.anyio

FOLDERS = f"{ADA}/mailFolders"


async def test_the_top_needs_two_pages(graph: httpx.AsyncClient) -> None:
    """Ten folders are a page; hidden ones are not shown."""
    first = (await graph.get(f"{FOLDERS}?$count=true")).json()
    found = await every(graph, FOLDERS)

    names = {folder["displayName"] for folder in found}
    assert len(first["value"]) == 10
    assert first["@odata.count"] == len(found) == len(names) == 12
    assert {"Inbox", "Sent Items", "Projects", "Archive"} <= names
    assert not any(folder["isHidden"] for folder in found)
    assert "Deletions" not in names


async def test_hidden_folders_are_shown_on_request(
    graph: httpx.AsyncClient,
) -> None:
    """``includeHiddenFolders`` shows more."""
    found = await every(graph, f"{FOLDERS}?includeHiddenFolders=true")

    hidden = {f["displayName"] for f in found if f["isHidden"]}
    assert {"Quick Step Settings", "Sync Issues"} <= hidden


async def test_folders_form_a_tree(graph: httpx.AsyncClient) -> None:
    """Folders hold folders, two levels deep and more."""
    [projects] = await every(
        graph, f"{FOLDERS}?$filter=displayName eq 'projects'"
    )
    children = await every(graph, f"{FOLDERS}/{projects['id']}/childFolders")
    aurora = children[0]
    below = await every(graph, f"{FOLDERS}/{aurora['id']}/childFolders")

    assert projects["childFolderCount"] == len(children) == 2
    assert [folder["displayName"] for folder in children] == [
        "Aurora",
        "Borealis",
    ]
    assert below[0]["displayName"] == "Suppliers"
    assert below[0]["parentFolderId"] == aurora["id"]


async def test_folders_count_what_is_in_them(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Counts are right, and follow what happens."""
    before = (await graph.get(f"{FOLDERS}/inbox")).json()
    sandbox.deliver(ADA_ADDRESS)
    after = (await graph.get(f"{FOLDERS}/inbox")).json()

    inbox = sandbox.mailbox(ADA_ADDRESS).inside("inbox")
    unread = [message for message in inbox if not message["isRead"]]
    assert after["totalItemCount"] == before["totalItemCount"] + 1
    assert after["totalItemCount"] == len(inbox)
    assert after["unreadItemCount"] == len(unread)


@pytest.mark.parametrize(
    "name",
    [
        "archive",
        "deleteditems",
        "DRAFTS",
        "inbox",
        "junkemail",
        "msgfolderroot",
        "outbox",
        "recoverableitemsdeletions",
        "sentitems",
        "syncissues",
    ],
)
async def test_some_folders_have_names(
    graph: httpx.AsyncClient, name: str
) -> None:
    """A well-known name leads to the same folder as its id."""
    named = (await graph.get(f"{FOLDERS}/{name}")).json()
    again = (await graph.get(f"{FOLDERS}/{named['id']}")).json()

    assert again["id"] == named["id"]
    assert again["displayName"] == named["displayName"]


async def test_folder_ids_are_the_same_in_both_forms(
    graph: httpx.AsyncClient,
) -> None:
    """Containers have one id, whatever is preferred."""
    plain = await graph.get(f"{FOLDERS}/inbox")
    immutable = await graph.get(f"{FOLDERS}/inbox", headers=IMMUTABLE)

    assert plain.json()["id"] == immutable.json()["id"]


@pytest.mark.parametrize("name", ["projects", "aurora", "Inbox2", "x"])
async def test_other_names_are_malformed_ids(
    graph: httpx.AsyncClient, name: str
) -> None:
    """A private folder has no name in paths, only an id."""
    answer = await graph.get(f"{FOLDERS}/{name}")

    assert refusal(answer) == (400, "ErrorInvalidIdMalformed")


async def test_unknown_folders_are_not_found(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Ids of this mailbox that are no folder are 404, foreign ones 400."""
    message = sandbox.mailbox(ADA_ADDRESS).messages[0]["id"]
    foreign = (await graph.get(f"{GRACE}/mailFolders/inbox")).json()["id"]

    unknown = await graph.get(f"{FOLDERS}/{message}")
    other = await graph.get(f"{FOLDERS}/{foreign}")

    assert refusal(unknown) == (404, "ErrorItemNotFound")
    assert refusal(other) == (400, "ErrorInvalidIdMalformed")


async def test_folders_are_selected_and_sorted(
    graph: httpx.AsyncClient,
) -> None:
    """Folders obey the options that they take."""
    url = f"{FOLDERS}?$select=displayName&$orderby=displayName desc&$top=3"
    page = (await graph.get(url)).json()

    assert [folder["displayName"] for folder in page["value"]] == [
        "Travel & Visa",
        "Später lesen",
        "Sent Items",
    ]
    assert set(page["value"][0]) == {"id", "displayName"}
    assert "$skip=3" in page["@odata.nextLink"]


@pytest.mark.parametrize(
    "query",
    ["$select=colour", "$search=%22x%22", "$filter=colour eq 1", "$top=9999"],
)
async def test_wrong_options_are_refused(
    graph: httpx.AsyncClient, query: str
) -> None:
    """Options that folders do not take are 400."""
    answer = await graph.get(f"{FOLDERS}?{query}")

    assert refusal(answer) == (400, "RequestBroker--ParseUri")


async def test_a_folder_lists_its_messages(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A folder's messages are those directly in it."""
    graph.headers.update(IMMUTABLE)

    found = await every(graph, f"{FOLDERS}/sentitems/messages?$top=50")

    sent = sandbox.mailbox(ADA_ADDRESS).sent()
    assert [message["id"] for message in found] == [m["id"] for m in sent]


async def test_what_was_purged_is_in_no_list(
    graph: httpx.AsyncClient,
) -> None:
    """Recoverable items are seen only by those who look there."""
    purged = await every(
        graph, f"{FOLDERS}/recoverableitemsdeletions/messages"
    )
    listed = await every(graph, f"{ADA}/messages?$top=1000")

    ids = {message["id"] for message in listed}
    assert len(purged) == 3
    assert not ids & {message["id"] for message in purged}
