"""O365 (python-o365), as those use it who write scripts for mailboxes."""

import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msal import ConfidentialClientApplication
from O365 import Account, MSGraphProtocol
from O365.category import CategoryColor
from O365.utils.token import MemoryTokenBackend
from requests import Response, Session
from requests.exceptions import HTTPError, RetryError

from tests.fidelity.conftest import (
    ADA,
    CLIENT,
    GRACE,
    SECRET,
    TENANT,
    Graph,
)

CLIENT_NAME = "O365"
UTC = ZoneInfo("UTC")
MESSAGES = "/users/{mailbox}/messages"
LARGE = 5 * 1024 * 1024 + 17


class _HereInstead(Session):
    """Takes what goes to Entra ID to the sandbox: MSAL wants https."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def request(self, method: Any, url: Any, *more: Any, **k: Any) -> Response:
        path = str(url).removeprefix("https://login.microsoftonline.com")
        return super().request(method, self._url + path, *more, **k)


@pytest.fixture(scope="module")
def account(graph: Graph) -> Iterator[Account]:
    """Sign in, with the library's own flow for applications."""
    where = {"_protocol_url": f"{graph.url}/"}
    here = type("Here", (MSGraphProtocol,), where)
    signed_in = Account(
        (CLIENT, SECRET),
        auth_flow_type="credentials",
        tenant_id=TENANT,
        protocol=here(timezone="UTC"),
        main_resource=ADA,
        token_backend=MemoryTokenBackend(),
        requests_delay=0,
        # It puts ids into paths as they are, and the other ones may contain
        # slashes.
        default_headers={"Prefer": 'IdType="ImmutableId"'},
    )
    signed_in.con._msal_client = ConfidentialClientApplication(
        CLIENT,
        client_credential=SECRET,
        authority=f"https://login.microsoftonline.com/{TENANT}",
        instance_discovery=False,
        token_cache=signed_in.con.token_backend,
        http_client=_HereInstead(graph.url),
    )
    scope = "https://graph.microsoft.com/.default"
    assert signed_in.con.request_token(None, requested_scopes=[scope])
    yield signed_in
    for session in (signed_in.con.session, signed_in.con.naive_session):
        if session is not None:
            session.close()


@pytest.fixture
def mailbox(account: Account) -> Any:
    return account.mailbox()


@pytest.fixture
def schedule(account: Account) -> Any:
    return account.schedule()


def drafted(mailbox: Any, subject: str) -> Any:
    message = mailbox.new_message()
    message.to.add(GRACE)
    message.subject = subject
    message.body = "<p>As discussed.</p>"
    assert message.save_draft()
    return message


def test_messages_are_paged_to_the_end(mailbox: Any) -> None:
    """Following its next links, the library sees each message once."""
    inbox = mailbox.inbox_folder()
    found = list(inbox.get_messages(limit=900, batch=50))
    folder = mailbox.get_folder(folder_id=inbox.folder_id or "inbox")

    ids = {message.object_id for message in found}
    assert len(ids) == len(found) == folder.total_items_count > 100


def test_messages_are_filtered_and_searched(mailbox: Any) -> None:
    """Its queries are such as Graph takes."""
    unread = mailbox.new_query().equals("is_read", word=False)
    found = list(mailbox.get_messages(limit=20, query=unread))
    words = mailbox.new_query().search("agenda")
    searched = list(mailbox.get_messages(limit=5, query=words))

    assert found
    assert not any(message.is_read for message in found)
    assert searched


def test_a_message_is_read_whole(mailbox: Any) -> None:
    """One message has people, times, body and MIME."""
    [listed] = mailbox.inbox_folder().get_messages(limit=1)
    message = mailbox.get_message(listed.object_id)

    assert message.sender.address
    assert message.received.tzinfo
    assert message.get_body_text() is not None
    assert b"Subject:" in message.get_mime_content()


def test_a_draft_is_changed_and_sent(mailbox: Any) -> None:
    """A draft becomes the message in Sent Items."""
    message = drafted(mailbox, "From O365")
    message.subject = "From O365, changed"
    message.importance = "high"
    assert message.save_draft()
    read = mailbox.get_message(message.object_id)
    assert read.subject == "From O365, changed"
    assert read.importance.value == "high"
    assert message.send()

    named = mailbox.new_query().equals("subject", "From O365, changed")
    sent = list(mailbox.sent_folder().get_messages(query=named))
    assert [one.to[0].address for one in sent] == [GRACE]
    assert not sent[0].is_draft


def test_mail_is_sent_at_once(mailbox: Any) -> None:
    """What was never a draft is sent as well, with its attachment."""
    message = mailbox.new_message()
    message.to.add(GRACE)
    message.subject = "At once"
    message.body = "Hello"
    message.attachments.add([(io.BytesIO(b"a,b\n1,2\n"), "table.csv")])
    assert message.send()

    named = mailbox.new_query().equals("subject", "At once")
    [sent] = mailbox.sent_folder().get_messages(
        query=named, download_attachments=True
    )
    assert [one.name for one in sent.attachments] == ["table.csv"]


def test_a_message_is_answered_and_forwarded(mailbox: Any) -> None:
    """Replies and forwards are drafts that belong to the conversation."""
    [message] = mailbox.inbox_folder().get_messages(limit=1)
    reply = message.reply(to_all=False)
    reply.body = "Thank you."
    assert reply.save_draft()
    forward = message.forward()
    forward.to.add(GRACE)
    assert forward.send()

    assert reply.conversation_id == message.conversation_id
    assert reply.is_draft


def test_a_message_is_marked_moved_copied_deleted(mailbox: Any) -> None:
    """What happens to a message shows in its folders."""
    [received] = mailbox.inbox_folder().get_messages(limit=1)
    assert received.mark_as_unread()
    assert received.mark_as_read()
    message = drafted(mailbox, "To be moved")
    copy = message.copy(mailbox.archive_folder())
    assert copy.object_id != message.object_id
    assert message.move(mailbox.archive_folder())
    named = mailbox.new_query().equals("subject", "To be moved")
    archived = list(mailbox.archive_folder().get_messages(query=named))
    assert len(archived) == 2
    for one in archived:
        assert one.delete()
    assert not list(mailbox.archive_folder().get_messages(query=named))


def test_folders_are_made_renamed_and_deleted(mailbox: Any) -> None:
    """Folders lie in folders, and go where they are told."""
    made = mailbox.inbox_folder().create_child_folder("Invoices")
    assert made.update_folder_name("Invoices 2026")
    names = {one.name for one in mailbox.inbox_folder().get_folders()}
    assert "Invoices 2026" in names
    assert made.move_folder(mailbox.archive_folder())
    assert made.delete()


def test_a_large_file_is_uploaded_in_pieces(mailbox: Any) -> None:
    """Beyond three megabytes the library opens an upload session."""
    message = drafted(mailbox, "Large")
    content = bytes(range(256)) * (LARGE // 256 + 1)
    message.attachments.add([(io.BytesIO(content[:LARGE]), "large.bin")])
    assert message.save_draft()

    read = mailbox.get_message(message.object_id, download_attachments=True)
    [found] = read.attachments
    assert (found.name, found.on_cloud) == ("large.bin", True)
    assert found.size >= LARGE


def test_events_are_made_changed_and_deleted(schedule: Any) -> None:
    """An event has the times that it was given, whatever the zone."""
    event = schedule.new_event("Planning")
    event.start = dt.datetime(2031, 3, 10, 9, 0, tzinfo=UTC)
    event.end = dt.datetime(2031, 3, 10, 10, 0, tzinfo=UTC)
    event.attendees.add(GRACE)
    assert event.save()
    event.subject = "Planning, again"
    assert event.save()
    read = schedule.get_default_calendar().get_event(event.object_id)

    assert read.subject == "Planning, again"
    assert read.start == dt.datetime(2031, 3, 10, 9, 0, tzinfo=UTC)
    assert [one.address for one in read.attendees] == [GRACE]
    assert event.delete()


def test_a_series_is_seen_in_a_window(schedule: Any) -> None:
    """The calendar view shows each time of a series."""
    event = schedule.new_event("Every other day")
    event.start = dt.datetime(2031, 5, 5, 9, 0, tzinfo=UTC)
    event.end = dt.datetime(2031, 5, 5, 9, 30, tzinfo=UTC)
    event.recurrence.set_daily(
        2, start=dt.date(2031, 5, 5), end=dt.date(2031, 5, 14)
    )
    assert event.save()
    seen = schedule.get_events(
        start_recurring=dt.datetime(2031, 5, 1, tzinfo=UTC),
        end_recurring=dt.datetime(2031, 6, 1, tzinfo=UTC),
        include_recurring=True,
        limit=None,
        batch=2,
    )

    days = [one.start.day for one in seen if one.subject == event.subject]
    assert days == [5, 7, 9, 11, 13]


def test_calendars_are_listed_and_made(schedule: Any) -> None:
    """There is a default calendar, and room for more."""
    made = schedule.new_calendar("Holidays")
    names = {one.name for one in schedule.list_calendars()}
    assert "Holidays" in names
    assert schedule.get_default_calendar().name in names
    assert made.delete()


def test_availability_is_told(schedule: Any) -> None:
    """Who is free is told for each address."""
    told = schedule.get_availability(
        [ADA, GRACE],
        dt.datetime(2031, 3, 10, 8, 0, tzinfo=UTC),
        dt.datetime(2031, 3, 10, 18, 0, tzinfo=UTC),
    )

    assert {one["scheduleId"] for one in told} == {ADA, GRACE}


def test_contacts_are_made_changed_and_deleted(account: Account) -> None:
    """A contact keeps what it was given."""
    book = account.address_book()
    before = len(list(book.get_contacts(limit=900, batch=5)))
    contact = book.new_contact()
    contact.name, contact.surname = "Katherine", "Johnson"
    contact.emails.add("katherine@nasa.example")
    contact.business_phones = ["+1 555 0100"]
    assert contact.save()
    contact.job_title = "Mathematician"
    assert contact.save()
    # The library's own search by address calls itself with a wrong name.
    wanted = "emailAddresses/any(a:a/address eq 'katherine@nasa.example')"
    [found] = book.get_contacts(query=wanted)

    assert (found.full_name, found.job_title) == (
        "Katherine Johnson",
        "Mathematician",
    )
    assert len(list(book.get_contacts(limit=900, batch=5))) == before + 1
    assert contact.delete()


def test_contact_folders(account: Account) -> None:
    """Contacts lie in folders."""
    book = account.address_book()
    made = book.create_child_folder("Caterers")
    # The library takes what the root makes for a root.
    made.root = False
    assert made.update_folder_name("Bakers")
    assert "Bakers" in {one.name for one in book.get_folders()}
    assert made.delete()


def test_settings_and_categories(account: Account, mailbox: Any) -> None:
    """Settings can be read, replies switched, categories made."""
    assert mailbox.get_settings().timezone
    assert mailbox.set_automatic_reply("Away", "Away, too")
    assert mailbox.get_settings().automaticrepliessettings.status.value != (
        "disabled"
    )
    assert mailbox.set_disable_reply()
    categories = account.outlook_categories(resource=ADA)
    made = categories.create_category("Fidelity", color=CategoryColor.YELLOW)
    # Not all of them: the library does not know the color "none".
    assert categories.get_category(made.object_id).name == "Fidelity"
    assert made.delete()


def test_users_are_listed(account: Account) -> None:
    """The directory names those who have mailboxes."""
    users = account.directory().get_users(limit=None)

    assert ADA in {user.mail for user in users}


def test_what_is_not_there_is_an_http_error(mailbox: Any) -> None:
    """Graph's message is in the library's exception."""
    with pytest.raises(HTTPError, match="Id is malformed") as malformed:
        mailbox.get_message("no-such-id")
    with pytest.raises(HTTPError) as missing:
        mailbox.get_folder(folder_id="A" * 60 + "==")

    refused, unknown = malformed.value.response, missing.value.response
    assert refused is not None
    assert unknown is not None
    assert (refused.status_code, unknown.status_code) == (400, 400)
    code = json.loads(refused.text)["error"]["code"]
    assert code == "ErrorInvalidIdMalformed"


def test_throttling_is_waited_out(mailbox: Any, graph: Graph) -> None:
    """Its own retries honour Retry-After and find Graph well again."""
    route = "/users/{mailbox}/mailFolders/{folder}"
    before = len(graph.asked("GET", route))
    graph.fail(route=route, status=429, retry_after=1, times=1)
    folder = mailbox.get_folder(folder_id="inbox")
    first, second = graph.asked("GET", route)[before:]

    assert folder.name == "Inbox"
    assert (first["status"], second["status"]) == (429, 200)
    assert second["at"] - first["at"] >= 1


def test_throttling_without_end_is_an_error(
    mailbox: Any, graph: Graph
) -> None:
    """After its retries the library gives up."""
    graph.fail(status=429, retry_after=0)
    with pytest.raises(RetryError):
        mailbox.get_folder(folder_id="inbox")
