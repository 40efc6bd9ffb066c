"""Mailboxes, over the whole service."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_the_directory_lists_who_has_a_mailbox(
    client: httpx.AsyncClient,
) -> None:
    """Three mailboxes; the guest without one is not among them."""
    answer = await client.get("/v1/mailboxes")

    addresses = [item["address"] for item in answer.json()["items"]]
    assert addresses == [
        "ada@contoso.example",
        "grace@contoso.example",
        "support@contoso.example",
    ]
    assert answer.json()["next_cursor"] is None


async def test_the_directory_can_be_searched(
    client: httpx.AsyncClient,
) -> None:
    """Words are looked for in names."""
    answer = await client.get("/v1/mailboxes", params={"query": "Grace"})

    addresses = [item["address"] for item in answer.json()["items"]]
    assert addresses == ["grace@contoso.example"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("okafor", ["grace"]),
        ("Support customer", ["support"]),
        ("gra", ["grace"]),
        ("HELP@contoso", ["support"]),
        ("ada.marlow@", ["ada"]),
        ("grace@contoso.example", ["grace"]),
        ("o'hara@", []),
        ("northwind", []),
    ],
)
async def test_names_addresses_and_aliases_are_found(
    client: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    """Words in any order and case, and the beginnings of addresses."""
    answer = await client.get("/v1/mailboxes", params={"query": query})

    addresses = [item["address"] for item in answer.json()["items"]]
    assert addresses == [f"{name}@contoso.example" for name in found]


async def test_the_directory_comes_in_pages(client: httpx.AsyncClient) -> None:
    """A cursor leads to the next page, as does the header Link."""
    first = await client.get("/v1/mailboxes", params={"limit": 2})
    cursor = first.json()["next_cursor"]
    second = await client.get(
        "/v1/mailboxes", params={"limit": 2, "cursor": cursor}
    )
    linked = await client.get(first.links["next"]["url"])

    assert len(first.json()["items"]) == 2
    assert len(second.json()["items"]) == 1
    assert second.json()["next_cursor"] is None
    assert linked.json() == second.json()


async def test_a_profile_tells_kind_language_and_zone(
    client: httpx.AsyncClient,
) -> None:
    """One mailbox tells what lists do not."""
    answer = await client.get("/v1/mailboxes/support@contoso.example")

    assert answer.json()["kind"] == "shared"
    assert answer.json()["aliases"] == ["help@contoso.example"]
    assert answer.json()["time_zone"] == "UTC"


async def test_a_mailbox_goes_by_its_object_id(
    client: httpx.AsyncClient,
) -> None:
    """Address in any case and object id name the same mailbox."""
    by_address = await client.get("/v1/mailboxes/Ada@Contoso.Example")
    identity = by_address.json()["id"]
    by_id = await client.get(f"/v1/mailboxes/{identity}")

    assert by_id.json() == by_address.json()


@pytest.mark.parametrize(
    ("mailbox", "code"),
    [
        ("nobody@contoso.example", "mailbox-not-found"),
        ("00000000-0000-4000-8000-000000000000", "mailbox-not-found"),
    ],
)
async def test_an_unknown_mailbox_is_not_found(
    client: httpx.AsyncClient, mailbox: str, code: str
) -> None:
    """No such user: 404 with its own problem, for all that is in it."""
    profile = await client.get(f"/v1/mailboxes/{mailbox}")
    messages = await client.get(f"/v1/mailboxes/{mailbox}/messages")

    assert profile.status_code == messages.status_code == 404
    assert profile.json()["code"] == messages.json()["code"] == code


async def test_a_user_without_a_mailbox_is_told_apart(
    client: httpx.AsyncClient,
) -> None:
    """A guest is in the directory and has no mail."""
    answer = await client.get(
        "/v1/mailboxes/pat.guest@contoso.example/messages"
    )

    assert answer.status_code == 404
    assert answer.json()["code"] in {
        "mailbox-not-enabled",
        "mailbox-not-found",
    }
