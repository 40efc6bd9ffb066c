"""Graph's types, as far as the sandbox serves them."""

from app.sandbox.odata.fields import Entity, Kind

__all__ = [
    "ATTACHMENT",
    "EXTENDED",
    "FOLDER",
    "MESSAGE",
    "MESSAGE_ORDER",
    "USER",
]

MESSAGE_ORDER = (
    "createdDateTime",
    "lastModifiedDateTime",
    "changeKey",
    "categories",
    "receivedDateTime",
    "sentDateTime",
    "hasAttachments",
    "internetMessageId",
    "subject",
    "bodyPreview",
    "importance",
    "parentFolderId",
    "conversationId",
    "conversationIndex",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "isRead",
    "isDraft",
    "webLink",
    "inferenceClassification",
    "body",
    "sender",
    "from",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "flag",
)
EVENT_MESSAGE = frozenset(
    {
        "endDateTime",
        "isAllDay",
        "isDelegated",
        "isOutOfDate",
        "location",
        "meetingMessageType",
        "recurrence",
        "startDateTime",
        "type",
    }
)
EVENT_MESSAGE_REQUEST = EVENT_MESSAGE | {
    "allowNewTimeProposals",
    "meetingRequestType",
    "previousEndDateTime",
    "previousLocation",
    "previousStartDateTime",
    "responseRequested",
}
EXTENDED_FIELDS: dict[str, Kind] = {"id": "text", "value": "id"}

MESSAGE = Entity(
    name="microsoft.graph.message",
    defaults=frozenset({"id", *MESSAGE_ORDER}),
    # These two are given only to those who ask.
    selectable=frozenset(
        {"id", *MESSAGE_ORDER, "internetMessageHeaders", "uniqueBody"}
    ),
    casts={
        "microsoft.graph.eventMessage": EVENT_MESSAGE,
        "microsoft.graph.eventMessageRequest": EVENT_MESSAGE_REQUEST,
    },
    filterable={
        "body/content": "text",
        "bodyPreview": "text",
        "changeKey": "id",
        "conversationId": "id",
        "createdDateTime": "time",
        "flag/flagStatus": "text",
        "from/emailAddress/address": "text",
        "from/emailAddress/name": "text",
        "hasAttachments": "flag",
        "importance": "text",
        "inferenceClassification": "text",
        "internetMessageId": "id",
        "isDeliveryReceiptRequested": "flag",
        "isDraft": "flag",
        "isRead": "flag",
        "isReadReceiptRequested": "flag",
        "lastModifiedDateTime": "time",
        "parentFolderId": "id",
        "receivedDateTime": "time",
        "sender/emailAddress/address": "text",
        "sender/emailAddress/name": "text",
        "sentDateTime": "time",
        "subject": "text",
    },
    refused=frozenset(
        {
            "id",
            "bccRecipients",
            "body",
            "ccRecipients",
            "conversationIndex",
            "flag",
            "from",
            "internetMessageHeaders",
            "replyTo",
            "sender",
            "toRecipients",
            "uniqueBody",
            "webLink",
        }
    ),
    lists={
        "categories": {"": "text"},
        "singleValueExtendedProperties": EXTENDED_FIELDS,
    },
)
EXTENDED = Entity(
    name="microsoft.graph.singleValueLegacyExtendedProperty",
    defaults=frozenset(EXTENDED_FIELDS),
    selectable=frozenset(EXTENDED_FIELDS),
    filterable=EXTENDED_FIELDS,
)

_FOLDER_PROPERTIES = frozenset(
    {
        "id",
        "displayName",
        "parentFolderId",
        "childFolderCount",
        "unreadItemCount",
        "totalItemCount",
        "isHidden",
    }
)
FOLDER = Entity(
    name="microsoft.graph.mailFolder",
    defaults=_FOLDER_PROPERTIES,
    selectable=_FOLDER_PROPERTIES,
    filterable={
        "displayName": "text",
        "isHidden": "flag",
        "unreadItemCount": "number",
        "totalItemCount": "number",
        "childFolderCount": "number",
    },
    refused=frozenset({"id", "parentFolderId"}),
    lists={"singleValueExtendedProperties": EXTENDED_FIELDS},
)

_ATTACHMENT_PROPERTIES = frozenset(
    {"id", "contentType", "isInline", "lastModifiedDateTime", "name", "size"}
)
_FILE = frozenset({"contentBytes", "contentId", "contentLocation"})
ATTACHMENT = Entity(
    name="microsoft.graph.attachment",
    defaults=_ATTACHMENT_PROPERTIES | _FILE,
    selectable=_ATTACHMENT_PROPERTIES,
    casts={"microsoft.graph.fileAttachment": _FILE},
    filterable={},
    refused=_ATTACHMENT_PROPERTIES,
)

USER = Entity(
    name="microsoft.graph.user",
    defaults=frozenset(
        {
            "id",
            "businessPhones",
            "displayName",
            "givenName",
            "jobTitle",
            "mail",
            "mobilePhone",
            "officeLocation",
            "preferredLanguage",
            "surname",
            "userPrincipalName",
        }
    ),
    selectable=frozenset(
        {
            "id",
            "accountEnabled",
            "businessPhones",
            "companyName",
            "department",
            "displayName",
            "givenName",
            "jobTitle",
            "mail",
            "mailboxSettings",
            "mailNickname",
            "mobilePhone",
            "officeLocation",
            "otherMails",
            "preferredLanguage",
            "proxyAddresses",
            "surname",
            "userPrincipalName",
            "userType",
        }
    ),
    filterable={
        "accountEnabled": "flag",
        "companyName": "text",
        "department": "text",
        "displayName": "text",
        "givenName": "text",
        "id": "text",
        "jobTitle": "text",
        "mail": "text",
        "mailNickname": "text",
        "officeLocation": "text",
        "preferredLanguage": "text",
        "surname": "text",
        "userPrincipalName": "text",
        "userType": "text",
    },
    refused=frozenset({"businessPhones", "mailboxSettings", "mobilePhone"}),
    lists={"otherMails": {"": "text"}, "proxyAddresses": {"": "text"}},
)
