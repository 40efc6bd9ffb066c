"""Every route of Graph that the sandbox serves."""

from dataclasses import dataclass

from app.sandbox.graph.attachments import (
    create_attachment,
    delete_attachment,
    get_attachment,
    get_content,
    list_attachments,
)
from app.sandbox.graph.batch import BATCH
from app.sandbox.graph.calendar.routes import (
    CALENDAR_ROUTES,
    PLACE_ROUTES,
)
from app.sandbox.graph.contacts.routes import CONTACTS
from app.sandbox.graph.context import Handler
from app.sandbox.graph.folder_writes import FOLDER_WRITES
from app.sandbox.graph.folders import (
    get_folder,
    list_child_folders,
    list_folders,
)
from app.sandbox.graph.messages import (
    count_messages,
    get_message,
    get_mime,
    list_folder_messages,
    list_messages,
)
from app.sandbox.graph.replies import REPLIES
from app.sandbox.graph.sending import send_draft, send_mail
from app.sandbox.graph.settings.routes import SETTINGS
from app.sandbox.graph.upload_sessions import create_upload_session
from app.sandbox.graph.users import get_user, list_users
from app.sandbox.graph.writes import (
    copy_message,
    create_message,
    delete_message,
    move_message,
    purge_message,
    update_message,
)
from app.sandbox.routing import Router

__all__ = ["ROUTES", "Route"]

USER = "/users/{mailbox}"
FOLDER = f"{USER}/mailFolders/{{folder}}"
MESSAGE = f"{USER}/messages/{{id}}"
ATTACHMENT = f"{MESSAGE}/attachments/{{attachment}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a route does, and whether Exchange counts it.

    A batch has no handler: it is many requests.
    """

    handler: Handler | None
    counted: bool


DIRECTORY: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/users", list_users),
    ("GET", USER, get_user),
)
EXCHANGE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", f"{USER}/mailFolders", list_folders),
    ("GET", FOLDER, get_folder),
    ("GET", f"{FOLDER}/childFolders", list_child_folders),
    ("GET", f"{FOLDER}/messages", list_folder_messages),
    ("POST", f"{FOLDER}/messages", create_message),
    ("GET", f"{FOLDER}/messages/$count", count_messages),
    ("GET", f"{USER}/messages", list_messages),
    ("POST", f"{USER}/messages", create_message),
    ("GET", f"{USER}/messages/$count", count_messages),
    ("GET", MESSAGE, get_message),
    ("PATCH", MESSAGE, update_message),
    ("DELETE", MESSAGE, delete_message),
    ("GET", f"{MESSAGE}/$value", get_mime),
    ("POST", f"{MESSAGE}/send", send_draft),
    ("POST", f"{MESSAGE}/move", move_message),
    ("POST", f"{MESSAGE}/copy", copy_message),
    ("POST", f"{MESSAGE}/permanentDelete", purge_message),
    ("GET", f"{MESSAGE}/attachments", list_attachments),
    ("POST", f"{MESSAGE}/attachments", create_attachment),
    (
        "POST",
        f"{MESSAGE}/attachments/createUploadSession",
        create_upload_session,
    ),
    ("GET", ATTACHMENT, get_attachment),
    ("DELETE", ATTACHMENT, delete_attachment),
    ("GET", f"{ATTACHMENT}/$value", get_content),
    ("POST", f"{USER}/sendMail", send_mail),
    *SETTINGS,
    *FOLDER_WRITES,
    *REPLIES,
)
ROUTES: Router[Route] = Router(
    [
        ("POST", BATCH, Route(handler=None, counted=False)),
        *(
            (method, template, Route(handler=handler, counted=False))
            for method, template, handler in (*DIRECTORY, *PLACE_ROUTES)
        ),
        *(
            (method, template, Route(handler=handler, counted=True))
            for method, template, handler in (
                *EXCHANGE,
                *CALENDAR_ROUTES,
                *CONTACTS,
            )
        ),
    ]
)
