"""A public list of XSS vectors, as mail, in a real browser.

Nothing may run, leave or be fetched. Chromium tells: a page on which no
script is allowed reports each one that would have begun, handlers of events
that never happen among them.
"""

from collections.abc import Callable, Iterator

import pytest
from brs_kb.payloads import get_all_payloads
from playwright.sync_api import Browser, Page, Request, Route

from app.gateway.translation.html import sanitized

AT = "https://mail.contoso.example/"
# Each vector stands where its author meant it to, or might have.
WRAPS = (
    "{}",
    '<a href="{}">x</a>',
    "<img src='{}'>",
    '<p title="{}">x</p>',
    '<p style="{}">x</p>',
)
LISTEN = """
window.found = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.found.push(event.violatedDirective + " " + event.sample);
});
"""
# What a frontend does with a mail, twice: what is read and written again may
# turn into something else (mutation XSS).
SHOW = """(mails) => {
  for (const mail of mails) {
    const place = document.body.appendChild(document.createElement("div"));
    place.innerHTML = mail;
    place.innerHTML = place.innerHTML;
  }
}"""
LOOK = """() => {
  // An address that cannot be read leads nowhere; its scheme is ":".
  const schemes = /^(https?|mailto|tel|cid|):$/;
  const tags = "script,iframe,frame,object,embed,applet,base,meta,link," +
    "style,form,input,button,textarea,select,svg,math,template,video," +
    "audio,source,noscript,portal,dialog,slot,title,xmp,plaintext,noembed";
  const wrong = [...document.body.querySelectorAll(tags)];
  for (const one of document.body.querySelectorAll("*")) {
    for (const attribute of one.attributes) {
      if (/^(on|xlink|form|src(doc|set)|id$|class$|is$)/.test(attribute.name))
        wrong.push(one);
    }
    if (one.tagName === "A" && one.hasAttribute("href") &&
        !schemes.test(one.protocol)) wrong.push(one);
    if (one.hasAttribute("style") &&
        getComputedStyle(one).position !== "static") wrong.push(one);
  }
  return wrong.map((one) => one.outerHTML.slice(0, 200));
}"""


def mails() -> list[str]:
    """Return every vector in every place."""
    vectors = [entry.payload for entry in get_all_payloads().values()]
    return [wrap.replace("{}", v) for v in vectors for wrap in WRAPS]


@pytest.fixture
def requests() -> list[str]:
    """What the page asks for, itself aside."""
    return []


@pytest.fixture
def shown(
    browser: Browser, requests: list[str]
) -> Iterator[Callable[[list[str]], Page]]:
    """Show HTML on a page that reports what would run."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(LISTEN)
    page.on("request", lambda request: _note(request, requests))

    def answer(route: Route) -> None:
        if route.request.url != AT:
            route.abort()
            return
        policy = "script-src 'report-sample'"
        headers = {"Content-Security-Policy": policy}
        body = "<!doctype html><meta charset=utf-8><body>" + "\n".join(content)
        route.fulfill(body=body, headers=headers, content_type="text/html")

    content: list[str] = []
    page.route("**/*", answer)

    def show(html: list[str]) -> Page:
        content[:] = html
        page.goto(AT)
        page.evaluate(SHOW, html)
        return page

    yield show
    context.close()


def _note(request: Request, requests: list[str]) -> None:
    if request.url != AT:
        requests.append(request.url)


@pytest.mark.attack(
    "A public list of 4,900 XSS vectors, each as mail and within an address,"
    " a title and a style, in Chromium",
    "Sanitized: nothing runs, nothing is fetched, nobody is led away",
)
def test_nothing_of_a_stranger_runs(
    shown: Callable[[list[str]], Page], requests: list[str]
) -> None:
    """As a page of its own, and where a frontend would put it."""
    given = mails()
    safe = dict.fromkeys(sanitized(mail)[0] for mail in given)
    page = shown(list(safe))

    assert len(given) > 20_000
    assert page.evaluate(LOOK) == []
    assert page.evaluate("window.found") == []
    assert requests == []
    assert page.url == AT


def test_the_list_would_run_otherwise(
    shown: Callable[[list[str]], Page], requests: list[str]
) -> None:
    """As it is, Chromium reports it: the test above can fail."""
    plain = mails()[:: len(WRAPS)]
    page = shown([mail for mail in plain if "onerror" in mail][:200])

    assert len(page.evaluate("window.found")) > 100
    assert page.evaluate(LOOK) != []
    assert requests != []
