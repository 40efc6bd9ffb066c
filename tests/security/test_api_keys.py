"""Callers that show keys, over the whole service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.callers import api_key
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example/messages?limit=1"
KEYS = [
    api_key("reader", name="reader", roles=["mail.read"]),
    api_key("old", name="rotated", expires="2999-01-01"),
    api_key("new", name="rotated"),
    api_key("too-old", expires="2001-01-01"),
    api_key("one", mailboxes=["ada@contoso.example"]),
    api_key("domain", mailboxes=["@contoso.example"]),
    api_key("none", mailboxes=[]),
    api_key("two", tenants=["contoso", "fabrikam"]),
    api_key("roleless", roles=[]),
]


@pytest.fixture
async def service(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The service, with keys for many kinds of machines."""
    settings = settings_for(tmp_path, auth_mode="api_key", api_keys=KEYS)
    async with started(settings, sandbox) as running:
        yield running


@pytest.mark.parametrize("key", ["reader", "old", "new", "one", "domain"])
async def test_a_key_lets_in(service: Service, key: str) -> None:
    """Two keys of one name overlap while they are changed."""
    answer = await service.client.get(ADA, headers={"X-API-Key": key})

    assert answer.status_code == 200


async def test_keys_of_one_name_share_a_quota(service: Service) -> None:
    """Whoever changes its key wins nothing by it."""
    left = []
    for key in ("old", "new"):
        answer = await service.client.get(ADA, headers={"X-API-Key": key})
        left.append(int(answer.headers["RateLimit"].split(";")[1][2:]))

    assert left == [9998, 9997]


def _key(key: str) -> list[tuple[str, str]]:
    return [("X-API-Key", key)]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param(
            [],
            "caller-unauthenticated",
            marks=pytest.mark.attack("No API key", "401"),
        ),
        pytest.param(
            _key("guess"),
            "caller-unauthenticated",
            marks=pytest.mark.attack("An API key that is guessed", "401"),
        ),
        pytest.param(
            _key("Reader"),
            "caller-unauthenticated",
            marks=pytest.mark.attack("An API key in other case", "401"),
        ),
        pytest.param(
            _key(str(KEYS[0]["sha256"])),
            "caller-unauthenticated",
            marks=pytest.mark.attack(
                "The digest from the settings as API key", "401"
            ),
        ),
        pytest.param(
            _key("too-old"),
            "caller-unauthenticated",
            marks=pytest.mark.attack("An API key that has expired", "401"),
        ),
        pytest.param(
            [*_key("guess"), *_key("reader")],
            "caller-unauthenticated",
            marks=pytest.mark.attack("Two API keys, one of them good", "401"),
        ),
        pytest.param(
            [("Authorization", "Bearer reader")],
            "caller-unauthenticated",
            marks=pytest.mark.attack("An API key as a bearer token", "401"),
        ),
        pytest.param(
            _key("roleless"),
            "caller-forbidden",
            marks=pytest.mark.attack("An API key without the role", "403"),
        ),
        pytest.param(
            _key("none"),
            "caller-forbidden",
            marks=pytest.mark.attack(
                "An API key that names no mailboxes, for a mailbox", "403"
            ),
        ),
    ],
)
async def test_others_are_refused(
    service: Service, headers: list[tuple[str, str]], code: str
) -> None:
    """Without a word about why a key is not known, and asking nobody."""
    answer = await service.client.get(ADA, headers=headers)

    assert answer.json()["code"] == code
    assert service.sandbox.calls == []
    for _, value in headers:
        assert value not in answer.text


@pytest.mark.attack("An API key in the query, as logs would keep it", "401")
async def test_a_key_in_the_query_is_none(service: Service) -> None:
    """Whoever asks so is not let in, so that nobody gets used to it."""
    answer = await service.client.get(f"{ADA}&x-api-key=reader")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("key", "mailbox"),
    [
        pytest.param(
            "one",
            "grace@contoso.example",
            marks=pytest.mark.attack(
                "A mailbox beside the one that a key is for", "403"
            ),
        ),
        pytest.param(
            "one",
            "ada@contoso.example.evil.example",
            marks=pytest.mark.attack(
                "A mailbox whose name begins like an allowed one", "403"
            ),
        ),
        pytest.param(
            "domain",
            "ada@evil-contoso.example",
            marks=pytest.mark.attack(
                "A domain that ends like an allowed one", "403"
            ),
        ),
        pytest.param(
            "domain",
            "ada@fabrikam.example@contoso.example",
            marks=pytest.mark.attack("An address with two domains", "403"),
        ),
        pytest.param(
            "domain",
            "@contoso.example",
            marks=pytest.mark.attack("A domain instead of a mailbox", "403"),
        ),
        pytest.param(
            "domain",
            "00000000-0000-0000-0000-000000000001",
            marks=pytest.mark.attack(
                "An object id, where only a domain is allowed", "403"
            ),
        ),
        pytest.param(
            "one",
            "*",
            marks=pytest.mark.attack("The rule for all as a mailbox", "403"),
        ),
        pytest.param(
            "one",
            "ada%40contoso.example%2F..%2Fgrace%40contoso.example",
            marks=pytest.mark.attack(
                "A path through an allowed mailbox to another", "403"
            ),
        ),
        pytest.param(
            "new",
            "me",
            marks=pytest.mark.attack("me, without a user", "404"),
        ),
    ],
)
async def test_other_mailboxes_stay_closed(
    service: Service, key: str, mailbox: str
) -> None:
    """What a key is not for is refused before Graph is asked."""
    answer = await service.client.get(
        f"/v1/mailboxes/{mailbox}/messages", headers={"X-API-Key": key}
    )

    assert answer.status_code in {403, 404, 422}
    assert service.sandbox.calls == []


async def test_a_mailbox_is_compared_as_it_is_used(service: Service) -> None:
    """In lower case, whatever letters are taken for others by that."""
    answer = await service.client.get(
        "/v1/mailboxes/ADA@Contoso.Example/messages?limit=1",
        headers={"X-API-Key": "one"},
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("key", "tenant", "status"),
    [
        ("two", "fabrikam", 404),
        ("two", "contoso", 200),
        ("reader", "contoso", 200),
        pytest.param(
            "reader",
            "fabrikam",
            403,
            marks=pytest.mark.attack("Another tenant, by its alias", "403"),
        ),
        pytest.param(
            "reader",
            "initech",
            403,
            marks=pytest.mark.attack(
                "Which tenants there are, by asking for some", "403 for all"
            ),
        ),
        pytest.param(
            "reader",
            "contoso, fabrikam",
            403,
            marks=pytest.mark.attack("Two tenants in one header", "403"),
        ),
        pytest.param(
            "two",
            "",
            400,
            marks=pytest.mark.attack(
                "No tenant, where a caller has several", "400"
            ),
        ),
    ],
)
async def test_tenants_are_the_callers(
    service: Service, key: str, tenant: str, status: int
) -> None:
    """Whether another exists is not told."""
    headers = {"X-API-Key": key}
    if tenant:
        headers["Exchange-Tenant"] = tenant
    answer = await service.client.get(ADA, headers=headers)

    assert answer.status_code == status


@pytest.mark.attack(
    "Operations, by an operator of one tenant among two", "403"
)
async def test_operators_need_all_tenants(service: Service) -> None:
    """They see what belongs to everybody."""
    answers = [
        await service.client.get("/ops", headers={"X-API-Key": key})
        for key in ("new", "two")
    ]

    assert [answer.status_code for answer in answers] == [403, 200]
