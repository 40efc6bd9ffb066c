"""Graph's JSON of settings, categories and rules, as far as it is read here.

Source: https://learn.microsoft.com/graph/api/resources/mailboxsettings and
its like.
"""

from typing import Any

from msgspec import field

from app.gateway.translation.wire import (
    GraphLocale,
    GraphTime,
    Read,
    Whole,
)

__all__ = [
    "GraphAutomaticReplies",
    "GraphCategory",
    "GraphRule",
    "GraphSettings",
    "GraphWorkingHours",
]


class GraphZone(Read):
    """A time zone: one by its name, or one of somebody's own making."""

    name: str | None = None


class GraphWorkingHours(Read):
    """When somebody works; times have seven decimals."""

    days_of_week: list[str] | None = None
    start_time: str | None = None
    end_time: str | None = None
    time_zone: GraphZone | None = None


class GraphSettings(Read):
    """Settings of a mailbox."""

    time_zone: str | None = None
    language: GraphLocale | None = None
    date_format: str | None = None
    time_format: str | None = None
    working_hours: GraphWorkingHours | None = None


class GraphAutomaticReplies(Read):
    """Automatic replies; times are there whether they count or not."""

    status: str | None = None
    external_audience: str | None = None
    internal_reply_message: str | None = None
    external_reply_message: str | None = None
    start: GraphTime | None = field(
        name="scheduledStartDateTime", default=None
    )
    end: GraphTime | None = field(name="scheduledEndDateTime", default=None)


class GraphCategory(Read):
    """A category of the master list."""

    id: str
    display_name: str | None = None
    color: str | None = None


class GraphRule(Read):
    """An inbox rule; what is in its three parts is read member by member."""

    id: str
    display_name: str | None = None
    sequence: Whole | None = None
    is_enabled: bool | None = None
    is_read_only: bool | None = None
    has_error: bool | None = None
    conditions: dict[str, Any] | None = None
    exceptions: dict[str, Any] | None = None
    actions: dict[str, Any] | None = None
