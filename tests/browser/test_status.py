"""The status page, as a person sees it in Chromium."""

import json
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.process import Process, serving

ADA = "ada@contoso.example"
GRACE = "grace@contoso.example"
FAILING = "Microsoft Graph is failing for contoso"
expect.set_options(timeout=20_000)
CANARY = "<img src=x onerror='window.spoilt = 1'>"
DECIDES = {"level", "blame", "state", "token", "kind", "strip", "last"}
COUNT_WORDS = """() => {
  window.said = [];
  new MutationObserver(() => window.said.push(
    document.querySelector("#said").textContent
  )).observe(document.querySelector("#said"),
    { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def service(process: Process) -> Iterator[Process]:
    """The service that all share, with nothing left of what one did."""
    yield process
    httpx.delete(f"{process.sandbox}/_sandbox/faults").raise_for_status()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that must not complain, nor ask anybody else."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert {httpx.URL(url).host for url in asked} == {"127.0.0.1"}


def watch(page: Page, service: Process) -> None:
    page.goto(f"{service.url}/status")
    expect(page.locator("body[data-live=live]")).to_be_visible()


def ask(service: Process, times: int, mailbox: str = ADA) -> list[int]:
    headers = {"Cache-Control": "no-cache", "Prefer": "wait=1"}
    with httpx.Client(base_url=service.url, timeout=20) as caller:
        return [
            caller.get(
                f"/v1/mailboxes/{mailbox}/messages", headers=headers
            ).status_code
            for _ in range(times)
        ]


def fault(service: Process, **about: object) -> None:
    made = httpx.post(f"{service.sandbox}/_sandbox/faults", json=about)
    made.raise_for_status()


def test_trouble_is_seen_and_over(page: Page, service: Process) -> None:
    """Graph fails: a person sees whose it is, what to do, and its end."""
    ask(service, 5)
    watch(page, service)
    headline = page.locator("#headline")
    expect(headline).to_have_text("All is well")
    page.evaluate(COUNT_WORDS)
    fault(service, status=500, route="/users/*")
    failed = ask(service, 3)
    expect(headline).to_have_text(FAILING)
    expect(page.locator("#level")).to_have_text("Trouble")
    expect(page.locator("#blame")).to_contain_text("not this service")
    expect(page.locator("#hit")).to_contain_text("1 of 2 tenants")
    expect(page.locator("#since")).to_contain_text("UTC")
    runbook = page.get_by_role("link", name="Open the runbook")
    expect(runbook).to_have_attribute("href", "/runbooks/graph-failing")
    tenants = page.get_by_role("table", name="Tenants")
    expect(tenants.get_by_role("row", name="contoso")).to_contain_text("3 (")
    errors = page.get_by_role("table", name="Last errors")
    expect(errors).to_contain_text("graph-unavailable")
    httpx.delete(f"{service.sandbox}/_sandbox/faults").raise_for_status()
    ask(service, 40)
    expect(headline).to_have_text("All is well again")
    expect(page.locator("#past")).to_contain_text("Last trouble")
    came, went = page.evaluate("window.said")

    assert failed == [503, 503, 503]
    assert came == f"Trouble: {FAILING}."
    assert went.startswith("Well")
    assert page.title().startswith("Well: All is well again")


def test_what_comes_from_outside_is_text(page: Page, service: Process) -> None:
    """Markup in any word that the service tells is shown as it is."""
    fault(service, status=429, retry_after=60, mailbox=GRACE, times=1)
    ask(service, 2, GRACE)
    with httpx.stream("GET", f"{service.url}/status/stream") as stream:
        lines = list(islice(stream.iter_lines(), 3 * 10))
    spoilt = [spoil(line) for line in lines]
    page.route(
        "**/status/stream",
        lambda route: route.fulfill(
            body="\n".join([*spoilt, "", ""]),
            content_type="text/event-stream",
        ),
    )
    page.goto(f"{service.url}/status")
    expect(page.locator("#errors td.name")).to_have_text(CANARY)
    expect(page.locator("#tenants td.name").first).to_have_text(CANARY)

    assert page.locator("#headline").inner_text() != ""
    assert page.locator("main img").count() == 0
    assert page.evaluate("window.spoilt ?? null") is None


def spoil(line: str) -> str:
    """Put markup where words are, and leave alone what decides on a look."""
    if not line.startswith("data: "):
        return line
    return "data: " + json.dumps(spoilt(json.loads(line[6:])))


def spoilt(told: Any, name: str = "") -> Any:
    if isinstance(told, dict):
        return {key: spoilt(value, key) for key, value in told.items()}
    if isinstance(told, list):
        return [spoilt(value, name) for value in told]
    is_word = isinstance(told, str) and name not in DECIDES
    return CANARY if is_word else told


def test_a_mailbox_is_asked_again(page: Page, service: Process) -> None:
    """It takes the name of the mailbox; here only its hash is known."""
    fault(service, status=429, retry_after=60, mailbox=GRACE, times=1)
    ask(service, 1, GRACE)
    watch(page, service)
    page.get_by_role("button", name="Ask now").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("alert")).to_have_text("Name the mailbox.")
    dialog.get_by_label("Mailbox").fill(GRACE)
    dialog.get_by_role("button", name="Ask again").click()
    said = page.locator("#said")
    expect(said).to_have_text("The mailbox is asked again.")
    expect(page.get_by_text("None. Microsoft wants no")).to_be_visible()


def test_nothing_is_done_before_it_is_confirmed(
    page: Page, service: Process
) -> None:
    """All by keyboard: cancel first, then purge; focus comes back."""
    httpx.post(
        f"{service.url}/ops/cache/purge", json={"tenant": "contoso"}
    ).raise_for_status()
    ask(service, 1)
    watch(page, service)
    kept = page.locator("#kept")
    expect(kept).to_contain_text("1 answers")
    purge = page.get_by_role("button", name="Purge cache").first
    purge.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Purge the cache of contoso?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(purge).to_be_focused()
    expect(kept).to_contain_text("1 answers")
    page.keyboard.press("Enter")
    page.get_by_label("Only this mailbox").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not done.")
    page.get_by_label("Only this mailbox").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Purged: 1 answer forgotten.")
    expect(kept).to_contain_text("0 answers")


def test_a_breaker_is_isolated_and_released(
    page: Page, service: Process
) -> None:
    """The page says that somebody did it."""
    ask(service, 1)
    watch(page, service)
    parts = page.locator("#parts")
    parts.locator("summary").click()
    parts.get_by_role("button", name="Isolate").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Isolate").click()
    main = page.locator("main")
    expect(main).to_contain_text("An operator has isolated")
    page.get_by_role("button", name="Release").click()
    dialog.get_by_role("button", name="Release").click()
    expect(main).not_to_contain_text("An operator has isolated")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Process]:
    """A service that may be stopped."""
    with serving(tmp_path) as running:
        yield running


def test_old_is_never_passed_for_new(page: Page, own: Process) -> None:
    """The process stands still, goes on, and ends: the page says so."""
    watch(page, own)
    own.popen.send_signal(signal.SIGSTOP)
    try:
        lost = page.locator("#lost")
        expect(lost).to_contain_text("s old")
        expect(page.locator("#live-word")).to_have_text("Not live")
        expect(page.locator("#headline")).to_have_text(
            "How it is now is not known"
        )
    finally:
        own.popen.send_signal(signal.SIGCONT)
    expect(page.locator("#live-word")).to_have_text("Live")
    expect(lost).to_be_hidden()
    expect(page.locator("#headline")).to_contain_text("well")
    own.popen.send_signal(signal.SIGTERM)
    expect(lost).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(
    browser: Browser, process: Process, width: int, scheme: str
) -> None:
    """No sideways scrolling; text stands out from what is behind it."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    watch(page, process)
    inside = page.evaluate("document.documentElement.scrollWidth")
    contrast = page.evaluate(CONTRAST)
    unnamed = page.evaluate(UNNAMED)
    context.close()

    assert inside == width
    assert min(contrast.values()) >= 4.5, contrast
    assert unnamed == []


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    canvas.fillStyle = style.getPropertyValue(`--${name}`);
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => {
      const part = c / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const back of ["page", "card"]) {
    for (const text of ["text", "soft", "link", "well", "note", "trouble",
                        "down"]) {
      const [one, two] = [light(back), light(text)];
      found[`${text} on ${back}`] =
        (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    }
  }
  return found;
}"""
UNNAMED = """() => [...document.querySelectorAll(
    "button, a, select, input, [role=img], [role=region], section, nav"
  )].filter((node) => !node.closest("dialog")).filter((node) => {
    const by = node.getAttribute("aria-labelledby");
    const name = node.getAttribute("aria-label") ?? node.textContent.trim();
    const label = node.labels?.[0]?.textContent.trim();
    return !(by ? document.getElementById(by)?.textContent : name || label);
  }).map((node) => node.outerHTML.slice(0, 80))"""
