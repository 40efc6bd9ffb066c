"""What is in the calendars of a new sandbox, once for each week."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from app.sandbox.seeds.build import last_thursday
from app.sandbox.seeds.diary import Diary
from app.sandbox.seeds.meetings import invited, shared
from app.sandbox.seeds.people import ADA, GRACE, LINUS, SUPPORT
from app.sandbox.seeds.private import adas, graces
from app.sandbox.seeds.rooms import ROOMS
from app.sandbox.seeds.shifts import on_call, on_shifts
from app.sandbox.state.calendar import DEFAULT, CalendarStore
from app.sandbox.state.directory import User

__all__ = ["seed_calendars"]


def seed_calendars(now: datetime) -> dict[str, CalendarStore]:
    """Return the seeded calendars by user id; they must be copied."""
    return _seeded(last_thursday(now))


@lru_cache(maxsize=4)
def _seeded(anchor: datetime) -> dict[str, CalendarStore]:
    users = (ADA, GRACE, SUPPORT, LINUS, *ROOMS)
    stores = {user.id: _blank(user) for user in users}
    diary = Diary(anchor, stores)
    for write in (shared, invited, adas, graces, on_shifts, on_call):
        write(diary)
    return stores


def _blank(user: User) -> CalendarStore:
    store = CalendarStore(guid=UUID(user.id), address=user.address)
    store.add_calendar(DEFAULT, "Calendar")
    return store
