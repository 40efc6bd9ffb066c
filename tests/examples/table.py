"""All rows: operation id → how to call it.

A new operation gets a row in the file of its area. `make openapi` calls it.
"""

from tests.examples.around import AROUND
from tests.examples.asking import Rows
from tests.examples.calendar import CALENDAR
from tests.examples.contacts import CONTACTS
from tests.examples.mail import MAIL
from tests.examples.settings import SETTINGS

__all__ = ["ROWS"]

ROWS: Rows = {
    **MAIL,
    **CALENDAR,
    **CONTACTS,
    **SETTINGS,
    **AROUND,
}
