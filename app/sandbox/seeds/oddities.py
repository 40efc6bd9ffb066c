"""Messages of a kind that breaks careless programs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.seeds.files import (
    image,
    inline_image,
    item,
    pdf,
    plain_file,
)
from app.sandbox.seeds.hostile import HOSTILE
from app.sandbox.seeds.letters import (
    Days,
    Letter,
    html,
    letter,
    owner,
    person,
    text,
)
from app.sandbox.seeds.people import COLLEAGUES
from app.sandbox.state.directory import User
from app.sandbox.state.items import Attachment

__all__ = ["broken", "foreign", "meetings", "returned", "with_attachments"]

LONG = "A subject that does not know when to stop, " * 30
X500 = "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=OLD"
FOREIGN = (
    ("Résumé für Größe und Maße", "Größe: 12 cm, Stück 3 €", "iso-8859-1"),
    ("会議の議事録 第3回", "添付の資料をご確認ください。", "shift_jis"),
    ("Отчёт за квартал", "Добрый день, отчёт во вложении.", "koi8-r"),
    ("פגישה ביום שלישי", "שלום, האם נוכל להיפגש ב-10:00?", "utf-8"),
    ("تقرير الأسبوع", "مرحبا، التقرير جاهز للمراجعة.", "windows-1256"),
    ("🎉 We shipped it! 👩🏽‍💻🚀", "Cake at 15:00 🍰", "utf-8"),
    ("Zażółć gęślą jaźń", "Pchnąć w tę łódź jeża.", "iso-8859-2"),
    ("\u202eesrever\u202c and\u200b zero\u00a0width", "Odd marks.", "utf-8"),
)
BROKEN: tuple[dict[str, Any], ...] = (
    {"subject": "", "body": text("No subject.")},
    {"subject": None, "body": text("Not even an empty subject.")},
    {"subject": LONG, "body": text("Read the subject.")},
    {"subject": "No author", "from": None, "body": text("Who?")},
    {"subject": "No body at all", "body": text("")},
    {"subject": "Only a picture", "body": html('<img src="x.png">')},
    {"subject": "To nobody", "toRecipients": []},
    {
        "subject": "To undisclosed recipients",
        "toRecipients": [person("Undisclosed recipients", None)],
    },
    {"subject": "From an old system", "from": person("Old", X500)},
    {"subject": "Name only", "from": person("Just A Name", None)},
    {
        "subject": "To a crowd",
        "toRecipients": [
            person(f"Guest {n}", f"guest{n}@crowd.example") for n in range(60)
        ],
    },
    {"subject": "Tab\tand more", "body": text("Line\r\nline\rline\n")},
    {
        "subject": "New importance",
        "importance": "unknownFutureValue",
        "inferenceClassification": "priority",
        "flag": {"flagStatus": "postponed"},
    },
)
MEETINGS = (
    ("eventMessageRequest", "meetingRequest", "Design review"),
    ("eventMessage", "meetingCancelled", "Canceled: Design review"),
    ("eventMessageResponse", "meetingAccepted", "Accepted: Retro"),
    ("reactionMessage", "meetingPostponed", "Reacted to your message"),
)
REPORT = "Final-Recipient: rfc822;ghost@nowhere.example\nStatus: 5.1.10\n"
BOUNCE = (
    "<p>Your message to <b>ghost@nowhere.example</b> couldn't be "
    "delivered.</p><p>ghost wasn't found at nowhere.example.</p>"
)


def foreign(user: User, days: Days) -> Iterator[Letter]:
    """Give mail in many scripts, as Graph hands it out: decoded."""
    for number, (subject, content, charset) in enumerate(FOREIGN):
        properties = {
            "subject": subject,
            "from": person(*COLLEAGUES[-1 - number % 4]),
            "toRecipients": [owner(user)],
            "body": text(content),
        }
        kind = f"text/plain; charset={charset}"
        headers = (("Content-Type", kind),)
        yield letter(
            "inbox", days.office(last=60), properties, headers=headers
        )


def broken(user: User, days: Days) -> Iterator[Letter]:
    """Give mail that lacks what one expects, or has too much of it."""
    usual = {
        "from": person(*COLLEAGUES[0]),
        "toRecipients": [owner(user)],
        "body": text("Nothing to see here."),
    }
    tomorrow = stamp(days.anchor + timedelta(days=1))
    hostile = [{"subject": name, "body": html(code)} for name, code in HOSTILE]
    skewed = {"subject": "Sent tomorrow", "sentDateTime": tomorrow}
    for case in (*BROKEN, *hostile, skewed):
        yield letter("inbox", days.office(last=90), usual | case)


def meetings(user: User, days: Days) -> Iterator[Letter]:
    """Give invitations and answers, and one of a type not yet invented."""
    day = f"{days.ago(-3):%Y-%m-%d}"
    common = {
        "startDateTime": _zoned(f"{day}T09:00:00.0000000"),
        "endDateTime": _zoned(f"{day}T10:00:00.0000000"),
        "location": {"displayName": "Room 4.12", "locationType": "default"},
        "isAllDay": False,
        "isOutOfDate": False,
        "isDelegated": False,
        "type": "singleInstance",
        "recurrence": None,
        "from": person(*COLLEAGUES[1]),
        "toRecipients": [owner(user)],
        "body": html("<p>See you there.</p>"),
    }
    for kind, meeting_type, subject in MEETINGS:
        properties = {
            "@odata.type": f"#microsoft.graph.{kind}",
            "meetingMessageType": meeting_type,
            "subject": subject,
        }
        yield letter("inbox", days.office(last=30), common | properties)


def with_attachments(user: User, days: Days) -> Iterator[Letter]:
    """Give every kind of attachment."""
    at = days.office(first=2, last=10)
    content_id = f"logo@{user.address.partition('@')[2]}"
    properties = {
        "subject": "All kinds of attachments",
        "from": person(*COLLEAGUES[2]),
        "toRecipients": [owner(user)],
        "body": html(f'<p>See below.</p><img src="cid:{content_id}">'),
    }
    yield letter(
        "inbox",
        at,
        properties,
        _original(user, at),
        pdf("big drawing.pdf", at, 3_500_000),
        image("photo.png", at, 64),
        inline_image("logo.png", content_id, at),
    )


def returned(user: User, days: Days) -> Iterator[Letter]:
    """Give a message that could not be delivered and came back."""
    at = days.office(first=12, last=40)
    host = user.address.partition("@")[2]
    properties = {
        "subject": "Undeliverable: The original",
        "from": person("Microsoft Outlook", f"postmaster@{host}"),
        "toRecipients": [owner(user)],
        "body": html(BOUNCE),
    }
    yield letter(
        "inbox",
        at,
        properties,
        plain_file("details.txt", "message/delivery-status", REPORT, at),
        _original(user, at),
        headers=(("Auto-Submitted", "auto-replied"),),
    )


def _original(user: User, at: datetime) -> Attachment:
    inner = {
        "subject": "The original",
        "body": text("What was attached."),
        "from": person(*COLLEAGUES[2]),
        "toRecipients": [owner(user)],
        "sentDateTime": stamp(at - timedelta(hours=5)),
    }
    return item("The original", inner, at)


def _zoned(time: str) -> dict[str, str]:
    return {"dateTime": time, "timeZone": "UTC"}
