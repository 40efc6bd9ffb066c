"""Microsoft's SDK for Python, msgraph-sdk."""

import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import (
    RequestConfiguration,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.attachment_item import AttachmentItem
from msgraph.generated.models.attachment_type import AttachmentType
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.contact import Contact
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.importance import Importance
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.mail_folder import MailFolder
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.calendar.get_schedule import (
    get_schedule_post_request_body as schedule_body,
)
from msgraph.generated.users.item.calendar_view import (
    calendar_view_request_builder as view_builder,
)
from msgraph.generated.users.item.mail_folders.item.messages import (
    messages_request_builder as messages_builder,
)
from msgraph.generated.users.item.messages.item.attachments.create_upload_session import (  # noqa: E501 - generated names
    create_upload_session_post_request_body as upload_body,
)
from msgraph.generated.users.item.messages.item.create_reply import (
    create_reply_post_request_body as reply_body,
)
from msgraph.generated.users.item.messages.item.move import (
    move_post_request_body as move_body,
)
from msgraph.generated.users.item.send_mail import (
    send_mail_post_request_body as send_body,
)
from msgraph_core.tasks import LargeFileUploadTask, PageIterator

from tests.fidelity.conftest import ADA, GRACE, Graph

CLIENT_NAME = "msgraph-sdk"
PIECE = 2 * 1024 * 1024
LARGE = 5 * 1024 * 1024 + 17

pytestmark = pytest.mark.anyio


class _Token:
    """Gives Graph the token, and the upload host none."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._token = graph.token()

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: Any = None
    ) -> str:
        del additional_authentication_context
        below_graph = uri.startswith(f"{self._graph.url}/v1.0/")
        return self._token if below_graph else ""

    def get_allowed_hosts_validator(self) -> Any:
        return AllowedHostsValidator([])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def sdk(graph: Graph) -> AsyncIterator[GraphServiceClient]:
    """Give the client, with its own chain of middleware."""
    authentication = BaseBearerTokenAuthenticationProvider(_Token(graph))
    adapter = GraphRequestAdapter(authentication)
    adapter.base_url = f"{graph.url}/v1.0"
    yield GraphServiceClient(request_adapter=adapter)
    await adapter._http_client.aclose()


@pytest.fixture
def ada(sdk: GraphServiceClient) -> Any:
    return sdk.users.by_user_id(ADA)


def grace() -> Recipient:
    return Recipient(email_address=EmailAddress(address=GRACE))


def letter(subject: str) -> Message:
    return Message(
        subject=subject,
        body=ItemBody(
            content="<p>As discussed.</p>", content_type=BodyType.Html
        ),
        to_recipients=[grace()],
    )


def immutable() -> Any:
    wanted: Any = RequestConfiguration()
    wanted.headers.add("Prefer", 'IdType="ImmutableId"')
    return wanted


def moment(text: str) -> DateTimeTimeZone:
    return DateTimeTimeZone(date_time=text, time_zone="UTC")


async def sent(ada: Any, subject: str) -> list[Message]:
    query = messages_builder.MessagesRequestBuilder
    parameters = query.MessagesRequestBuilderGetQueryParameters(
        filter=f"subject eq '{subject}'"
    )
    page = await ada.mail_folders.by_mail_folder_id("sentitems").messages.get(
        RequestConfiguration(query_parameters=parameters)
    )
    return list(page.value)


async def test_messages_are_paged_to_the_end(
    sdk: GraphServiceClient, ada: Any
) -> None:
    """Its page iterator sees each message once."""
    inbox = ada.mail_folders.by_mail_folder_id("inbox")
    query = messages_builder.MessagesRequestBuilder
    parameters = query.MessagesRequestBuilderGetQueryParameters(
        top=50, select=["subject", "from"]
    )
    page = await inbox.messages.get(
        RequestConfiguration(query_parameters=parameters)
    )
    seen: list[str] = []

    def note(message: Message) -> bool:
        seen.append(str(message.id))
        return True

    await PageIterator(page, sdk.request_adapter).iterate(note)
    folder = await inbox.get()

    assert len(set(seen)) == len(seen) == folder.total_item_count > 100


async def test_every_message_is_understood(ada: Any) -> None:
    """Its models take whatever the mailbox holds, with its attachments."""
    query = messages_builder.MessagesRequestBuilder
    parameters = query.MessagesRequestBuilderGetQueryParameters(
        top=1000, expand=["attachments"]
    )
    page = await ada.messages.get(
        RequestConfiguration(query_parameters=parameters)
    )

    assert len(page.value) > 200
    # Members that no model knows would land there.
    newer = "#microsoft.graph.reactionMessage"
    known = [one for one in page.value if one.odata_type != newer]
    odd = {key for one in known for key in one.additional_data}
    assert odd == {"@odata.etag"}


async def test_a_draft_is_changed_and_sent(ada: Any) -> None:
    """A draft becomes the message in Sent Items."""
    made = await ada.messages.post(letter("From the SDK"), immutable())
    message = ada.messages.by_message_id(made.id)
    changed = await message.patch(
        Message(subject="From the SDK, changed", importance=Importance.High),
        immutable(),
    )
    assert changed.importance is Importance.High
    await message.send.post()

    [found] = await sent(ada, "From the SDK, changed")
    assert found.is_draft is False
    assert found.to_recipients[0].email_address.address == GRACE


async def test_mail_is_sent_at_once(ada: Any) -> None:
    """What was never a draft is sent as well."""
    body = send_body.SendMailPostRequestBody(
        message=letter("At once, from the SDK"), save_to_sent_items=True
    )
    await ada.send_mail.post(body)

    assert len(await sent(ada, "At once, from the SDK")) == 1


async def test_a_message_is_answered_moved_and_deleted(ada: Any) -> None:
    """Immutable ids survive a move."""
    made = await ada.messages.post(letter("To be moved"), immutable())
    message = ada.messages.by_message_id(made.id)
    moved = await message.move.post(
        move_body.MovePostRequestBody(destination_id="archive"), immutable()
    )
    assert moved.id == made.id
    await message.delete()
    page = await ada.mail_folders.by_mail_folder_id("inbox").messages.get()
    received = ada.messages.by_message_id(page.value[0].id)
    reply = await received.create_reply.post(
        reply_body.CreateReplyPostRequestBody(comment="Thank you.")
    )
    assert reply.is_draft


async def test_folders_are_made_renamed_and_deleted(ada: Any) -> None:
    """Folders lie in folders."""
    inbox = ada.mail_folders.by_mail_folder_id("inbox")
    made = await inbox.child_folders.post(MailFolder(display_name="SDK"))
    folder = ada.mail_folders.by_mail_folder_id(made.id)
    named = await folder.patch(MailFolder(display_name="SDK 2"))
    assert named.display_name == "SDK 2"
    await folder.delete()


async def test_attachments_are_added_and_read(ada: Any) -> None:
    """A file comes back as its own type, with its bytes."""
    made = await ada.messages.post(letter("With a file"), immutable())
    attachments = ada.messages.by_message_id(made.id).attachments
    file = FileAttachment(
        odata_type="#microsoft.graph.fileAttachment",
        name="small.txt",
        content_bytes=base64.b64encode(b"small"),
    )
    added = await attachments.post(file)
    read = await attachments.by_attachment_id(added.id).get()

    assert isinstance(read, FileAttachment)
    assert base64.b64decode(read.content_bytes or b"") == b"small"


async def test_a_large_file_is_uploaded_in_pieces(
    sdk: GraphServiceClient, ada: Any
) -> None:
    """Its upload task sends pieces that Outlook takes one after the other.

    Its own loop over them does not know Outlook's ``NextExpectedRanges``,
    so the ranges are handed in here.
    """
    made = await ada.messages.post(letter("Large"), immutable())
    attachments = ada.messages.by_message_id(made.id).attachments
    session = await attachments.create_upload_session.post(
        upload_body.CreateUploadSessionPostRequestBody(
            attachment_item=AttachmentItem(
                attachment_type=AttachmentType.File,
                name="large.bin",
                size=LARGE,
            )
        )
    )
    assert session.next_expected_ranges == ["0-"]
    content = io.BytesIO(bytes(LARGE))
    task = LargeFileUploadTask(
        session, sdk.request_adapter, content, max_chunk_size=PIECE
    )
    for start in range(0, LARGE, PIECE):
        end = min(start + PIECE, LARGE) - 1
        task.next_range = f"{start}-{end}"
        told = await task.next_chunk(content)
        if end + 1 < LARGE:
            expected = told.additional_data["NextExpectedRanges"]
            assert expected[0].startswith(str(end + 1))
    page = await attachments.get()

    assert [(one.name, one.size >= LARGE) for one in page.value] == [
        ("large.bin", True)
    ]


async def test_events_are_made_and_seen_in_a_window(ada: Any) -> None:
    """An event has its times and attendees, and is called off."""
    made = await ada.events.post(
        Event(
            subject="Planning with the SDK",
            start=moment("2031-03-10T09:00:00"),
            end=moment("2031-03-10T10:00:00"),
            attendees=[Attendee(email_address=EmailAddress(address=GRACE))],
        ),
        immutable(),
    )
    event = ada.events.by_event_id(made.id)
    await event.patch(Event(subject="Planning, later"))
    query = view_builder.CalendarViewRequestBuilder
    parameters = query.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time="2031-03-10T00:00:00Z",
        end_date_time="2031-03-11T00:00:00Z",
    )
    page = await ada.calendar_view.get(
        RequestConfiguration(query_parameters=parameters)
    )
    [seen] = [one for one in page.value if one.subject == "Planning, later"]

    assert seen.type is EventType.SingleInstance
    assert seen.start.date_time.startswith("2031-03-10T09:00:00")
    await event.delete()


async def test_calendars_and_free_times(ada: Any) -> None:
    """Calendars come and go, and schedules tell who is free."""
    made = await ada.calendars.post(Calendar(name="From the SDK"))
    await ada.calendars.by_calendar_id(made.id).delete()
    told = await ada.calendar.get_schedule.post(
        schedule_body.GetSchedulePostRequestBody(
            schedules=[GRACE],
            start_time=moment("2031-03-10T00:00:00"),
            end_time=moment("2031-03-11T00:00:00"),
        )
    )

    assert [one.schedule_id for one in told.value] == [GRACE]


async def test_contacts(ada: Any) -> None:
    """A contact keeps what it was given."""
    made = await ada.contacts.post(
        Contact(
            given_name="Katherine",
            surname="Johnson",
            email_addresses=[EmailAddress(address="kj@nasa.example")],
        ),
        immutable(),
    )
    contact = ada.contacts.by_contact_id(made.id)
    changed = await contact.patch(Contact(job_title="Mathematician"))
    assert changed.job_title == "Mathematician"
    await contact.delete()
    page = await ada.contacts.get()
    assert made.id not in {one.id for one in page.value}


async def test_settings_and_people(ada: Any) -> None:
    """Settings and people are understood."""
    settings = await ada.mailbox_settings.get()
    people = await ada.people.get()

    assert settings.time_zone
    assert settings.working_hours.days_of_week
    assert people.value


async def test_what_graph_refuses_is_an_odata_error(ada: Any) -> None:
    """Code, message and status are in the SDK's exception."""
    with pytest.raises(ODataError) as caught:
        await ada.messages.by_message_id("nothing").get()

    error = caught.value.error
    assert error is not None
    assert caught.value.response_status_code == 400
    assert error.code == "ErrorInvalidIdMalformed"
    assert error.inner_error is not None
    assert error.inner_error.client_request_id


async def test_throttling_is_waited_out(ada: Any, graph: Graph) -> None:
    """Its retry handler honours Retry-After and says that it repeats."""
    route = "/users/{mailbox}/mailFolders/{folder}"
    graph.fail(route=route, status=429, retry_after=1, times=1)
    folder = await ada.mail_folders.by_mail_folder_id("inbox").get()
    first, second = graph.asked("GET", route)[-2:]

    assert folder.display_name == "Inbox"
    assert (first["status"], second["status"]) == (429, 200)
    assert second["at"] - first["at"] >= 1
    assert second["headers"]["retry-attempt"] == "1"


async def test_throttling_without_end_is_an_error(
    ada: Any, graph: Graph
) -> None:
    """After three repetitions the SDK gives up."""
    graph.fail(status=429, retry_after=1)
    with pytest.raises(APIError) as caught:
        await ada.mail_folders.by_mail_folder_id("inbox").get()

    assert caught.value.response_status_code == 429
