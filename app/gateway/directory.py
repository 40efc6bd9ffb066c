"""The directory in Graph: builds the calls. Translates; decides nothing."""

from msgspec.structs import replace

from app.gateway.building import binding_of, call_in, target
from app.gateway.calls import GraphCall
from app.gateway.names import MailboxNames
from app.gateway.operations import directory as operations
from app.gateway.pipeline import Pipeline
from app.gateway.queries import quoted
from app.models.answers import Answer
from app.models.context import CallContext, InMailbox
from app.models.queries import MailboxQuery
from app.problems.refusals import InvalidRequest

__all__ = ["DirectoryGateway", "mailbox_call"]

_SELECT = (
    "id,mail,userPrincipalName,displayName,givenName,surname,jobTitle,"
    "preferredLanguage,proxyAddresses"
)
# Only for one user at a time (https://learn.microsoft.com/graph/api/user-get).
_SELECT_ONE = f"{_SELECT},mailboxSettings"
# Filters with ``ne`` and searches need both of these
# (https://learn.microsoft.com/graph/aad-advanced-queries).
_ADVANCED = {"ConsistencyLevel": "eventual"}
_COUNT = ("$count", "true")
_HAS_MAILBOX = "mail ne null"
# Words are looked for in the first of them; the others must begin so
# (https://learn.microsoft.com/graph/search-query-parameter).
_SEARCHED = (
    *("displayName", "givenName", "surname", "mail", "userPrincipalName"),
)


class DirectoryGateway:
    """Reads who has a mailbox."""

    def __init__(self, pipeline: Pipeline, names: MailboxNames) -> None:
        self._pipeline = pipeline
        self._names = names

    def find(self, context: CallContext, name: str) -> InMailbox:
        """Return where a mailbox is that a caller named."""
        mailbox = self._names.primary(context.tenant, name)
        return InMailbox(context, mailbox, asked_as=name.lower())

    async def list_mailboxes(
        self, context: CallContext, wanted: MailboxQuery
    ) -> Answer:
        """Return a page of mailboxes (`MailboxPage`)."""
        query = [
            ("$select", _SELECT),
            ("$top", str(wanted.limit)),
            *_matching(wanted.query),
            _COUNT,
        ]
        operation = operations.LIST_MAILBOXES
        place = target(operation, query)
        call = GraphCall(
            operation=operation,
            context=context,
            target=place,
            headers=_ADVANCED,
            binding=binding_of(context, operation.name, place),
        )
        answer = await self._pipeline.ask_page(call, wanted.cursor)
        self._names.learn_page(context.tenant, answer)
        return answer

    async def get_mailbox(self, where: InMailbox) -> Answer:
        """Return one mailbox (`Mailbox`)."""
        answer = await self._pipeline.ask(mailbox_call(where))
        self._names.learn(where.context.tenant, answer)
        return answer

    async def primary(self, where: InMailbox) -> str | None:
        """Return the primary address of a mailbox; None if it has none.

        Graph is asked, unless the name has been learnt.
        """
        tenant = where.context.tenant
        if self._names.is_known(tenant, where.asked_as):
            return self._names.primary(tenant, where.asked_as)
        answer = await self._pipeline.ask(mailbox_call(where.plain()))
        return self._names.learn(tenant, answer)

    async def probe(self, context: CallContext) -> None:
        """Ask for next to nothing, once, to see whether Graph answers."""
        query = [("$select", "id"), ("$top", "1")]
        call = GraphCall(
            operation=operations.PROBE,
            context=context,
            target=target(operations.PROBE, query),
            once=True,
        )
        await self._pipeline.ask(call)


def mailbox_call(where: InMailbox) -> GraphCall:
    """Return the call that asks whose a mailbox is.

    It is asked for by the caller's name for it: the directory knows users by
    id and sign-in name alone, which the primary address need not be
    (https://learn.microsoft.com/graph/api/user-get).
    """
    operation, query = operations.GET_MAILBOX, [("$select", _SELECT_ONE)]
    return replace(
        call_in(where, operation, query),
        target=target(operation, query, mailbox=where.asked_as),
        headers={},
    )


def _matching(words: str | None) -> list[tuple[str, str]]:
    """Return what finds the mailboxes that words are about.

    What has an ``@`` in it is the beginning of an address; only a filter
    looks at aliases. Anything else is looked for in names, and at the
    beginnings of addresses.
    """
    if words is None:
        return [("$filter", _HAS_MAILBOX)]
    if "@" not in words or not any(map(str.isalnum, words)):
        return [("$filter", _HAS_MAILBOX), ("$search", _search(words))]
    start = words.strip()
    beginnings = " or ".join(
        [
            f"startswith(mail,{quoted(start)})",
            f"startswith(userPrincipalName,{quoted(start)})",
            f"proxyAddresses/any(p:startswith(p,{quoted(f'smtp:{start}')}))",
        ]
    )
    return [("$filter", f"{_HAS_MAILBOX} and ({beginnings})")]


def _search(words: str) -> str:
    """Return the words for ``$search``, without what has a meaning there."""
    term = " ".join(words.replace("\\", " ").replace('"', " ").split())
    if not any(char.isalnum() for char in term):
        raise InvalidRequest("There is no word to search for.")
    return " OR ".join(f'"{name}:{term}"' for name in _SEARCHED)
