"""The page "call it from a browser" does what it says."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.support.process import Process, serving

GUIDE = Path(__file__).parents[2] / "docs" / "call-it-from-a-browser.md"
HOME = "http://127.0.0.1:8000"
READ_HEADERS = """
const seen = async (headers) => {
  const answer = await fetch(`${API}${mailbox}/messages?limit=2`, { headers });
  const told = (name) => answer.headers.get(name);
  return {
    status: answer.status,
    freshness: told("Exchange-Freshness"),
    age: told("Age"),
    cacheStatus: told("Cache-Status"),
    retryAfter: told("Retry-After"),
    requestId: told("X-Request-ID"),
  };
};
const fresh = await seen({});
await fail();
const stale = await seen({ "Cache-Control": "max-age=0" });
const refused = await seen({ "Cache-Control": "no-cache" });
return { fresh, stale, refused };
"""
Told = dict[str, Any]


class _Empty(BaseHTTPRequestHandler):
    """Serves a page with nothing in it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A frontend</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where another site than the service is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def service(
    origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """A service that lets the page of that site in."""
    data_dir = tmp_path_factory.mktemp("data")
    allowed = f'["{origin}"]'
    with serving(data_dir, EXCHANGE_CORS_ORIGINS=allowed) as running:
        yield running


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(origin)
    yield page
    context.close()


def blocks() -> list[str]:
    text = GUIDE.read_text(encoding="utf-8")
    return re.findall(r"```js\n(.*?)```", text, re.DOTALL)


def run(page: Page, service: Process, code: str) -> Told:
    """Run code on the page, as the body of a function; return its value."""
    there = code.replace(HOME, service.url)
    told: Told = page.evaluate(f"(async () => {{ {there} }})()")
    return told


def add_fault(service: Process, **fault: Any) -> None:
    answer = httpx.post(f"{service.sandbox}/_sandbox/faults", json=fault)
    answer.raise_for_status()


def test_the_code_of_the_guide_works(page: Page, service: Process) -> None:
    """In its order, as it is written, while Graph throttles what is sent."""
    add_fault(
        service, route="/users/*/send", status=429, retry_after=2, times=1
    )
    posts: list[str] = []
    page.on(
        "request",
        lambda request: (
            posts.append(request.url.rpartition("/")[2])
            if request.method == "POST"
            else None
        ),
    )
    page.expose_function(
        "throttle",
        lambda: add_fault(
            service,
            route="/users/{mailbox}/messages",
            method="POST",
            status=429,
            retry_after=2,
            times=1,
        ),
    )
    told = run(
        page,
        service,
        "\n".join(blocks())
        + """
        await throttle();
        await once(`${mailbox}/messages`, { subject: "Draft" }, { wait: 1 });
        return {
          folder, wrong, subjects, now, end, taken,
          problem: { ...problem },
          tooLate: { ...tooLate },
          accepted: sent.status,
          place: sent.headers.get("Location"),
        };""",
    )

    assert told["folder"]["well_known"] == "inbox"
    assert told["problem"]["code"] == "invalid-request"
    assert told["wrong"] == ["#/query/limit"]
    assert len(told["subjects"]) == told["folder"]["unread_count"]
    assert len(told["now"]["messages"]) == 3
    assert told["now"]["note"] == ""
    assert told["tooLate"]["code"] == "precondition-failed"
    assert told["accepted"] == 202
    assert told["place"].endswith(f"/sends/{told['end']['id']}")
    assert told["end"]["status"] == "sent"
    assert told["taken"]["status"] == "cancelled"
    assert posts.count("sends") == 2
    assert posts.count("messages") == 2


def test_a_page_reads_the_headers_that_matter(
    page: Page, service: Process
) -> None:
    """How old an answer is, and when to come again after a refusal."""
    page.expose_function(
        "fail", lambda: add_fault(service, status=503, retry_after=60)
    )
    try:
        told = run(page, service, "\n".join(blocks()[:2]) + READ_HEADERS)
    finally:
        httpx.delete(f"{service.sandbox}/_sandbox/faults")

    fresh, stale, refused = told["fresh"], told["stale"], told["refused"]
    assert fresh["status"] == stale["status"] == 200
    assert (fresh["freshness"], stale["freshness"]) == ("fresh", "stale")
    assert "fwd-status=503" in stale["cacheStatus"]
    assert int(stale["age"]) >= 0
    assert refused["status"] == 503
    assert 0 < int(refused["retryAfter"]) <= 60
    assert refused["requestId"] != stale["requestId"]


def test_a_page_from_elsewhere_reads_nothing(
    browser: Browser, service: Process
) -> None:
    """Who was not named sees no answer, only that there is none."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{service.sandbox}/_sandbox/")
    said = page.evaluate(
        f"fetch('{service.url}/v1/mailboxes').then(() => 'read',"
        " (error) => error.constructor.name)"
    )
    context.close()

    assert said == "TypeError"
