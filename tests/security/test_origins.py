"""What pages of others can do through a browser: nothing."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import httpx
import pytest

from app.sandbox import Sandbox
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

PAGE = "https://mail.contoso.example"
MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
PAGES = (
    *("/docs", "/redoc", "/status", "/problems", "/runbooks"),
    *("/problems/graph-throttled", "/runbooks/graph-slow"),
)


@pytest.fixture
async def service(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """A service that one page may call."""
    settings = settings_for(tmp_path, cors_origins=[PAGE])
    async with started(settings, sandbox) as running:
        yield running


STRANGERS = (
    *("https://evil.example", "null", "file://", "", "*"),
    *(f"{PAGE}.evil.example", f"{PAGE}@evil.example", f"{PAGE}:444"),
    *("https://evilmail.contoso.example", "https://contoso.example"),
    *("http://mail.contoso.example", f"{PAGE}/", PAGE.upper()),
    *(f"{PAGE}, https://evil.example", f"{PAGE} ", "https://mail.contoso"),
    *("https://mailXcontoso.example", "http://[", "http://a]b"),
)


@pytest.mark.attack(
    "Origins that resemble an allowed one: null, longer, shorter, of another"
    " scheme or port",
    "Answers cannot be read, preflights are 400, changes are refused",
)
async def test_strangers_are_told_nothing(client: httpx.AsyncClient) -> None:
    """Origins are compared as a whole."""
    for origin in STRANGERS:
        foreign = {"Origin": origin}
        asking = foreign | {"Access-Control-Request-Method": "GET"}
        text = foreign | {"Content-Type": "text/plain"}
        answer = await client.get(MESSAGES, headers=foreign)
        preflight = await client.options(MESSAGES, headers=asking)
        change = await client.post(MESSAGES, content="{}", headers=text)

        for told in (answer, preflight, change):
            assert "access-control-allow-origin" not in told.headers, origin
            assert "access-control-allow-credentials" not in told.headers
        assert preflight.status_code == 400, origin
        assert change.status_code in {400, 415}, origin


SENT = (
    *("Authorization", "X-API-Key", "Exchange-Tenant", "Idempotency-Key"),
    *("Prefer", "Cache-Control", "X-Request-ID", "traceparent", "If-Match"),
    *("If-None-Match", "Range", "If-Range", "Content-Type"),
    *("Content-Disposition", "Content-Digest"),
)


async def test_an_allowed_page_may_send_what_is_documented(
    client: httpx.AsyncClient,
) -> None:
    """Each header passes the preflight; cookies never go along."""
    for header in SENT:
        preflight = await client.options(
            MESSAGES,
            headers={
                "Origin": PAGE,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": header.lower(),
            },
        )
        told = preflight.headers

        assert preflight.status_code == 200, header
        assert told["access-control-allow-origin"] == PAGE
        assert "Origin" in told["vary"]
        assert header.lower() in told["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in told


@pytest.mark.attack(
    "A page of somebody else's frames, opens or scripts one of ours",
    "frame-ancestors none, COOP, no-referrer, nosniff, and no base or form",
)
async def test_pages_are_on_their_own(client: httpx.AsyncClient) -> None:
    """Every page for people says so."""
    for path in PAGES:
        answer = await client.get(path, headers={"Accept": "text/html"})
        told = answer.headers

        assert answer.status_code == 200, path
        assert told["content-type"].startswith("text/html"), path
        for rule in ("default-src", "base-uri", "form-action"):
            assert f"{rule} 'none'" in told["content-security-policy"], path
        assert "frame-ancestors 'none'" in told["content-security-policy"]
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "no-referrer"
        assert told["cross-origin-opener-policy"].startswith("same-origin")


OTHERS = (
    (MESSAGES, 200),
    ("/openapi.json", 200),
    ("/docs/assets/swagger-ui.css", 200),
    ("/docs/assets/../../../etc/passwd", 404),
    ("/health/live", 200),
    ("/nowhere", 404),
    (f"{MESSAGES}?limit=0", 422),
    (f"{MESSAGES}/<script>alert(1)</script>", 404),
)


@pytest.mark.attack(
    "An answer in JSON, an asset or a problem, looked at as a page",
    "nosniff, and a policy that lets nothing run",
)
async def test_nothing_else_is_a_page(client: httpx.AsyncClient) -> None:
    """Neither what went well nor what did not."""
    for path, status in OTHERS:
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]

        assert answer.status_code == status, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert policy.startswith("default-src 'none'")
        assert b"<script" not in answer.content


ONWARD = (
    *("//evil.example", "//evil.example/..", "/\\evil.example", "/docs/"),
    *("/%2f%2fevil.example", "/%5cevil.example", "/.//evil.example/"),
    *("//evil.example/%2e%2e%2fdocs", "/docs/assets//evil.example/"),
    *("/docs/assets", "/docs/assets/", "/status/", "/runbooks/", "/problems/"),
    *("/runbooks//evil.example", "/problems/https:evil.example", "/v1/"),
    *("/runbooks/..%2f..%2fetc%2fpasswd", "/problems/..%2f..%2fsettings"),
    *("/docs?url=//evil.example/a.json", "/redoc?spec-url=//evil.example"),
    *("/docs?configUrl=//evil.example/a.json", "/?next=//evil.example"),
)


@pytest.mark.attack(
    "Paths and queries that would lead on to another host",
    "404 or the page itself, never a redirect",
)
async def test_nobody_is_sent_elsewhere(client: httpx.AsyncClient) -> None:
    """There is no redirect at all, and no page repeats the address."""
    for method, path in product(("GET", "POST"), ONWARD):
        answer = await client.request(
            method, f"http://127.0.0.1:8000{path}", follow_redirects=False
        )
        assert not 300 <= answer.status_code < 400
        assert answer.status_code < 500
        assert "location" not in answer.headers
        assert "evil" not in answer.headers.get("link", "")
        if answer.headers["content-type"].startswith("text/html"):
            assert "evil" not in answer.text


@pytest.mark.attack(
    "A Host or X-Forwarded-Host of one's own, to poison links and caches",
    "Links are relative, private answers are in no shared cache",
)
async def test_links_name_no_host(
    client: httpx.AsyncClient,
) -> None:
    """Neither Link nor Location repeats what the caller said of the host."""
    headers = {"Host": "localhost:1234", "X-Forwarded-Host": "evil.example"}
    listed = await client.get(
        MESSAGES, params={"limit": 1, "folder": "inbox"}, headers=headers
    )
    made = await client.post(MESSAGES, json={}, headers=headers)

    assert listed.headers["link"].startswith(f"<{MESSAGES}?")
    assert made.headers["location"].startswith(f"{MESSAGES}/")
    for answer in (listed, made):
        assert "private" in answer.headers["cache-control"]
        assert "localhost" not in str(answer.headers)
        assert "evil" not in str(answer.headers)
