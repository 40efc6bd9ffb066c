"""What is in the calendars of a new sandbox, once for each week."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from app.sandbox.seeds.build import last_thursday
from app.sandbox.seeds.people import ADA, GRACE, LINUS, SUPPORT
from app.sandbox.seeds.rooms import ROOMS
from app.sandbox.state.calendar import DEFAULT, CalendarStore
from app.sandbox.state.directory import User

__all__ = ["seed_calendars"]


def seed_calendars(now: datetime) -> dict[str, CalendarStore]:
    """Return the seeded calendars by user id; they must be copied."""
    return _seeded(last_thursday(now))


@lru_cache(maxsize=4)
def _seeded(_anchor: datetime) -> dict[str, CalendarStore]:
    return {
        user.id: _blank(user) for user in (ADA, GRACE, SUPPORT, LINUS, *ROOMS)
    }


def _blank(user: User) -> CalendarStore:
    store = CalendarStore(guid=UUID(user.id), address=user.address)
    store.add_calendar(DEFAULT, "Calendar")
    return store
