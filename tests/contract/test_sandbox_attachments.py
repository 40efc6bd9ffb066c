"""Reading attachments."""

import base64
from email import message_from_bytes
from urllib.parse import quote

import httpx
import pytest

from tests.contract.conftest import ADA, IMMUTABLE, Entity, refusal

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages"
SELECT = "id,name,contentType,size,isInline,lastModifiedDateTime"
CAST = "microsoft.graph.fileAttachment"


async def message_with(graph: httpx.AsyncClient, subject: str) -> Entity:
    """Return a seeded message by its subject."""
    params = {"$filter": f"subject eq '{subject}'"}
    answer = await graph.get(MESSAGES, params=params, headers=IMMUTABLE)
    found: Entity = answer.json()["value"][0]
    return found


async def url_of(
    graph: httpx.AsyncClient, subject: str = "All kinds of attachments"
) -> str:
    """Return where a seeded message's attachments are."""
    message = await message_with(graph, subject)
    return f"{MESSAGES}/{message['id']}/attachments"


async def by_name(graph: httpx.AsyncClient, url: str) -> dict[str, Entity]:
    """Return the attachments at a URL by their names."""
    listed = (await graph.get(url, headers=IMMUTABLE)).json()["value"]
    return {attachment["name"]: attachment for attachment in listed}


async def test_a_list_has_contents(graph: httpx.AsyncClient) -> None:
    """A list gives every attachment with its type, files with bytes."""
    found = await by_name(graph, await url_of(graph))

    photo, drawing = found["photo.png"], found["big drawing.pdf"]
    content = base64.b64decode(photo["contentBytes"])
    assert photo["@odata.type"] == "#microsoft.graph.fileAttachment"
    assert content.startswith(b"\x89PNG")
    assert photo["contentType"] == "image/png"
    assert drawing["size"] > 3 * 1024 * 1024
    assert found["logo.png"]["isInline"]
    assert found["logo.png"]["contentId"] == "logo@contoso.example"
    inner = found["The original"]
    assert inner["@odata.type"] == "#microsoft.graph.itemAttachment"
    assert not {"contentBytes", "item"} & set(inner)


async def test_contents_can_be_left_out(graph: httpx.AsyncClient) -> None:
    """A selection keeps the bytes out; derived properties need a cast."""
    url = await url_of(graph)

    light = await by_name(graph, f"{url}?$select={SELECT}")
    cast = await by_name(graph, f"{url}?$select=name,{CAST}/contentId")
    wrong = await graph.get(f"{url}?$select=contentId")

    assert "contentBytes" not in light["photo.png"]
    assert light["photo.png"]["size"] > 0
    assert cast["logo.png"]["contentId"] == "logo@contoso.example"
    assert "size" not in cast["logo.png"]
    assert refusal(wrong) == (400, "RequestBroker--ParseUri")


async def test_attachments_are_paged(graph: httpx.AsyncClient) -> None:
    """Attachments are counted, skipped and taken like other lists."""
    url = await url_of(graph)

    first = (await graph.get(f"{url}?$top=3&$count=true")).json()
    second = (await graph.get(first["@odata.nextLink"])).json()

    assert first["@odata.count"] == 4
    assert [len(first["value"]), len(second["value"])] == [3, 1]
    assert "@odata.nextLink" not in second


async def test_a_file_is_had_as_bytes(graph: httpx.AsyncClient) -> None:
    """``$value`` gives a file as it is."""
    url = await url_of(graph)
    photo = (await by_name(graph, url))["photo.png"]

    one = await graph.get(f"{url}/{photo['id']}", headers=IMMUTABLE)
    raw = await graph.get(f"{url}/{photo['id']}/$value")

    assert one.json()["contentBytes"] == photo["contentBytes"]
    assert one.json()["id"] == photo["id"]
    assert raw.content == base64.b64decode(photo["contentBytes"])
    assert raw.headers["content-type"] == "image/png"


async def test_an_item_is_expanded_or_had_as_mime(
    graph: httpx.AsyncClient,
) -> None:
    """What is inside an attached item is shown on request."""
    url = await url_of(graph)
    item = (await by_name(graph, url))["The original"]
    expand = "microsoft.graph.itemAttachment/item"

    one = await graph.get(f"{url}/{item['id']}?$expand={expand}")
    raw = await graph.get(f"{url}/{item['id']}/$value")

    assert one.json()["item"]["subject"] == "The original"
    assert message_from_bytes(raw.content)["Subject"] == "The original"


async def test_references_have_no_content(graph: httpx.AsyncClient) -> None:
    """A link to the cloud has nothing to read."""
    params = {"$filter": "hasAttachments eq true", "$top": "200"}
    page = await graph.get(
        MESSAGES, params={**params, "$expand": "attachments($select=name)"}
    )
    message, link = next(
        (message, attachment)
        for message in page.json()["value"]
        for attachment in message["attachments"]
        if attachment["@odata.type"].endswith("referenceAttachment")
    )
    owner = quote(message["id"], safe="")

    answer = await graph.get(
        f"{MESSAGES}/{owner}/attachments/{link['id']}/$value"
    )

    assert set(link) == {
        "@odata.type",
        "@odata.mediaContentType",
        "id",
        "name",
    }
    assert refusal(answer) == (400, "ErrorInvalidOperation")


async def test_attachment_ids_follow_the_preference(
    graph: httpx.AsyncClient,
) -> None:
    """Both kinds of ids are good, whichever the message is named by."""
    url = await url_of(graph)
    immutable = (await by_name(graph, url))["photo.png"]["id"]
    listed = (await graph.get(url)).json()["value"]
    plain = next(a["id"] for a in listed if a["name"] == "photo.png")

    by_plain = await graph.get(f"{url}/{plain}", headers=IMMUTABLE)

    assert plain != immutable
    assert by_plain.json()["id"] == immutable


async def test_wrong_attachment_ids_are_refused(
    graph: httpx.AsyncClient,
) -> None:
    """Another message's attachment is not found, nonsense is malformed."""
    url = await url_of(graph)
    other = await url_of(graph, "Undeliverable: The original")
    foreign = (await by_name(graph, other))["details.txt"]["id"]

    unknown = await graph.get(f"{url}/{foreign}")
    nonsense = await graph.get(f"{url}/nonsense")

    assert refusal(unknown) == (404, "ErrorItemNotFound")
    assert refusal(nonsense) == (400, "ErrorInvalidIdMalformed")


async def test_a_message_can_bring_its_attachments(
    graph: httpx.AsyncClient,
) -> None:
    """An expansion puts the attachments into the message."""
    message = await message_with(graph, "All kinds of attachments")
    item = "$expand=microsoft.graph.itemAttachment/item"
    expand = f"attachments($select=id,name;{item})"

    answer = await graph.get(
        f"{MESSAGES}/{message['id']}", params={"$expand": expand}
    )

    shown = answer.json()["attachments"]
    assert len(shown) == 4
    assert shown[0]["item"]["subject"] == "The original"
    assert not any("contentBytes" in attachment for attachment in shown)
