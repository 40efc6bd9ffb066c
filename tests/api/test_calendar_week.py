"""A week in which clocks change, seen from three continents.

What the service shows is held against moments calculated by `zoneinfo` from
the local times at which the events were written.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
import pytest

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
VIEWERS = (BERLIN, NEW_YORK, "Asia/Kolkata")
DAY = timedelta(days=1)
# The Wednesday before a Sunday on which clocks change, there or there.
WEEKS = [
    pytest.param(date(2026, 10, 21), id="Berlin puts its clocks back"),
    pytest.param(date(2026, 10, 28), id="New York puts its clocks back"),
    pytest.param(date(2027, 3, 10), id="New York puts its clocks forward"),
    pytest.param(date(2027, 3, 24), id="Berlin puts its clocks forward"),
]


class Planned(NamedTuple):
    """Something that takes place: its moments, as they must be shown."""

    starts_at: datetime
    ends_at: datetime
    subject: str
    kind: str


def at(day: date, clock: str, zone: str) -> datetime:
    """Return a moment by the clocks of a zone, in UTC."""
    local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone))
    return local.astimezone(UTC)


def spoken(day: date, clock: str, zone: str) -> dict[str, str]:
    return {"date_time": f"{day.isoformat()}T{clock}:00", "time_zone": zone}


class Diary:
    """Writes into a calendar of its own, and notes down what must be seen."""

    def __init__(self, client: httpx.AsyncClient, first: date) -> None:
        self._client = client
        self._first = first
        self._calendar = ""
        self.planned: list[Planned] = []

    async def write(self) -> None:
        """Fill the week, and the days around it."""
        made = await self._post("/calendars", {"name": "Across the change"})
        self._calendar = made["id"]
        await self._recurring()
        await self._across_the_ocean()
        for begins, ends in ((-1, 0), (1, 3), (4, 5), (7, 8)):
            await self._whole_days(begins, ends)

    async def seen_from(self, zone: str | None) -> list[dict[str, Any]]:
        """Return all that takes place in the week, page by page."""
        found: list[dict[str, Any]] = []
        params: dict[str, Any] = {
            "calendar": self._calendar,
            "start": self._first.isoformat(),
            "end": (self._first + 7 * DAY).isoformat(),
            "limit": 4,
        }
        if zone is not None:
            params["time_zone"] = zone
        while True:
            answer = await self._client.get(f"{ADA}/events", params=params)
            page = answer.raise_for_status().json()
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            params["cursor"] = page["next_cursor"]

    def expected_from(self, zone: str) -> list[Planned]:
        """Return what lies in the week as it is in a zone."""
        begin = at(self._first, "00:00", zone)
        end = at(self._first + 7 * DAY, "00:00", zone)
        return sorted(
            one
            for one in self.planned
            if one.starts_at < end and one.ends_at > begin
        )

    async def _recurring(self) -> None:
        """Every day at nine in Berlin; one is moved, one is cancelled."""
        first = self._first - DAY
        series = await self._post(
            "/events",
            {
                "calendar_id": self._calendar,
                "subject": "Stand-up",
                "start": spoken(first, "09:00", BERLIN),
                "end": spoken(first, "09:15", BERLIN),
                "recurrence": {"rrule": "FREQ=DAILY;COUNT=10"},
                "attendees": [{"address": "grace@contoso.example"}],
            },
        )
        instances = await self._instances(series["id"])
        moved, cancelled = self._first + 2 * DAY, self._first + 5 * DAY
        for day in (first + n * DAY for n in range(10)):
            if day not in {moved, cancelled}:
                self._plan(day, ("09:00", "09:15"), BERLIN, "occurrence")
        answer = await self._client.patch(
            f"{ADA}/events/{instances[moved]}",
            json={
                "start": spoken(moved, "23:30", BERLIN),
                "end": spoken(moved + DAY, "00:15", BERLIN),
            },
        )
        assert answer.status_code == 200, answer.text
        self.planned.append(
            Planned(
                at(moved, "23:30", BERLIN),
                at(moved + DAY, "00:15", BERLIN),
                "Stand-up",
                "exception",
            )
        )
        answer = await self._client.post(
            f"{ADA}/events/{instances[cancelled]}/cancel", json={}
        )
        assert answer.status_code == 200, answer.text

    async def _across_the_ocean(self) -> None:
        """Weekdays at half past eight in New York, until the Tuesday."""
        first = self._first
        last = first + 6 * DAY
        await self._post(
            "/events",
            {
                "calendar_id": self._calendar,
                "subject": "Call",
                "start": spoken(first, "08:30", NEW_YORK),
                "end": spoken(first, "09:30", NEW_YORK),
                "recurrence": {
                    "pattern": {
                        "type": "weekly",
                        "days_of_week": [
                            *("monday", "tuesday", "wednesday"),
                            *("thursday", "friday"),
                        ],
                    },
                    "range": {
                        "type": "end_date",
                        "end_date": last.isoformat(),
                    },
                },
            },
        )
        for day in (first + n * DAY for n in range(7)):
            if day.weekday() < 5:
                clocks = ("08:30", "09:30")
                self._plan(day, clocks, NEW_YORK, "occurrence", "Call")

    async def _whole_days(self, begins: int, ends: int) -> None:
        await self._post(
            "/events",
            {
                "calendar_id": self._calendar,
                "subject": f"Days {begins} to {ends}",
                "start": {"date": (self._first + begins * DAY).isoformat()},
                "end": {"date": (self._first + ends * DAY).isoformat()},
                "time_zone": BERLIN,
            },
        )

    async def _instances(self, series: str) -> dict[date, str]:
        """Return the ids of the occurrences by their days."""
        answer = await self._client.get(
            f"{ADA}/events/{series}/instances",
            params={
                "start": (self._first - 3 * DAY).isoformat(),
                "end": (self._first + 20 * DAY).isoformat(),
            },
        )
        return {
            date.fromisoformat(item["start"]["date_time"][:10]): item["id"]
            for item in answer.json()["items"]
        }

    def _plan(
        self,
        day: date,
        clocks: tuple[str, str],
        zone: str,
        kind: str,
        subject: str = "Stand-up",
    ) -> None:
        start, end = (at(day, clock, zone) for clock in clocks)
        self.planned.append(Planned(start, end, subject, kind))

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post(f"{ADA}{path}", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def told(event: dict[str, Any]) -> Planned:
    """Return what an event says by its moments."""
    return Planned(
        datetime.fromisoformat(event["starts_at"]),
        datetime.fromisoformat(event["ends_at"]),
        event["subject"],
        event["kind"],
    )


def shown(moment: datetime, zone: str) -> dict[str, str]:
    """Return what the clocks of a zone show at a moment."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return {"date_time": local.isoformat(), "time_zone": zone}


@pytest.mark.parametrize("first", WEEKS)
async def test_a_week_in_which_clocks_change(
    client: httpx.AsyncClient, first: date
) -> None:
    """Each sees the same moments, by its own clocks, and the same days."""
    diary = Diary(client, first)
    await diary.write()

    for zone in VIEWERS:
        events = await diary.seen_from(zone)
        timed = [e for e in events if not e["is_all_day"]]
        days = [e for e in events if e["is_all_day"]]

        assert [told(e) for e in timed] == diary.expected_from(zone)
        for event in timed:
            plan = told(event)
            assert event["start"] == shown(plan.starts_at, zone)
            assert event["end"] == shown(plan.ends_at, zone)
        assert [(e["subject"], e["start"], e["end"]) for e in days] == [
            (
                f"Days {begins} to {ends}",
                {"date": (first + begins * DAY).isoformat()},
                {"date": (first + ends * DAY).isoformat()},
            )
            for begins, ends in ((1, 3), (4, 5))
        ]
        assert len({e["id"] for e in events}) == len(events)


async def test_the_same_week_in_its_own_zones(
    client: httpx.AsyncClient,
) -> None:
    """Without a zone to look from, events have their own clocks all along."""
    diary = Diary(client, date(2026, 10, 21))
    await diary.write()

    events = await diary.seen_from(None)
    clocks = {
        (e["subject"], e["start"]["time_zone"], e["start"]["date_time"][11:])
        for e in events
        if not e["is_all_day"]
    }
    assert clocks == {
        ("Stand-up", BERLIN, "09:00:00"),
        ("Stand-up", BERLIN, "23:30:00"),
        ("Call", NEW_YORK, "08:30:00"),
    }
    [moved] = [e for e in events if e["kind"] == "exception"]
    assert moved["original_start_at"] == "2026-10-23T07:00:00Z"


async def test_clocks_that_skip_or_repeat_an_hour(
    client: httpx.AsyncClient,
) -> None:
    """A night series keeps its length, and says which of two hours it is."""
    made = await client.post(
        f"{ADA}/events",
        json={
            "subject": "Backup",
            "start": spoken(date(2026, 10, 24), "02:30", BERLIN),
            "end": spoken(date(2026, 10, 24), "02:45", BERLIN),
            "recurrence": {"rrule": "FREQ=DAILY;COUNT=200"},
        },
    )
    place = f"{ADA}/events/{made.json()['id']}/instances"
    autumn = await client.get(
        place, params={"start": "2026-10-24", "end": "2026-10-27"}
    )
    spring = await client.get(
        place, params={"start": "2027-03-27", "end": "2027-03-30"}
    )

    assert [e["starts_at"] for e in autumn.json()["items"]] == [
        "2026-10-24T00:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-26T01:30:00Z",
    ]
    assert {e["start"]["date_time"][11:] for e in autumn.json()["items"]} == {
        "02:30:00"
    }
    # Half past two is skipped on the 28th: it is an hour later by the clock.
    assert [e["start"]["date_time"] for e in spring.json()["items"]] == [
        "2027-03-27T02:30:00",
        "2027-03-28T03:30:00",
        "2027-03-29T02:30:00",
    ]
    lengths = {
        datetime.fromisoformat(e["ends_at"])
        - datetime.fromisoformat(e["starts_at"])
        for answer in (autumn, spring)
        for e in answer.json()["items"]
    }
    assert lengths == {timedelta(minutes=15)}
