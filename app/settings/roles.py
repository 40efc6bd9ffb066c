"""What callers may be allowed to do."""

from enum import StrEnum

__all__ = ["Role"]


class Role(StrEnum):
    """A right that a caller has or has not.

    In Entra ID these are the values of the app roles and of the delegated
    permissions of this service's app registration.
    """

    MAIL_READ = "mail.read"
    MAIL_SEND = "mail.send"
    MAIL_WRITE = "mail.write"
    CALENDAR_READ = "calendar.read"
    CALENDAR_WRITE = "calendar.write"
    CONTACTS_READ = "contacts.read"
    CONTACTS_WRITE = "contacts.write"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    OPERATOR = "operator"
