"""Mail that nobody wrote by hand: newsletters and notifications."""

from collections.abc import Iterator
from datetime import datetime

from app.sandbox.seeds.files import inline_image
from app.sandbox.seeds.letters import Days, Letter, html, letter, owner, person
from app.sandbox.state.directory import User
from app.sandbox.state.items import Attachment

__all__ = ["newsletters", "notifications"]

ISSUES = (
    ("Harbour Weekly", "news@harbourweekly.example"),
    ("Trail & Tent", "hello@trailandtent.example"),
    ("Packet Loss Digest", "digest@packetloss.example"),
    ("The Slow Cooker", "kitchen@slowcooker.example"),
)
HEADLINES = (
    "Seven harbours worth the detour",
    "Last days: 30 % off rain gear",
    "Why your timeouts are wrong",
    "Soup, and nothing but soup",
    "Readers ask, we shrug",
)
PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<style>
  @import url("https://cdn.{host}/news.css");
  .hero {{ background: url(https://img.{host}/hero.jpg); color: #024; }}
  a:hover {{ text-decoration: underline }}
</style>
<script>window.opened = {number};</script>
</head>
<body bgcolor="#ffffff" onload="track({number})">
<div style="display:none;max-height:0">{preheader}&nbsp;&zwnj;&nbsp;</div>
<table width="600" align="center" cellpadding="0"><tr><td class="hero">
<img src="https://img.{host}/logo.png" alt="{title}" width="120">
<h1>{title}</h1><h2>{headline}</h2></td></tr>
<tr><td><p>{preheader} Read on to see what our editors found.</p>
<p><img src="cid:teaser-{number}@{host}" alt="Teaser"></p>
<p><a href="https://click.{host}/r?u={number}&amp;to=https%3A%2F%2F{host}">
Read more</a></p></td></tr>
<tr><td><small>You get this because you signed up.
<a href="https://{host}/unsubscribe?u={number}">Unsubscribe</a></small>
<img src="https://open.{host}/p.gif?u={number}" width="1" height="1"></td>
</tr></table></body></html>
"""
NOTICE = """<html><body><p>Build <b>#{number}</b> of <i>aurora</i>
{result}.</p><p>Commit <code>{commit}</code></p></body></html>
"""


def newsletters(user: User, days: Days, count: int) -> Iterator[Letter]:
    """Give newsletters, mostly unread, some with an inline picture."""
    for number in range(count):
        title, address = ISSUES[number % len(ISSUES)]
        host = address.partition("@")[2]
        at = days.office()
        headline = HEADLINES[number % len(HEADLINES)]
        properties = {
            "subject": f"{title}: {headline}",
            "from": person(title, address),
            "toRecipients": [owner(user)],
            "body": html(_page(title, headline, host, number)),
            "isRead": days.chance(0.3),
            "inferenceClassification": "other",
        }
        yield letter(
            "newsletters" if number % 3 == 0 else "inbox",
            at,
            properties,
            *([_teaser(host, number, at)] if number % 2 else []),
            headers=(
                ("List-Unsubscribe", f"<https://{host}/unsubscribe>"),
                ("Precedence", "bulk"),
            ),
        )


def notifications(user: User, days: Days, count: int) -> Iterator[Letter]:
    """Give notices of a machine that arrived in the very same second."""
    at = days.ago(6.5)
    for number in range(count):
        result = "passed" if (number + 1) % 4 else "failed"
        commit = f"{days.dice.getrandbits(40):010x}"
        notice = NOTICE.format(
            number=8100 + number, result=result, commit=commit
        )
        properties = {
            "subject": f"[aurora] build #{8100 + number} {result}",
            "from": person("Build Robot", "robot@builds.example"),
            "toRecipients": [owner(user)],
            "body": html(notice),
            "isRead": number % 2 == 0,
            "inferenceClassification": "other",
        }
        headers = (("Auto-Submitted", "auto-generated"),)
        yield letter("inbox", at, properties, headers=headers)


def _page(title: str, headline: str, host: str, number: int) -> str:
    return PAGE.format(
        title=title,
        headline=headline,
        host=host,
        number=number,
        preheader=f"Issue {number + 100} is here.",
    )


def _teaser(host: str, number: int, at: datetime) -> Attachment:
    content_id = f"teaser-{number}@{host}"
    return inline_image(f"teaser-{number}.png", content_id, at)
