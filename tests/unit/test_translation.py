"""Between Graph's JSON and ours."""

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.translation.batch import folder_ids
from app.gateway.translation.etags import (
    change_key_of,
    graph_tag,
    is_same_state,
    item_tag,
)
from app.gateway.translation.html import sanitized
from app.gateway.translation.mailboxes import mailbox
from app.gateway.translation.messages import message, messages
from app.gateway.translation.result import Translation
from app.gateway.translation.times import (
    graph_timestamp,
    iana_zone,
    utc_timestamp,
)
from app.gateway.translation.wire import GraphTime
from app.models.mail import MessageSummary
from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphMalformedResponse, GraphThrottled

ABOUT = Translation(representation="html", seal=lambda link: f"sealed {link}")


def test_a_bare_message_is_enough() -> None:
    """All but the id may be missing or null."""
    content = message(b'{"id": "m1", "subject": null, "flag": null}', ABOUT)

    assert content.content["subject"] == ""
    assert content.content["from"] is None
    assert content.content["flag"] == {"status": "none", "due_at": None}
    assert content.content["importance"] == "unknown"
    assert content.content["attachments"] == []
    assert content.etag == '"unknown.html.2"'


def test_one_bad_item_takes_no_page_from_anybody() -> None:
    """What cannot be read of it is missing, and it is marked."""
    page = msgspec.json.encode(
        {
            "value": [
                {"id": "m1", "subject": "Good"},
                {"id": "m2", "subject": "Odd", "isRead": "yes", "flag": 7},
                {"subject": "No id", "toRecipients": [3]},
                "no object at all",
                None,
            ],
            "@odata.nextLink": "on",
        }
    )

    translated = messages(page, ABOUT)

    items = msgspec.to_builtins(translated.content)["items"]
    assert [item["id"] for item in items] == ["m1", "m2", "", "", ""]
    assert [item["is_partial"] for item in items] == [False] + 4 * [True]
    assert items[1]["subject"] == "Odd"
    assert items[1]["flag"]["status"] == "none"
    assert items[2]["to"] == []
    assert items[0].keys() == items[4].keys()
    assert items[0].keys() == MessageSummary.__required_keys__
    assert translated.next_cursor == "sealed on"


def test_text_that_is_no_unicode_spoils_its_item_only() -> None:
    """The page's other items are told whole."""
    body = b'{"value": [{"id": "m1", "subject": "\xff"}, {"id": "m2"}]}'

    items = msgspec.to_builtins(messages(body, ABOUT).content)["items"]

    assert [(i["id"], i["is_partial"]) for i in items] == [
        ("", True),
        ("m2", False),
    ]


def test_half_a_character_in_bytes_is_replaced() -> None:
    """No answer could repeat it."""
    body = b'{"value": [{"id": "m1", "subject": "Hi \xed\xa0\xbd"}]}'

    answer = msgspec.json.encode(messages(body, ABOUT).content)

    [item] = msgspec.json.decode(answer)["items"]
    assert item["subject"] == "Hi \N{REPLACEMENT CHARACTER}"


def test_inventions_of_graph_are_unknown() -> None:
    """Values and members that nobody knows break nothing."""
    body = msgspec.json.encode(
        {
            "@odata.type": "#microsoft.graph.holoMessage",
            "id": "m1",
            "importance": "cosmic",
            "flag": {"flagStatus": "waved"},
            "body": {"contentType": "holo", "content": "x"},
            "attachments": [{"id": "a1", "@odata.type": "#x", "size": None}],
            "from": {"emailAddress": {"name": "", "address": None}},
            "whatever": [1],
        }
    )
    content = message(body, ABOUT).content

    assert content["importance"] == "unknown"
    assert content["flag"]["status"] == "unknown"
    assert content["body"]["format"] == "text"
    assert content["attachments"][0]["kind"] == "unknown"
    assert content["from"] is None


def test_links_become_cursors() -> None:
    """The link to the next page is sealed."""
    page = messages(b'{"value": [], "@odata.nextLink": "https://x"}', ABOUT)

    assert (
        page.next_cursor == page.content["next_cursor"] == "sealed https://x"
    )


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"value": 1}', b'{"value": [}', b"\xff"]
)
def test_other_shapes_are_refused(body: bytes) -> None:
    """What is no page is named as such."""
    with pytest.raises(GraphMalformedResponse):
        messages(body, ABOUT)


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [
        ("user", "user"),
        ("linked", "user"),
        ("shared", "shared"),
        ("room", "room"),
        ("equipment", "unknown"),
        ("unknownFutureValue", "unknown"),
    ],
)
def test_kinds_of_mailboxes(purpose: str, kind: str) -> None:
    """Graph's purposes, as far as callers tell them apart."""
    body = msgspec.json.encode(
        {
            "id": "u1",
            "mailboxSettings": {
                "userPurpose": purpose,
                "timeZone": "W. Europe Standard Time",
                "language": {"locale": "de-DE"},
            },
            "proxyAddresses": ["SMTP:a@x", "smtp:b@x", "sip:c@x"],
        }
    )
    content = mailbox(body, ABOUT).content

    assert content["kind"] == kind
    assert content["time_zone"] == "Europe/Berlin"
    assert content["language"] == "de-DE"
    assert content["aliases"] == ["b@x"]


def test_a_part_of_a_batch_may_be_missing() -> None:
    """A folder that is not there is left out; another failure is told."""
    parts = [
        {"id": "inbox", "status": 200, "body": {"id": "f1"}},
        {"id": "archive", "status": 404, "body": {"error": {}}},
    ]
    body = msgspec.json.encode({"responses": parts})
    throttled = msgspec.json.encode(
        {"responses": [{"id": "inbox", "status": 429, "body": None}]}
    )

    assert folder_ids(body, ABOUT).content == {"inbox": "f1"}
    with pytest.raises(GraphThrottled):
        folder_ids(throttled, ABOUT)


@given(st.text(alphabet="ABCabc019+/=-_", min_size=1, max_size=64))
def test_entity_tags_lead_back_to_graph(change_key: str) -> None:
    """Ours are strong, Graph's weak, and both tell the same state."""
    tag = item_tag(change_key, "text+headers")

    assert graph_tag(tag) == f'W/"{change_key}"'
    assert change_key_of(f'W/"{change_key}"') == change_key
    assert is_same_state(tag, item_tag(change_key, "html"))


@pytest.mark.parametrize("tag", ['"x"', 'W/"x"', "", '"a.b.c.d"', '"..1"'])
def test_foreign_entity_tags_do_not(tag: str) -> None:
    """A tag that was not made here names no state."""
    assert graph_tag(tag) is None
    assert not is_same_state(tag, '"other.html.2"')


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (GraphTime("2026-11-22T09:00:00.0000000", "UTC"), "09:00:00Z"),
        (GraphTime("2026-11-22T09:00:00", "Europe/Berlin"), "08:00:00Z"),
        (
            GraphTime("2026-11-22T09:00:00", "Pacific Standard Time"),
            "17:00:00Z",
        ),
    ],
)
def test_times_with_zones(time: GraphTime, expected: str) -> None:
    """Graph's local times, in whatever zone, are told in UTC."""
    assert utc_timestamp(time) == f"2026-11-22T{expected}"


@pytest.mark.parametrize(
    "time",
    [
        None,
        GraphTime(None, "UTC"),
        GraphTime("soon", "UTC"),
        GraphTime("2026-11-22T09:00:00", "Middle-earth"),
        GraphTime("2026-11-22T09:00:00", "../../etc/passwd"),
    ],
)
def test_times_that_are_none(time: GraphTime | None) -> None:
    """What is no time is no failure."""
    assert utc_timestamp(time) is None


def test_timestamps_are_written_in_utc() -> None:
    """With milliseconds only where there are any."""
    moment = datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=2)))

    assert graph_timestamp(moment) == "2026-11-22T07:00:00Z"
    assert (
        graph_timestamp(datetime(2026, 11, 22, 9, 0, 0, 250_000, tzinfo=UTC))
        == "2026-11-22T09:00:00.250Z"
    )
    assert iana_zone(None) is None


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jav\tascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<iframe src="https://evil.example"></iframe>',
        '<form action="https://evil.example"><input name=p></form>',
        '<meta http-equiv=refresh content="0;url=https://evil.example">',
        '<link rel=stylesheet href="https://evil.example/x.css">',
        '<base href="https://evil.example/">',
        '<object data="https://evil.example"></object>',
        '<p style="background:url(https://evil.example/p.gif)">x</p>',
        '<p style="position:fixed;top:0">x</p>',
        "<style>@import url(https://evil.example/x.css)</style>",
        '<math><mtext><img src="https://evil.example/x"></mtext></math>',
        '<img srcset="https://evil.example/x 1x">',
        '<img src="//evil.example/x">',
        '<img src=" https://evil.example/x">',
        '<img src="ht\ntps://evil.example/x">',
        '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
        '<table background="https://evil.example/x"><tr><td>x</table>',
        '<video poster="https://evil.example/x"></video>',
        '<input type=image src="https://evil.example/x">',
        '<img alt="a>b" src="https://evil.example/x">',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    ],
)
def test_attacks_in_html(attack: str) -> None:
    """Nothing runs, nothing is fetched, nothing covers the page."""
    clean, _ = sanitized(f"<p>before</p>{attack}<p>after</p>")

    assert "before" in clean
    assert "after" in clean
    lowered = clean.lower().replace('data-remote-src="', "")
    for trace in (
        "alert",
        "script:",
        "onerror=",
        "onload",
        "position",
        "url(",
    ):
        assert trace not in lowered or "&lt;" in lowered
    assert ' src="http' not in lowered
    assert 'src="//' not in lowered
    assert "evil.example" not in lowered or "data-remote-src" in clean


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ('<a href="&#1;data:text/html,x">a</a>', ""),
        ('<a href="da&#9;ta:text/html,x">a</a>', ""),
        ('<p style="margin:-9999px;color:red">a</p>', "color:red"),
        ('<p style="text-indent:-99em">a</p>', ""),
        ('<p style="margin:calc(0px - 99px)">a</p>', ""),
        ('<p style="background-color:url(http://e/x)">a</p>', ""),
        (r'<p style="background-color:u\72l(http://e/x)">a</p>', ""),
        ("<p style=\"border:1px solid image('//e')\">a</p>", ""),
        ('<p style="margin:/**/-9px">a</p>', ""),
        ('<p style="letter-spacing:1px">a</p>', "letter-spacing:1px"),
    ],
)
def test_what_is_left_of_wild_values(html: str, clean: str) -> None:
    """Harmless declarations stay; nothing moves, nothing is fetched."""
    found = re.findall(r'(?:href|style)="([^"]*)"', sanitized(html)[0])

    assert "".join(found) == clean


def test_a_mark_cannot_be_forged() -> None:
    """What looks like a held back image in the source is not one."""
    clean, held_back = sanitized('<img data-remote-src="https://x/y">')

    assert clean == "<img>"
    assert held_back is False


@given(st.text(max_size=300))
def test_sanitizing_never_fails(html: str) -> None:
    """Whatever it is, the same comes out each time."""
    assert sanitized(html) == sanitized(html)


def test_errors_of_translation_are_ours() -> None:
    """A translation raises nothing that is not of the tree."""
    with pytest.raises(ExchangeError):
        message(b"null", ABOUT)
