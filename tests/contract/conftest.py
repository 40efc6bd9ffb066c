"""Fixtures for the tests of the sandbox."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.clock import SystemClock
from app.sandbox import Sandbox
from tests.support.schema_watch import SchemaWatch

ADA = "/users/ada@contoso.example"
GRACE = "/users/grace@contoso.example"
SUPPORT = "/users/support@contoso.example"
CONTOSO = "11111111-1111-4111-8111-111111111111"
FABRIKAM = "33333333-3333-4333-8333-333333333333"
ADA_ADDRESS = "ada@contoso.example"
GRACE_ADDRESS = "grace@contoso.example"
# A Wednesday.
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
CREDENTIALS = {
    CONTOSO: ("22222222-2222-4222-8222-222222222222", "sandbox-secret"),
    FABRIKAM: ("44444444-4444-4444-8444-444444444444", "sandbox-secret-2"),
}

Entity = dict[str, Any]


def client_of(sandbox: Sandbox) -> httpx.AsyncClient:
    """Return a client that talks to a sandbox in this process.

    Each answer is held against Microsoft's schema.
    """
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=sandbox.app),
        base_url="http://sandbox.test/v1.0",
        event_hooks={"response": [SchemaWatch(sandbox).see_answer]},
    )


def token_form(tenant: str = CONTOSO, **changes: str) -> dict[str, str]:
    """Return a token request; an empty text takes a member out."""
    client_id, secret = CREDENTIALS[tenant]
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    return {k: v for k, v in (form | changes).items() if v}


def token_url(tenant: str = CONTOSO) -> str:
    """Return where a tenant's tokens are given out."""
    return f"http://sandbox.test/{tenant}/oauth2/v2.0/token"


async def sign_in(client: httpx.AsyncClient, tenant: str = CONTOSO) -> None:
    """Give a client a token."""
    answer = await client.post(token_url(tenant), data=token_form(tenant))
    token = answer.json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


async def every(graph: httpx.AsyncClient, url: str) -> list[Entity]:
    """Return the entities of all pages."""
    found: list[Entity] = []
    following: str | None = url
    while following is not None:
        page = (await graph.get(following)).raise_for_status().json()
        found += page["value"]
        following = page.get("@odata.nextLink")
    return found


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the most precise code of an error."""
    error = answer.json()["error"]
    inner = error.get("innerError", {}).get("code")
    return answer.status_code, inner or error["code"]


def person(address: str) -> Entity:
    """Return a recipient."""
    return {"emailAddress": {"address": address}}


async def new_draft(graph: httpx.AsyncClient, **properties: Any) -> Entity:
    """Create a draft of Ada's."""
    answer = await graph.post(f"{ADA}/messages", json=properties)
    created: Entity = answer.raise_for_status().json()
    return created


async def draft_url(graph: httpx.AsyncClient, **properties: Any) -> str:
    """Create a draft of Ada's and return its path."""
    draft = await new_draft(graph, **properties)
    return f"{ADA}/messages/{draft['id']}"


def message_url(message_id: str) -> str:
    """Return the path of one of Ada's messages, with its id encoded."""
    return f"{ADA}/messages/{quote(message_id, safe='')}"


async def folder_id(graph: httpx.AsyncClient, name: str) -> str:
    """Return the id of one of Ada's folders."""
    answer = await graph.get(f"{ADA}/mailFolders/{name}")
    return str(answer.json()["id"])


async def wait(seconds: float) -> None:
    """Let virtual time pass."""
    await SystemClock().sleep(seconds)


def subjects(messages: list[Entity]) -> list[str]:
    """Return the subjects of messages."""
    return [message["subject"] for message in messages]


@pytest.fixture
def sandbox() -> Sandbox:
    """Return a new sandbox, on a Wednesday morning."""
    return Sandbox(now=NOW)


@pytest.fixture
async def graph(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client with a token for contoso.example."""
    async with client_of(sandbox) as client:
        await sign_in(client)
        yield client


@pytest.fixture
def immutable(graph: httpx.AsyncClient) -> None:
    """Prefer immutable ids, as most callers do."""
    graph.headers.update(IMMUTABLE)


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the control API, which needs no token."""
    async with client_of(sandbox) as client:
        client.base_url = httpx.URL("http://sandbox.test/_sandbox")
        yield client
