"""The settings of mailboxes, and who has none."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import (
    ADA,
    SUPPORT,
    refusal,
)

pytestmark = pytest.mark.anyio

EVENTUAL = {"ConsistencyLevel": "eventual"}
GUEST = "/users/tomasz.wilk_northwind.example%23EXT%23@contoso.example"


async def test_settings_are_shown_when_selected(
    graph: httpx.AsyncClient,
) -> None:
    """Mailbox settings come with one user, not with all of them."""
    one = await graph.get(f"{SUPPORT}?$select=mail,mailboxSettings")
    many = await graph.get("/users?$select=mailboxSettings")

    assert one.json()["mailboxSettings"]["userPurpose"] == "shared"
    assert refusal(many) == (501, "NotImplemented")


async def test_settings_have_a_resource(graph: httpx.AsyncClient) -> None:
    """Settings are read whole, in part, and one by one."""
    url = f"{ADA}/mailboxSettings"

    whole = (await graph.get(url)).json()
    part = (await graph.get(f"{url}?$select=timeZone")).json()
    purpose = (await graph.get(f"{url}/userPurpose")).json()
    hours = (await graph.get(f"{url}/workingHours")).json()

    assert whole["timeZone"] == "W. Europe Standard Time"
    assert whole["workingHours"]["startTime"] == "08:00:00.0000000"
    assert set(part) == {"@odata.context", "timeZone"}
    assert purpose["value"] == "user"
    assert hours["timeZone"] == {"name": "W. Europe Standard Time"}


@pytest.mark.parametrize("path", ["/colour", "?$select=colour"])
async def test_unknown_settings_are_refused(
    graph: httpx.AsyncClient, path: str
) -> None:
    """A setting that there is not is 400."""
    answer = await graph.get(f"{ADA}/mailboxSettings{path}")

    assert refusal(answer) == (400, "RequestBroker--ParseUri")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("", 404, "Request_ResourceNotFound"),
        ("/messages", 404, "ErrorInvalidUser"),
        ("/mailFolders", 404, "ErrorInvalidUser"),
        ("/mailboxSettings", 404, "ErrorInvalidUser"),
    ],
)
async def test_unknown_users_are_not_found(
    graph: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    """The directory and Exchange have their own words for nobody."""
    answer = await graph.get(f"/users/nobody@contoso.example{path}")

    assert refusal(answer) == (status, code)


@pytest.mark.parametrize(
    "path",
    ["/messages", "/mailFolders/inbox", "?$select=mailboxSettings"],
)
async def test_guests_have_no_mailbox(
    graph: httpx.AsyncClient, path: str
) -> None:
    """A guest exists, but Exchange does not know them."""
    profile = await graph.get(GUEST)
    mail = await graph.get(f"{GUEST}{path}")

    assert profile.json()["mail"] is None
    assert refusal(mail) == (404, "MailboxNotEnabledForRESTAPI")


async def test_settings_change_in_part(graph: httpx.AsyncClient) -> None:
    """The answer shows what the body names; the rest stays as it was."""
    url = f"{ADA}/mailboxSettings"
    hours = {"startTime": "09:00:00", "timeZone": {"name": "Asia/Tokyo"}}
    answer = await graph.patch(
        url,
        json={
            "@odata.context": "x",
            "timeZone": "Europe/Vienna",
            "language": {"locale": "de-AT"},
            "workingHours": hours,
            "automaticRepliesSetting": {
                "status": "Scheduled",
                "externalAudience": "ContactsOnly",
                "scheduledStartDateTime": {
                    "dateTime": "2026-12-01T09:00:00",
                    "timeZone": "W. Europe Standard Time",
                },
                "scheduledEndDateTime": {
                    "dateTime": "2026-12-02T09:00:00.0000000",
                    "timeZone": "UTC",
                },
            },
        },
    )
    shown = answer.json()
    whole = (await graph.get(url)).json()
    replies = (await graph.get(f"{url}/automaticRepliesSetting")).json()

    assert set(shown) == {
        *("@odata.context", "timeZone", "language", "workingHours"),
        "automaticRepliesSetting",
    }
    assert shown["workingHours"]["startTime"] == "09:00:00.0000000"
    assert shown["workingHours"]["endTime"] == "17:00:00.0000000"
    assert whole["timeZone"] == "Europe/Vienna"
    assert whole["dateFormat"] == "yyyy-MM-dd"
    assert replies["status"] == "scheduled"
    assert replies["externalAudience"] == "contactsOnly"
    assert replies["scheduledStartDateTime"] == {
        "dateTime": "2026-12-01T08:00:00.0000000",
        "timeZone": "UTC",
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"colour": "red"}, "UnableToDeserializePostBody"),
        ({"userPurpose": "shared"}, "ErrorInvalidPropertySet"),
        ({"timeZone": "Middle/Earth"}, "InvalidTimeZone"),
        ({"timeZone": 7}, "UnableToDeserializePostBody"),
        ({"dateFormat": " "}, "ErrorInvalidArgument"),
        ({"language": {"locale": "english"}}, "ErrorUnsupportedCulture"),
        ({"workingHours": {"startTime": "08"}}, "RequestBodyRead"),
        (
            {"workingHours": {"startTime": "18:00:00"}},
            "ErrorInvalidTimeSettings",
        ),
        ({"workingHours": {"daysOfWeek": ["someday"]}}, "InvalidArguments"),
        (
            {"automaticRepliesSetting": {"status": "on"}},
            "UnableToDeserializePostBody",
        ),
        (
            {"automaticRepliesSetting": {"status": "scheduled"}},
            "ErrorInvalidScheduledOofDuration",
        ),
    ],
)
async def test_wrong_settings_are_refused(
    graph: httpx.AsyncClient, body: Any, code: str
) -> None:
    """400, with the codes that Microsoft names, and nothing changes."""
    url = f"{ADA}/mailboxSettings"
    before = (await graph.get(url)).json()
    answer = await graph.patch(url, json=body)

    assert refusal(answer) == (400, code)
    assert (await graph.get(url)).json() == before
