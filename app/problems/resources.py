"""Errors about what a request names. The tree is drawn in `errors`."""

from http import HTTPStatus

from app.problems.callers import CallerForbidden
from app.problems.errors import Category, Reach, Upstream
from app.problems.refusals import QuotaExceeded, RequestRefused

__all__ = [
    "Conflict",
    "FolderExists",
    "ItemNotFound",
    "MailboxAccessDenied",
    "MailboxFull",
    "MailboxNotEnabled",
    "MailboxNotFound",
    "MailboxSendLimitReached",
    "NotFound",
    "NotSupported",
    "PreconditionFailed",
    "QueryTooComplex",
    "RecipientsRejected",
    "SendAsDenied",
    "SyncStateExpired",
    "TenantNotFound",
]


class MailboxAccessDenied(CallerForbidden):
    """Exchange refuses this app the mailbox."""

    code = "mailbox-access-denied"
    reach = Reach.MAILBOX
    title = "Access to the mailbox is denied"
    action = (
        "Grant and consent the application permission, or put the mailbox in"
        " the scope of the application access policy or RBAC assignment;"
        " changes take up to two hours."
    )


class SendAsDenied(CallerForbidden):
    """Exchange does not let this sender use that address."""

    code = "send-as-denied"
    reach = Reach.MAILBOX
    title = "Sending as this address is denied"
    action = "Grant Send As or Send on Behalf for the address."


class NotFound(RequestRefused):
    """What was asked for is not there."""

    status = HTTPStatus.NOT_FOUND
    category = Category.NOT_FOUND


class MailboxNotFound(NotFound):
    """The directory of the tenant knows no such user or mailbox."""

    code = "mailbox-not-found"
    title = "There is no such mailbox"
    reach = Reach.MAILBOX
    action = "Check the address, the tenant and its cloud."


class MailboxNotEnabled(NotFound):
    """The user exists, but has no mailbox in Exchange Online."""

    code = "mailbox-not-enabled"
    title = "The user has no mailbox in Exchange Online"
    category = Category.MAILBOX
    reach = Reach.MAILBOX
    action = (
        "Check the licence and that the mailbox is not on-premises, inactive"
        " or soft-deleted. A new licence takes up to 15 minutes."
    )


class TenantNotFound(NotFound):
    """This service, or Entra ID, knows no such tenant."""

    code = "tenant-not-found"
    title = "There is no such tenant"
    category = Category.TENANT
    reach = Reach.TENANT
    action = (
        "Check the header Exchange-Tenant, the tenant's id in the settings"
        " and EXCHANGE_CLOUD."
    )


class ItemNotFound(NotFound):
    """The mailbox has no item by that id."""

    code = "item-not-found"
    title = "There is no such item in the mailbox"
    action = "Read the list again: the item was deleted, or the id is wrong."

    def __init__(
        self,
        detail: str | None = None,
        *,
        resource: str | None = None,
        upstream: Upstream | None = None,
    ) -> None:
        super().__init__(detail, upstream=upstream)
        self.resource = resource

    @property
    def is_proof(self) -> bool:
        """Whether Graph said so with a code; a proxy's 404 proves nothing."""
        return self.upstream is not None and self.upstream.code is not None


class Conflict(RequestRefused):
    """The request does not fit the present state of the resource.

    ``existing`` is the id of what is there already, if Graph told it.
    """

    code = "conflict"
    status = HTTPStatus.CONFLICT
    title = "The request conflicts with the state of the resource"
    category = Category.CONFLICT
    action = "Read the resource again and decide anew."
    existing: str | None = None


class FolderExists(Conflict):
    """The parent already has a folder by that name."""

    code = "folder-exists"
    title = "A folder by that name exists"
    action = "Use the existing folder or another name."


class SyncStateExpired(RequestRefused):
    """Graph has forgotten the state that a sync cursor stands for."""

    code = "sync-state-expired"
    status = HTTPStatus.GONE
    title = "The sync state has expired"
    action = "Start the sync again without a cursor."


class PreconditionFailed(RequestRefused):
    """The item was changed since the caller read it."""

    code = "precondition-failed"
    status = HTTPStatus.PRECONDITION_FAILED
    title = "The resource was changed meanwhile"
    category = Category.CONFLICT
    action = "Read the resource again and repeat with its new ETag."


class QueryTooComplex(RequestRefused):
    """Exchange cannot evaluate this combination of filters."""

    code = "query-too-complex"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The combination of filters is not possible"
    action = "Use fewer filters, or query alone."


class RecipientsRejected(RequestRefused):
    """Exchange does not accept a recipient."""

    code = "recipients-rejected"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "A recipient was rejected"
    action = "Correct the addresses."


class MailboxSendLimitReached(QuotaExceeded):
    """The mailbox has sent as much as Exchange allows in a day."""

    code = "mailbox-send-limit-reached"
    reach = Reach.MAILBOX
    title = "The mailbox has reached its sending limit"
    action = "Wait until the limit renews (24 hours), or send elsewhere."


class NotSupported(RequestRefused):
    """Graph, or this tenant's cloud, does not offer the operation."""

    code = "not-supported"
    status = HTTPStatus.NOT_IMPLEMENTED
    title = "The operation is not supported"
    action = "Do not repeat it."


class MailboxFull(RequestRefused):
    """The mailbox has no room left."""

    code = "mailbox-full"
    reach = Reach.MAILBOX
    status = HTTPStatus.INSUFFICIENT_STORAGE
    title = "The mailbox is full"
    category = Category.QUOTA
    action = "Free space in the mailbox or raise its quota."
