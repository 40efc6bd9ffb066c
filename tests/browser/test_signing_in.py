"""How people sign in on the pages, in Chromium, for real."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.callers import api_key
from tests.support.process import Process, serving

ADA, GRACE = "ada@contoso.example", "grace@contoso.example"
KEY, WEAK = "a-key-of-an-operator", "a-key-of-somebody-else"


@pytest.fixture(scope="module")
def entra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The service, for callers with tokens of the sandbox's Entra ID."""
    data = tmp_path_factory.mktemp("data")
    with serving(data, EXCHANGE_AUTH_MODE="entra") as running:
        yield running


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The service, for callers with keys."""
    tenants = ["contoso", "fabrikam"]
    keys = [
        api_key(KEY, name="ops", tenants=tenants),
        api_key(WEAK, name="weak", roles=["contacts.read"], tenants=tenants),
    ]
    data = tmp_path_factory.mktemp("data")
    with serving(
        data,
        EXCHANGE_AUTH_MODE="api_key",
        EXCHANGE_API_KEYS=json.dumps(keys),
    ) as running:
        yield running


def kept(page: Page) -> list[str]:
    """Return what is left in the browser when the tab is closed."""
    found: list[str] = page.evaluate("Object.keys(localStorage)")
    return found


def pick(page: Page, address: str) -> None:
    page.locator(f"button[value='{address}']").click()


def test_swagger_ui_signs_a_person_in(page: Page, entra: Process) -> None:
    """Authorize, pick a user, come back, and read that user's mail."""
    page.goto(f"{entra.url}/docs")
    page.get_by_role("button", name="Authorize", exact=True).click()
    with page.expect_popup() as opened:
        page.locator(".auth-btn-wrapper .authorize").click()
    window = opened.value
    asked = httpx.URL(window.url).params
    with window.expect_event("close"):
        pick(window, ADA)
    page.get_by_text("Logout").wait_for()
    page.locator(".auth-btn-wrapper .btn-done").click()
    block = page.locator("#operations-messages-list_messages")
    block.locator(".opblock-summary-control").click()
    block.get_by_placeholder("mailbox").fill("me")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").first).to_be_visible()

    assert asked["code_challenge_method"] == "S256"
    assert "client_secret" not in asked
    assert "200" in answer.inner_text()
    assert kept(page) == []


def test_status_signs_an_operator_in(page: Page, entra: Process) -> None:
    """In the page itself: no token in its address, none kept for later."""
    page.goto(f"{entra.url}/status")
    page.get_by_role("button", name="Sign in with Microsoft").click()
    pick(page, ADA)
    expect(page.locator("#headline")).to_have_text("All is well")
    shown = page.url
    page.reload()
    expect(page.locator("body[data-live=live]")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to see")).to_be_visible()

    assert shown == f"{entra.url}/status"
    assert kept(page) == []
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_status_tells_who_is_no_operator(page: Page, entra: Process) -> None:
    """Whoever signs in without the role reads which one is missing."""
    page.goto(f"{entra.url}/status")
    page.get_by_role("button", name="Sign in with Microsoft").click()
    pick(page, GRACE)
    why = page.get_by_role("alert")
    expect(why.filter(has_text="operator")).to_be_visible()

    assert page.url == f"{entra.url}/status"
    assert page.locator("#headline").is_hidden()


@pytest.mark.attack(
    "A link brings an operator to /status with an attacker's sign-in",
    "refused: not begun in this tab",
)
def test_status_takes_no_code_that_it_did_not_ask_for(
    page: Page, entra: Process
) -> None:
    """It would have somebody look with the account of somebody else."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{entra.url}/status?code=stolen&state=made-up")
    expect(page.get_by_text("not begun in this tab")).to_be_visible()

    assert page.url == f"{entra.url}/status"
    assert [url for url in asked if "token" in url or "stream" in url] == []


@pytest.mark.attack(
    "A page opens the redirect of Swagger UI with an attacker's code",
    "refused: not the state that was asked with",
)
def test_swagger_ui_takes_no_code_that_it_did_not_ask_for(
    page: Page, entra: Process
) -> None:
    """The window says so to the one that opened it, and closes."""
    page.goto(f"{entra.url}/docs")
    page.get_by_role("button", name="Authorize", exact=True).click()
    with page.expect_popup() as opened:
        page.locator(".auth-btn-wrapper .authorize").click()
    window = opened.value
    with window.expect_event("close"):
        window.evaluate(
            "place => location.assign(place)",
            f"{entra.url}/docs/oauth2-redirect?code=stolen&state=made-up",
        )
    told = page.get_by_text("not to what this page has asked")
    expect(told.first).to_be_visible()

    assert page.get_by_text("Logout").count() == 0


def test_swagger_ui_takes_a_key(page: Page, keyed: Process) -> None:
    """It is sent with what is tried out."""
    page.goto(f"{keyed.url}/docs")
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.get_by_label("Value:").fill(WEAK)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    block = page.locator("#operations-mailboxes-list_mailboxes")
    block.locator(".opblock-summary-control").click()
    block.get_by_placeholder("Exchange-Tenant").fill("contoso")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table")

    expect(answer).to_contain_text(GRACE)
    assert kept(page) == []


def test_status_takes_a_key(page: Page, keyed: Process) -> None:
    """Wrong, good for other things, right, and forgotten."""
    page.goto(f"{keyed.url}/status")
    key, show = page.get_by_label("API key"), page.get_by_text("Show me")
    why = page.locator("#door-why")
    key.fill("wrong")
    show.click()
    expect(why).to_contain_text("The API key is not known.")
    key.fill(WEAK)
    show.click()
    expect(why).to_contain_text("operator")
    key.fill(KEY)
    show.click()
    expect(page.locator("#headline")).to_have_text("All is well")
    asked = page.get_by_role("button", name="Purge cache, contoso")
    asked.click()
    page.locator("#ask-yes").click()
    expect(page.locator("#toast")).to_contain_text("Purged")
    page.get_by_role("button", name="Sign out").click()
    expect(key).to_be_focused()

    assert page.evaluate("Object.keys(sessionStorage)") == []
    assert kept(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_way_in_fits(
    page: Page, keyed: Process, tmp_path: Path, width: int, scheme: str
) -> None:
    """On a phone and on a desk; by day and by night."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{keyed.url}/status")
    expect(page.get_by_label("API key")).to_be_focused()
    inside = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path=tmp_path / f"{scheme}-{width}.png")

    assert inside == width
