"""The directory."""

from typing import Any

from app.sandbox.graph.context import Context
from app.sandbox.graph.types import USER
from app.sandbox.graph.user_search import compile_user_search
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.nodes import AnyOf, Compare, Logic, Node, Not
from app.sandbox.odata.options import Options, read_options
from app.sandbox.odata.order import parse_order, sort
from app.sandbox.odata.paging import next_link, read_token, skip_token, take
from app.sandbox.odata.parser import parse_filter
from app.sandbox.wire import Answer, GraphError, json_answer

__all__ = ["get_user", "list_users"]

DEFAULT_PAGE = 100
MAX_PAGE = 999
Entity = dict[str, Any]


def list_users(context: Context) -> Answer:
    """List the users of the tenant."""
    options = read_options(
        context.request,
        "count",
        "filter",
        "orderby",
        "search",
        "select",
        "skip",
        "skiptoken",
        "top",
    )
    select = _listed(options)
    found = _found(context, options)
    page = take(found, _start(options.skiptoken), _size(options.top))
    base = f"{context.request.base_url}/v1.0/$metadata#users"
    body: Entity = {"@odata.context": base}
    if options.count and _is_eventual(context) and not options.skiptoken:
        body["@odata.count"] = len(found)
    if page.next is not None:
        body["@odata.nextLink"] = next_link(
            context.request, "skiptoken", skip_token(page.next)
        )
    body["value"] = [_selected(user, select) for user in page.entries]
    return json_answer(body)


def get_user(context: Context) -> Answer:
    """Get one user; their mailbox settings only when selected."""
    options = read_options(context.request, "select")
    select = USER.select(options.select)
    user = context.owner
    shown = _selected(user.properties, select)
    if "mailboxSettings" in select:
        settings = context.mailbox.configuration.settings
        shown["mailboxSettings"] = dict(settings)
    base = f"{context.request.base_url}/v1.0/$metadata#users/$entity"
    return json_answer({"@odata.context": base} | shown)


def _listed(options: Options) -> frozenset[str]:
    select = USER.select(options.select)
    if "mailboxSettings" in select:
        raise GraphError(
            501, "NotImplemented", "This operation target is not supported."
        )
    return select


def _found(context: Context, options: Options) -> list[Entity]:
    """Return the users that match, and refuse what needs more."""
    if options.skip is not None:
        raise _unsupported("'$skip' is not supported by the service.")
    advanced = _is_eventual(context) and options.count
    users = context.world.directory.members(context.grant.tenant)
    found = [dict(user.properties) for user in users]
    if options.search is not None:
        if not _is_eventual(context):
            raise _unsupported(
                "Request with $search query parameter only works through "
                "MSGraph with a special request header: 'ConsistencyLevel: "
                "eventual'"
            )
        matches = compile_user_search(options.search)
        found = [user for user in found if matches(user)]
    if options.filter is not None:
        found = _filtered(found, options, advanced=advanced)
    return sort(found, parse_order(options.orderby, USER), dict)


def _filtered(
    users: list[Entity], options: Options, *, advanced: bool
) -> list[Entity]:
    node = parse_filter(str(options.filter))
    if not advanced and (_is_advanced(node) or options.orderby):
        raise _unsupported("Unsupported Query.")
    matches = compile_filter(node, USER)
    return [user for user in users if matches(user)]


def _is_advanced(node: Node) -> bool:
    """Say whether a filter needs the directory's advanced queries."""
    match node:
        case Logic():
            return _is_advanced(node.left) or _is_advanced(node.right)
        case Not():
            return True
        case Compare():
            return node.operator == "ne"
        case AnyOf():
            return False
        case _:
            return node.function != "startswith"


def _is_eventual(context: Context) -> bool:
    level = context.request.header("consistencylevel") or ""
    return level.lower() == "eventual"


def _size(top: int | None) -> int:
    if top is None:
        return DEFAULT_PAGE
    if not 0 < top <= MAX_PAGE:
        raise GraphError(
            400,
            "Request_UnsupportedQuery",
            f"Invalid page size specified: '{top}'. Must be between 1 and "
            f"{MAX_PAGE} inclusive.",
        )
    return top


def _start(token: str | None) -> int:
    try:
        return read_token(token)
    except ValueError as error:
        raise GraphError(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired or is invalid.",
        ) from error


def _selected(user: Any, select: frozenset[str]) -> Entity:
    return {name: user[name] for name in user if name in select}


def _unsupported(message: str) -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", message)
