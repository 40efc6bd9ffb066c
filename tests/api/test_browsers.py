"""What pages in browsers need, over the whole service."""

from pathlib import Path

import pytest

from app.routers.describe import HEADERS
from app.sandbox import Sandbox
from tests.support.callers import api_key
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio

PAGE = "https://mail.contoso.example"
MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


async def test_an_allowed_page_may_read_answers(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Answers, problems too, may be read with all headers that matter."""
    settings = settings_for(tmp_path, cors_origins=[PAGE])
    async with started(settings, sandbox) as service:
        answer = await service.client.get(MESSAGES, headers={"Origin": PAGE})
        problem = await service.client.get(
            f"{MESSAGES}?limit=0", headers={"Origin": PAGE}
        )
        preflight = await service.client.options(
            MESSAGES,
            headers={
                "Origin": PAGE,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "idempotency-key",
            },
        )

    exposed = answer.headers["access-control-expose-headers"]
    assert set(HEADERS) <= set(exposed.split(", "))
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert problem.headers["access-control-allow-origin"] == PAGE
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] == (
        "idempotency-key"
    )


async def test_another_page_may_not(tmp_path: Path, sandbox: Sandbox) -> None:
    """A preflight from elsewhere is refused with a problem document."""
    settings = settings_for(tmp_path, cors_origins=[PAGE])
    async with started(settings, sandbox) as service:
        answer = await service.client.get(
            MESSAGES, headers={"Origin": "https://evil.example"}
        )
        preflight = await service.client.options(
            MESSAGES,
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "GET",
            },
        )

    assert "access-control-allow-origin" not in answer.headers
    assert preflight.status_code == 400
    assert preflight.json()["code"] == "malformed-request"


async def test_without_settings_no_page_may(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """By default nothing is allowed."""
    async with started(settings_for(tmp_path), sandbox) as service:
        answer = await service.client.get(MESSAGES, headers={"Origin": PAGE})

    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.attack(
    "A form of another page that changes something (CSRF)",
    "400 for all but allowed and local pages",
)
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 400),
        ("null", 400),
        (PAGE, 200),
        ("http://127.0.0.1:8000", 200),
        ("http://localhost:5173", 200),
    ],
)
async def test_no_page_sets_anything_off(
    tmp_path: Path, sandbox: Sandbox, origin: str, status: int
) -> None:
    """A request without a body is sent without a preflight."""
    settings = settings_for(tmp_path, cors_origins=[PAGE])
    async with started(settings, sandbox) as service:
        answer = await service.client.post(
            "/ops/breakers/contoso/mail-read/reset", headers={"Origin": origin}
        )

    assert answer.status_code == status


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_documentation_asks_nobody_else(
    tmp_path: Path, sandbox: Sandbox, page: str
) -> None:
    """The pages name no other host, and may not connect to one."""
    async with started(settings_for(tmp_path), sandbox) as service:
        answer = await service.client.get(page)

    assert "https://" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_an_allowed_page_may_read_what_its_user_lacks(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Its preflight shows nothing; what it is refused for, it can read."""
    settings = settings_for(
        tmp_path,
        cors_origins=[PAGE],
        auth_mode="api_key",
        api_keys=[api_key("k")],
    )
    async with started(settings, sandbox) as service:
        preflight = await service.client.options(
            MESSAGES,
            headers={
                "Origin": PAGE,
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "authorization,x-api-key",
            },
        )
        refused = await service.client.get(MESSAGES, headers={"Origin": PAGE})

    assert preflight.status_code == 200
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == PAGE
    exposed = refused.headers["access-control-expose-headers"].split(", ")
    assert "WWW-Authenticate" in exposed
