"""Examples: mailboxes, folders, messages, attachments, sends."""

from tests.examples.asking import Ask, Rows, first, made

__all__ = ["MAIL"]

_INBOX = first("/messages?folder=inbox&limit=1")
_DRAFT = first("/messages?folder=drafts", lambda draft: draft["to"])
_RECEIPTS = first("/folders?limit=50", lambda one: one["name"] == "Receipts")
_RETURNED = first("/messages?query=Undeliverable")
_DETAILS = first(
    "/messages/{message}/attachments",
    lambda attachment: attachment["name"] == "details.txt",
)
# The id of `_INBOX`.
_FIRST = "AAkAb1xsFUPzXvWtGc1t920m1z2Jx30prHsdu8wlvr_rV74="
_GRACE = {"name": "Grace Okafor", "address": "grace@contoso.example"}
_ANSWER = {"format": "text", "content": "Agreed, let us do that."}
_LETTER = {
    "to": [_GRACE],
    "subject": "Lunch?",
    "body": {"format": "text", "content": "At noon, at the usual place."},
}

_LATER = {**_LETTER, "send_at": "2026-12-24T08:00:00Z"}

MAIL: Rows = {
    "list_mailboxes": Ask(),
    "get_mailbox": Ask(),
    "get_overview": Ask(),
    "list_folders": Ask(query={"limit": 2}),
    "create_folder": Ask(body={"name": "Suppliers", "parent": "inbox"}),
    "get_folder": Ask(path={"folder": "inbox"}),
    "update_folder": Ask(
        path={"folder": _RECEIPTS},
        body={"name": "Receipts 2026", "parent": "archive"},
    ),
    "delete_folder": Ask(path={"folder": _RECEIPTS}),
    "list_messages": Ask(query={"folder": "inbox", "limit": 2}),
    "create_draft": Ask(body=_LETTER),
    "get_message": Ask(path={"message": _INBOX}, query={"body": "text"}),
    "update_message": Ask(
        path={"message": _INBOX},
        body={"is_read": True, "categories": ["Project Aurora"]},
    ),
    "delete_message": Ask(path={"message": _INBOX}),
    "change_messages": Ask(
        body={
            "items": [
                {"id": _FIRST, "action": "update", "patch": {"is_read": True}},
                {"id": "AAkAAMS0yZVdcAAA", "action": "delete"},
            ]
        }
    ),
    "move_message": Ask(path={"message": _INBOX}, body={"folder": "archive"}),
    "copy_message": Ask(path={"message": _INBOX}, body={"folder": "archive"}),
    "reply_to_message": Ask(
        path={"message": _INBOX}, body={"send": True, "body": _ANSWER}
    ),
    "reply_to_all": Ask(
        path={"message": _INBOX}, body={"send": True, "body": _ANSWER}
    ),
    "forward_message": Ask(
        path={"message": _INBOX},
        body={"send": True, "to": [_GRACE], "body": _ANSWER},
    ),
    "read_mime": Ask(path={"message": _INBOX}),
    "send_draft": Ask(path={"message": _DRAFT}),
    "add_attachment": Ask(
        path={"message": _DRAFT},
        body={
            "kind": "file",
            "name": "agenda.txt",
            "content_type": "text/plain",
            "content": "MS4gQnVkZ2V0CjIuIEFueSBvdGhlciBidXNpbmVzcwo=",
        },
    ),
    "delete_attachment": Ask(
        path={"message": _RETURNED, "attachment": _DETAILS}
    ),
    "list_attachments": Ask(path={"message": _RETURNED}),
    "get_attachment": Ask(path={"message": _RETURNED, "attachment": _DETAILS}),
    "read_attachment": Ask(
        path={"message": _RETURNED, "attachment": _DETAILS}
    ),
    "send_message": Ask(body=_LETTER),
    "get_send": Ask(path={"send": made("/sends", _LATER)}),
    "reschedule_send": Ask(
        path={"send": made("/sends", _LATER)},
        body={"send_at": "2026-12-23T16:30:00Z"},
    ),
    "cancel_send": Ask(path={"send": made("/sends", _LATER)}),
    "list_threads": Ask(query={"folder": "inbox", "limit": 1}),
    "get_thread": Ask(path={"thread": first("/threads?folder=inbox&limit=1")}),
}
