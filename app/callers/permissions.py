"""What a caller must be allowed for each operation: the one table of it.

Operations are called as in the API document; beside them stand the pages.
Whoever lacks one of the roles is refused, and what is not in here is not
served at all.
"""

from collections.abc import Iterator, Mapping

from app.settings.roles import Role

__all__ = ["ANYBODY_MAY", "PERMISSIONS"]

ANYBODY_MAY: frozenset[Role] = frozenset()
"""No credentials are asked for."""

_WHAT: Mapping[tuple[Role, ...], str] = {
    (): """
        live ready list_problems get_problem list_runbooks get_runbook
        document swagger_ui oauth2_redirect redoc status_page
    """,
    (Role.MAIL_READ,): """
        list_folders get_folder
        list_messages get_message read_mime list_threads get_thread
        list_attachments get_attachment read_attachment
    """,
    (Role.MAIL_WRITE,): """
        create_folder update_folder delete_folder
        create_draft update_message delete_message change_messages
        move_message copy_message add_attachment delete_attachment
    """,
    (Role.MAIL_SEND,): """
        send_draft send_message get_send reschedule_send cancel_send
        reply_to_message reply_to_all forward_message
    """,
    (Role.CALENDAR_READ,): """
        list_calendars get_calendar list_events get_event list_instances
        get_free_busy find_meeting_times list_rooms
    """,
    (Role.CALENDAR_WRITE,): """
        create_calendar update_calendar delete_calendar
        create_event update_event delete_event
        respond_to_event cancel_event forward_event
    """,
    (Role.CONTACTS_READ,): """
        list_contacts get_contact list_contact_folders get_contact_folder
        list_people list_mailboxes
    """,
    (Role.CONTACTS_WRITE,): """
        create_contact update_contact delete_contact
        create_contact_folder update_contact_folder delete_contact_folder
    """,
    (Role.SETTINGS_READ,): """
        get_mailbox get_settings get_automatic_replies
        list_categories get_category list_rules get_rule
    """,
    (Role.SETTINGS_WRITE,): """
        update_settings put_automatic_replies
        create_category update_category delete_category
        create_rule update_rule delete_rule
    """,
    (Role.MAIL_READ, Role.CALENDAR_READ, Role.SETTINGS_READ): """
        get_overview
    """,
    (Role.OPERATOR,): """
        exchange status_stream get_state list_errors get_outbox
        reset_breaker isolate_breaker release_breaker open_gate purge_cache
        drop_token retry_send discard_send
    """,
}


def _each() -> Iterator[tuple[str, frozenset[Role]]]:
    for roles, operations in _WHAT.items():
        for operation in operations.split():
            yield operation, frozenset(roles)


PERMISSIONS: Mapping[str, frozenset[Role]] = dict(_each())
"""The roles that each operation demands, all of them."""
