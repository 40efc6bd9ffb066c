"""What an identified caller may do, where. Pure."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet

from app.callers.identity import Identity
from app.callers.mailbox_rules import allows
from app.problems.callers import CallerForbidden
from app.problems.reasons import Reason
from app.problems.refusals import MalformedRequest
from app.problems.resources import MailboxNotFound, TenantNotFound
from app.settings.roles import Role

__all__ = ["check_mailbox", "check_roles", "mailbox_of", "tenant_of"]

_ME = "me"


def check_roles(
    identity: Identity, needed: AbstractSet[Role], tenants: Collection[str]
) -> None:
    """Let pass who has all the roles that are needed.

    Operators see and move what belongs to everybody: they must be allowed in
    all tenants that are served.

    Raises:
        CallerForbidden: One is missing.
    """
    if not needed <= identity.roles:
        missing = sorted(needed - identity.roles)
        names = " ".join(missing)
        raise CallerForbidden(
            f"The caller lacks the role {' and '.join(missing)}.",
            reason=Reason.ROLE,
            challenge=identity.insufficient(names),
        )
    if Role.OPERATOR not in needed:
        return
    overseen = identity.tenants
    if identity.overseen is not None:
        overseen = identity.overseen
    if not overseen >= set(tenants):
        raise CallerForbidden(
            "Operators must be allowed in all tenants.", reason=Reason.TENANT
        )


def tenant_of(
    identity: Identity, named: str | None, tenants: Collection[str]
) -> str:
    """Return the alias of the tenant that a request is about.

    Whether a tenant exists is told only to those who may use all of them.

    Raises:
        CallerForbidden: The caller may not use it.
        MalformedRequest: It named none, and may use several.
        TenantNotFound: There is none of that name.
    """
    tenant = named or identity.tenant
    if tenant is None:
        raise MalformedRequest(
            "Name one of the caller's tenants in Exchange-Tenant."
        )
    if tenant in identity.tenants:
        return tenant
    if identity.tenants >= set(tenants):
        raise TenantNotFound("Exchange-Tenant names none that is served.")
    raise CallerForbidden(
        "The caller may not use the tenant that Exchange-Tenant names.",
        reason=Reason.TENANT,
    )


def mailbox_of(identity: Identity, name: str) -> str:
    """Return by which name to go on, for what stands in the path.

    A user has one mailbox, which is known by the user's object id: whatever
    a token calls its user besides, no other mailbox is reached by it.

    Raises:
        CallerForbidden: A user asks for somebody else's mailbox.
        MailboxNotFound: Nobody is meant by ``me``.
    """
    user, lowered = identity.user, name.lower()
    if user is None:
        if lowered == _ME:
            raise MailboxNotFound("me is for callers who act for a user.")
        return name
    if lowered in {_ME, user.object_id} or lowered in user.names:
        return user.object_id
    raise CallerForbidden(
        "A user may use no mailbox but the own one.", reason=Reason.MAILBOX
    )


def check_mailbox(identity: Identity, asked_as: str, primary: str) -> None:
    """Let pass who may use a mailbox; see `app.callers.mailbox_rules`.

    Raises:
        CallerForbidden: The caller may not use it.
    """
    if identity.user is None and not allows(
        identity.mailboxes, asked_as, primary
    ):
        raise CallerForbidden(
            "The caller may not use this mailbox.", reason=Reason.MAILBOX
        )
