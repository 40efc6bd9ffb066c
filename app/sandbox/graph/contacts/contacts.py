"""Reading, creating, changing and deleting contacts."""

import re
from http import HTTPStatus
from typing import Any

from app.sandbox.graph.bodies import read_json
from app.sandbox.graph.contacts.bodies import read_contact
from app.sandbox.graph.contacts.lists import filtered, page_of
from app.sandbox.graph.contacts.types import CONTACT
from app.sandbox.graph.contacts.views import ContactView
from app.sandbox.graph.context import Context
from app.sandbox.odata.options import read_options
from app.sandbox.state.contacts import DEFAULT, Contact, ContactFolder
from app.sandbox.wire import Answer, GraphError, empty, json_answer

__all__ = [
    "count_contacts",
    "create_contact",
    "delete_contact",
    "get_contact",
    "list_contacts",
    "update_contact",
]

ETAG = re.compile(r'W/"[A-Za-z0-9+/]+=*"')
CONFLICT = (
    "The send or update operation could not be performed because the change "
    "key passed in the request does not match the current change key for the "
    "item."
)


def list_contacts(context: Context) -> Answer:
    """List the contacts of the folder in the path, or of the default one."""
    options = read_options(
        context.request,
        *("count", "expand", "filter", "orderby", "select", "skip", "top"),
    )
    view = ContactView.of(context.prefer, options)
    found = filtered(
        context.mailbox.contacts.inside(_folder(context)), options, CONTACT
    )
    return page_of(context, options, _resource(context), found, view.show)


def count_contacts(context: Context) -> Answer:
    """Count the contacts of a folder, as plain text."""
    options = read_options(context.request, "filter")
    inside = context.mailbox.contacts.inside(_folder(context))
    count = len(filtered(inside, options, CONTACT))
    return Answer(
        headers={"Content-Type": "text/plain"}, body=str(count).encode()
    )


def get_contact(context: Context) -> Answer:
    """Get one contact, whichever folder it is in."""
    options = read_options(context.request, "expand", "select")
    view = ContactView.of(context.prefer, options)
    return json_answer(_head(context) | view.show(_found(context)))


def create_contact(context: Context) -> Answer:
    """Create a contact in the folder of the path, or in the default one."""
    read_options(context.request)
    folder = _folder(context)
    written = read_contact(read_json(context.request))
    written.properties.pop("parentFolderId", None)
    contact = context.mailbox.contacts.create(
        written.properties,
        folder=folder,
        now=context.now,
        extended=written.extended,
    )
    return _entity(context, contact, HTTPStatus.CREATED)


def update_contact(context: Context) -> Answer:
    """Change a contact."""
    read_options(context.request)
    contact = _found(context)
    _check_etag(context, contact)
    written = read_contact(read_json(context.request))
    written.properties.pop("parentFolderId", None)
    changed = context.mailbox.contacts.update(
        contact, written.properties, context.now, written.extended
    )
    return _entity(context, changed, HTTPStatus.OK)


def delete_contact(context: Context) -> Answer:
    """Delete a contact: the first time it only moves to Deleted Items."""
    contact = _found(context)
    _check_etag(context, contact)
    context.mailbox.contacts.delete(contact, context.now)
    return empty(204)


def _folder(context: Context) -> ContactFolder:
    name = context.params.get("folder", DEFAULT)
    return context.mailbox.contacts.folder(name)


def _found(context: Context) -> Contact:
    """Return the contact of the path; one in a folder must lie there."""
    book = context.mailbox.contacts
    contact = book.find(context.params["id"])
    if "folder" in context.params and contact.folder != _folder(context).id:
        raise book.missing(contact.id)
    return contact


def _check_etag(context: Context, contact: Contact) -> None:
    wanted = context.request.header("if-match")
    if wanted in (None, "*", contact.etag):
        return
    if ETAG.fullmatch(str(wanted)):
        raise GraphError(412, "ErrorIrresolvableConflict", CONFLICT)
    raise GraphError(
        400, "ErrorInvalidChangeKey", "The change key is invalid."
    )


def _entity(context: Context, contact: Contact, status: int) -> Answer:
    """Return a contact that was written, unless less is preferred."""
    view = ContactView(context.prefer)
    location = context.url("contacts", view.id_of(contact))
    headers = {"Location": location} if status == HTTPStatus.CREATED else {}
    if context.prefer.minimal:
        return empty(204).plus(headers)
    body = _head(context) | view.show(contact)
    return json_answer(body, status).plus(headers)


def _head(context: Context) -> dict[str, Any]:
    return {"@odata.context": context.metadata("contacts/$entity")}


def _resource(context: Context) -> str:
    folder = context.params.get("folder")
    return f"contactFolders('{folder}')/contacts" if folder else "contacts"
