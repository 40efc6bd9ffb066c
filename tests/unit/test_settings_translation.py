"""Settings, categories and rules between Graph and callers."""

import json
from typing import Any

import msgspec
import pytest

from app.gateway.translation.categories import categories
from app.gateway.translation.inbox_rules import (
    rule,
    rule_patch_json,
    rules,
)
from app.gateway.translation.mailboxes import mailbox
from app.gateway.translation.result import Translation
from app.gateway.translation.settings import automatic_replies, settings
from app.models.rule_input import RulePatch

ABOUT = Translation(representation="", seal=lambda link: f"sealed {link}")
INVENTED: dict[str, Any] = {
    "id": "1",
    "displayName": "Odd",
    "isReadOnly": None,
    "conditions": {
        "@odata.type": "#x",
        "subjectContains": ["x"],
        "isSung": True,
        "importance": "urgent",
        "sensitivity": "Private",
    },
    "actions": {"markAsRead": True, "pinTo": {"top": 1}, "delete": "no"},
}


def test_what_is_not_known_of_a_rule_is_named() -> None:
    """New members, and known ones with strange values."""
    shown = rule(msgspec.json.encode(INVENTED), ABOUT).content

    assert shown["conditions"] == {
        "subject_contains": ["x"],
        "importance": "unknown",
        "sensitivity": "private",
    }
    assert shown["actions"] == {"mark_as_read": True}
    assert shown["exceptions"] == {}
    assert shown["unrecognized"] == [
        "conditions.isSung",
        "actions.pinTo",
        "actions.delete",
    ]
    assert shown["is_read_only"] is False


def test_what_is_not_known_of_a_rule_survives() -> None:
    """A change of some members sends the others along as they were."""
    patch = RulePatch.model_validate(
        {
            "conditions": {"subject_contains": None, "sent_to_me": True},
            "actions": {"move_to_folder": "abc"},
        }
    )
    sent = json.loads(rule_patch_json(patch, msgspec.json.encode(INVENTED)))

    assert sent == {
        "conditions": {
            "@odata.type": "#x",
            "isSung": True,
            "importance": "urgent",
            "sensitivity": "Private",
            "sentToMe": True,
        },
        "actions": {**INVENTED["actions"], "moveToFolder": "abc"},
    }


def test_odd_items_take_no_page_from_anybody() -> None:
    """Rules and categories that cannot be read in full are marked."""
    found = rules(
        b'{"value": [{"id": "1", "sequence": "first", "actions": []}, 3]}',
        ABOUT,
    )
    others = categories(
        b'{"value": [{"id": "1", "color": 7}, {"id": "2", "color": "Plaid"},'
        b' {"id": "3", "displayName": "a", "color": "Preset4"}]}',
        ABOUT,
    )

    assert [item["is_partial"] for item in found.content["items"]] == [
        True,
        True,
    ]
    assert found.content["items"][0]["sequence"] == 0
    told = [(i["color"], i["is_partial"]) for i in others.content["items"]]
    assert told == [("none", True), ("unknown", False), ("preset4", False)]


def test_nothing_is_enough_for_settings() -> None:
    """Members that are missing or null are null."""
    for body in (b"{}", b'{"workingHours": null, "language": {}}'):
        shown = settings(body, ABOUT).content
        assert set(shown.values()) == {None}

    replies = automatic_replies(b"{}", ABOUT).content
    assert replies["status"] == replies["audience"] == "unknown"
    assert replies["internal_message"] == ""


def test_zones_of_somebodys_making_have_no_name() -> None:
    """Working hours tell them as null, and unknown days as such."""
    shown = settings(
        msgspec.json.encode(
            {
                "workingHours": {
                    "daysOfWeek": ["Monday", "caturday"],
                    "startTime": "09:00:00.0000000",
                    "timeZone": {
                        "@odata.type": "#microsoft.graph.customTimeZone",
                        "name": "Customized Time Zone",
                        "bias": -200,
                    },
                }
            }
        ),
        ABOUT,
    ).content

    assert shown["working_hours"] == {
        "days": ["monday", "unknown"],
        "start": "09:00:00",
        "end": None,
        "time_zone": None,
    }


@pytest.mark.parametrize("purpose", ["Shared", {"value": "shared"}])
def test_purposes_come_in_two_forms(purpose: Any) -> None:
    """Graph's pages show text and an object; both are read."""
    body = {"id": "1", "mailboxSettings": {"userPurpose": purpose}}

    shown = mailbox(msgspec.json.encode(body), ABOUT).content

    assert shown["kind"] == "shared"


def test_capitals_do_not_matter() -> None:
    """Graph writes words of enumerations with capitals here and there."""
    shown = automatic_replies(
        b'{"status": "AlwaysEnabled", "externalAudience": "ContactsOnly"}',
        ABOUT,
    ).content

    assert (shown["status"], shown["audience"]) == ("enabled", "contacts")
