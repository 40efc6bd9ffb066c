"""Entity tags and conditional requests, over the whole service."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"


async def a_message(client: httpx.AsyncClient) -> str:
    page = await client.get(MESSAGES, params={"folder": "inbox", "limit": 1})
    return f"{MESSAGES}/{page.json()['items'][0]['id']}"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/mailboxes",
        ADA,
        f"{ADA}/folders",
        f"{ADA}/folders/inbox",
        MESSAGES,
    ],
)
async def test_what_is_known_is_not_sent_again(
    client: httpx.AsyncClient, path: str
) -> None:
    """With the entity tag of before: 304, no body, the same tag."""
    first = await client.get(path)
    tag = first.headers["etag"]
    second = await client.get(path, headers={"If-None-Match": tag})
    listed = await client.get(
        path, headers={"If-None-Match": f'"x", W/{tag}, "y"'}
    )
    any_ = await client.get(path, headers={"If-None-Match": "*"})
    other = await client.get(path, headers={"If-None-Match": '"x"'})
    broken = await client.get(path, headers={"If-None-Match": tag.strip('"')})

    assert not tag.startswith("W/")
    for answer in (second, listed, any_):
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == tag
    assert other.status_code == broken.status_code == 200


async def test_a_message_that_changed_is_sent_again(
    client: httpx.AsyncClient,
) -> None:
    """A change makes a new entity tag."""
    place = await a_message(client)
    tag = (await client.get(place)).headers["etag"]
    unchanged = await client.get(place, headers={"If-None-Match": tag})
    await client.patch(place, json={"importance": "low"})
    changed = await client.get(place, headers={"If-None-Match": tag})

    assert unchanged.status_code == 304
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize("form", ["html", "text", "none"])
async def test_any_form_of_a_message_tells_its_state(
    client: httpx.AsyncClient, form: str
) -> None:
    """If-Match takes the entity tag of whichever form was read."""
    place = await a_message(client)
    read = await client.get(place, params={"body": form})
    tag = read.headers["etag"]
    first = await client.patch(
        place, json={"is_read": True}, headers={"If-Match": tag}
    )
    late = await client.patch(
        place, json={"is_read": False}, headers={"If-Match": tag}
    )
    now = await client.get(place)

    assert first.status_code == 200
    assert late.status_code == 412
    assert late.json()["code"] == "precondition-failed"
    assert late.json()["outcome"] == "not_performed"
    assert now.json()["is_read"] is True


@pytest.mark.parametrize("permanent", ["true", "false"])
async def test_deleting_what_changed_is_refused(
    client: httpx.AsyncClient, permanent: str
) -> None:
    """DELETE heeds If-Match, whichever way it deletes."""
    place = await a_message(client)
    tag = (await client.get(place)).headers["etag"]
    await client.patch(place, json={"importance": "low"})
    query = {"permanent": permanent}
    late = await client.delete(place, params=query, headers={"If-Match": tag})
    there = await client.get(place)
    done = await client.delete(
        place, params=query, headers={"If-Match": there.headers["etag"]}
    )

    assert late.status_code == 412
    assert there.status_code == 200
    assert done.status_code == 204


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("*", 200),
        ('"never-given-out"', 412),
        ('W/"CQAAABYAAAB2"', 412),
        ("not a tag", 400),
        ('"a", "b"', 400),
    ],
)
async def test_other_conditions(
    client: httpx.AsyncClient, tag: str, status: int
) -> None:
    """A star always holds, a foreign tag never; nonsense is an error."""
    place = await a_message(client)
    answer = await client.patch(
        place, json={"is_read": True}, headers={"If-Match": tag}
    )

    assert answer.status_code == status
