"""Lists of contacts, folders and people: filters, orders, pages."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from app.sandbox.graph.context import Context
from app.sandbox.odata.evaluate import compile_filter
from app.sandbox.odata.fields import Entity
from app.sandbox.odata.nodes import AnyOf, Compare, Logic, Node, Not
from app.sandbox.odata.options import Options
from app.sandbox.odata.order import check_against_filter, parse_order, sort
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.odata.parser import parse_filter
from app.sandbox.state.contacts import Properties
from app.sandbox.wire import Answer, GraphError, json_answer

__all__ = ["filtered", "page_of"]

DEFAULT_PAGE = 10
MAX_PAGE = 1000


class _Factual(Protocol):
    @property
    def facts(self) -> Properties:
        """What filters look at."""


F = TypeVar("F", bound=_Factual)
T = TypeVar("T")


def filtered(found: Iterable[F], options: Options, entity: Entity) -> list[F]:
    """Return what a filter lets pass, in the order asked for.

    Raises:
        GraphError: 400, for what cannot be evaluated.
    """
    node = None if options.filter is None else parse_filter(options.filter)
    order = parse_order(options.orderby, entity)
    check_against_filter(order, node)
    if node is not None:
        _check_addresses(node)
        matches = compile_filter(node, entity)
        found = [one for one in found if matches(one.facts)]
    return sort(list(found), order, lambda one: one.facts)


def page_of(
    context: Context,
    options: Options,
    resource: str,
    found: list[T],
    show: Callable[[T], dict[str, Any]],
) -> Answer:
    """Return one page of what was found."""
    preferred = context.prefer.max_page_size
    size = page_size(options.top, preferred or DEFAULT_PAGE, MAX_PAGE)
    size = min(size, preferred or MAX_PAGE)
    page = take(found, options.skip or 0, size)
    body: dict[str, Any] = {"@odata.context": context.metadata(resource)}
    if options.count:
        body["@odata.count"] = len(found)
    body["value"] = [show(one) for one in page.entries]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def _check_addresses(node: Node) -> None:
    """Refuse all but equality for addresses in an ``any``.

    Source: https://learn.microsoft.com/graph/api/user-list-contacts

    Raises:
        GraphError: 400 ErrorInvalidUrlQueryFilter.
    """
    match node:
        case Logic():
            _check_addresses(node.left)
            _check_addresses(node.right)
        case Not():
            _check_addresses(node.inner)
        case AnyOf(path="emailAddresses", inner=inner):
            if not (isinstance(inner, Compare) and _asks_address(inner)):
                raise GraphError(
                    400,
                    "ErrorInvalidUrlQueryFilter",
                    "The query filter contains one or more invalid nodes.",
                )
        case _:
            pass


def _asks_address(node: Compare) -> bool:
    return node.path == "address" and node.operator == "eq"
