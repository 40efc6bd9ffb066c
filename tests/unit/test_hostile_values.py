"""What Graph may tell and nobody expects: values that break readers."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.gateway.kql import search_text
from app.gateway.translation.calendar.event_parts import told_at
from app.gateway.translation.calendar.events import events
from app.gateway.translation.html import sanitized
from app.gateway.translation.inbox_rules import rule, rule_and_source, rules
from app.gateway.translation.messages import messages
from app.gateway.translation.result import Translation, decode
from app.gateway.translation.rooms import rooms
from app.gateway.translation.scheduling import schedules
from app.gateway.translation.settings import (
    automatic_replies_json,
    working_hours,
)
from app.gateway.translation.times import moment_told
from app.gateway.translation.wire_settings import GraphWorkingHours
from app.models.mailbox_settings import NewAutomaticReplies
from app.models.queries import MessageQuery
from app.models.scheduling import Availability
from app.problems.graph_failures import GraphMalformedResponse
from app.routers.bodies import JsonRequest
from app.services.calendar.meeting_times import (
    Attendee,
    Span,
    Wish,
    find_times,
)
from app.services.calendar.working_hours import working_spans

ABOUT = Translation(representation="UTC", seal=lambda link: link)
HUGE = 10**40
MONTH = (
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 12, 2, tzinfo=UTC),
)
NEVER = datetime(1, 1, 1, tzinfo=UTC)


def page(*items: str) -> bytes:
    """Return a page of Graph's of items in JSON."""
    return f'{{"value": [{",".join(items)}]}}'.encode()


@pytest.mark.parametrize(
    "odd",
    [
        '"reminderMinutesBeforeStart": 1e999',
        f'"reminderMinutesBeforeStart": {HUGE}',
        '"location": {"coordinates": {"latitude": 1e999}}',
        f'"recurrence": {{"range": {{"numberOfOccurrences": {HUGE}}}}}',
    ],
)
def test_numbers_that_nobody_can_hold(odd: str) -> None:
    """They are as if they were missing, and the page can be told."""
    good = '{"id": "e1", "subject": "Good"}'
    bad = f'{{"id": "e2", "subject": "Odd", "isReminderOn": true, {odd}}}'

    found = events(page(good, bad), ABOUT).content["items"]

    assert msgspec.json.encode(found)
    assert [one["subject"] for one in found] == ["Good", "Odd"]
    assert [one["is_partial"] for one in found] == [False, True]


def test_numbers_of_rules_and_rooms() -> None:
    """Those that Graph tells as text, and those inside of conditions."""
    sizes = f'{{"withinSizeRange": {{"minimumSize": {HUGE}}}}}'
    people = '{"forwardTo": [{"emailAddress": {"name": 5}}]}'
    told = f'{{"id": "r", "conditions": {sizes}, "actions": {people}}}'

    [one] = rules(page(told), ABOUT).content["items"]
    [room] = rooms(
        page(f'{{"id": "x", "capacity": "{"9" * 5000}"}}'), ABOUT
    ).content["items"]

    assert (one["conditions"], one["actions"]) == ({}, {})
    assert one["unrecognized"] == [
        "conditions.withinSizeRange",
        "actions.forwardTo",
    ]
    assert room["capacity"] is None


def test_characters_that_were_cut_in_two() -> None:
    """Half an emoji at the end of a preview takes no page from anybody."""
    good = '{"id": "m1", "subject": "Gr\\u00fc\\u00dfe \\ud83d\\ude00"}'
    bad = '{"id": "m2", "bodyPreview": "Hi \\ud83d"}'

    told = messages(page(good, bad), ABOUT).content
    first, second = msgspec.to_builtins(told)["items"]

    assert first["subject"] == "Gr\u00fc\u00dfe \N{GRINNING FACE}"
    assert second["preview"] == "Hi \N{REPLACEMENT CHARACTER}"


def test_a_change_of_a_rule_with_half_a_character() -> None:
    """What is kept of it for the change can be read again."""
    body = b'{"id": "r", "displayName": "x\\ud83d"}'

    kept = msgspec.json.encode(rule_and_source(body, ABOUT).content)

    source = msgspec.json.decode(kept, type=dict[str, msgspec.Raw])["source"]
    name = rule(bytes(source), ABOUT).content["name"]
    assert name == "x\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("deep", ["[" * 9999 + "]" * 9999, "[" * 9999])
def test_answers_without_a_bottom(deep: str) -> None:
    """What is nested too deeply to be read is malformed."""
    with pytest.raises(GraphMalformedResponse):
        decode(f'{{"value": {deep}}}'.encode(), dict[str, Any])
    with pytest.raises(GraphMalformedResponse):
        events(page(f'{{"id": "e", "subject": {deep}}}'), ABOUT)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z"),
        ("2026-11-22T09:00:00.1234567Z", "2026-11-22T09:00:00.1234567Z"),
        ("2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00Z"),
        ("2026-11-22T09:00:00", None),
        ("2026-11-22 x", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_times(told: str | None, shown: str | None) -> None:
    """Text that is no time with a zone would be compared with some."""
    assert moment_told(told) == shown
    assert told_at(told) == shown


def test_links_lead_to_pages() -> None:
    """What a frontend shows as a link runs no script there."""
    script = '"javascript:alert(1)"'
    bad = f'{{"id": "x", "webLink": {script}, "onlineMeetingUrl": {script}}}'
    fine = '{"id": "x", "webLink": "https://o/x", "onlineMeetingUrl": "http:"}'

    first, second = events(page(bad, fine), ABOUT).content["items"]
    told = messages(page(bad), ABOUT).content
    [mail] = msgspec.to_builtins(told)["items"]

    assert (first["web_link"], first["join_url"]) == (None, None)
    assert (second["web_link"], second["join_url"]) == ("https://o/x", None)
    assert mail["web_link"] is None


def test_codes_are_codes() -> None:
    """What Graph writes in place of one does not reach callers."""
    told = '{"scheduleId": "a@b.c", "error": {"responseCode": "at <db7>: x"}}'

    [one] = schedules(page(told), ABOUT).content["items"]

    assert one["error_code"] == "unknown"


@pytest.mark.parametrize("time", ["99:99:99", "24:00:00", "8", "\u0660" * 8])
def test_hours_that_no_clock_shows(time: str) -> None:
    """They are not known."""
    told = GraphWorkingHours(
        days_of_week=["monday"], start_time=time, end_time="17:00:00"
    )
    hours = working_hours(told)

    assert hours
    assert hours["start"] is None
    assert working_spans(hours, MONTH, "UTC") is None


def calls_of(work: Callable[[], object]) -> int:
    """Return how many calls some work takes."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_month_of_full_calendars_is_soon_searched() -> None:
    """Nobody else is served in the meantime.

    The work grows with people and with what is in their calendars, but not
    with the product of that and the times that are possible.
    """
    busy: list[tuple[Span, Availability]]
    busy = [((NEVER, MONTH[1]), "tentative")] * 200
    people = [
        Attendee(is_required=True, is_known=True, busy=busy, hours=[MONTH])
    ] * 20
    wish = Wish(
        window=MONTH,
        duration=timedelta(minutes=1),
        in_working_hours=True,
        most=50,
    )

    assert len(find_times(wish, people)) == 50
    assert calls_of(lambda: find_times(wish, people)) < 100_000


def test_images_without_an_end() -> None:
    """A message is looked through once, however many tags it begins."""
    text = "<img " * 100_000
    held = '<img alt="x" data-remote-src="a">'
    replies = NewAutomaticReplies(
        status="disabled", internal_message=f"{held}{text}"
    )

    sent = msgspec.json.decode(automatic_replies_json(replies))

    message = sent["automaticRepliesSetting"]["internalReplyMessage"]
    assert message == f'<img alt="x" src="a">{text}'


@pytest.mark.parametrize(
    "nested",
    ["<div>", "<DIV></x>", "<ul><li>", "<a><b><font>", "<table><tr><td>"],
)
def test_html_without_a_bottom(nested: str) -> None:
    """Its text is shown: to clean it would take minutes, or much longer."""
    shown, has_remote_content = sanitized(f"{nested * 200_000}1 &lt; 2 <")

    assert shown.strip().endswith("1 &lt; 2 &lt;")
    assert "<" not in shown
    assert not has_remote_content


def test_html_of_very_many_tags() -> None:
    """Long pages are shown as they are, if what they begin also ends."""
    page = "<div><b>x</b> &amp; y<br></div>" * 5000

    assert sanitized(page)[0] == page


def test_very_many_ampersands() -> None:
    """They are text, and no reason to take long."""
    assert sanitized("&" * 100_000)[0] == "&amp;" * 100_000


def test_the_first_days_of_the_calendar_are_days() -> None:
    """Exchange reads no year of one digit."""
    first = "0001-01-02T00:00:00Z"
    wanted = {"query": "x", "since": first, "until": first}

    told = search_text(MessageQuery.model_validate(wanted))

    assert told.endswith('received>=0001-01-01 received<=0001-01-03"')


@pytest.mark.anyio
async def test_others_are_served_while_a_large_body_is_read() -> None:
    """Half a million empty objects take half a second."""
    request = JsonRequest({"type": "http", "headers": []})
    request._body = b"[%s]" % b",".join([b"{}"] * 500_000)

    async def other() -> None:
        return

    served = asyncio.create_task(other())

    assert len(await request.json()) == 500_000
    assert served.done()
