"""Lists of what is neither a message nor a folder, and never long."""

from collections.abc import Sequence
from typing import Any

from app.sandbox.graph.context import Context
from app.sandbox.odata.fields import Entity
from app.sandbox.odata.options import read_options
from app.sandbox.odata.paging import next_link, page_size, take
from app.sandbox.state.items import Properties
from app.sandbox.wire import Answer, json_answer

__all__ = ["entity_answer", "list_answer"]

MAX_PAGE = 1000


def list_answer(
    context: Context, found: Sequence[Properties], resource: str, kind: Entity
) -> Answer:
    """Return entities, all of them unless ``$top`` asks for fewer.

    A ``$filter`` is taken and ignored, as Graph does with categories:
    https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/648
    """
    options = read_options(
        context.request, "count", "filter", "select", "skip", "top"
    )
    select = kind.select(options.select)
    size = page_size(options.top, MAX_PAGE, MAX_PAGE)
    page = take(found, options.skip or 0, size)
    body: dict[str, Any] = {"@odata.context": context.metadata(resource)}
    if options.count:
        body["@odata.count"] = len(found)
    body["value"] = [_selected(one, select) for one in page.entries]
    if page.next is not None:
        body["@odata.nextLink"] = next_link(context.request, "skip", page.next)
    return json_answer(body)


def entity_answer(
    context: Context, shown: Properties, resource: str, kind: Entity
) -> Answer:
    """Return one entity, or what is selected of it."""
    options = read_options(context.request, "select")
    head = {"@odata.context": context.metadata(f"{resource}/$entity")}
    select = kind.select(options.select)
    return json_answer({**head, **_selected(shown, select)})


def _selected(shown: Properties, select: frozenset[str]) -> Properties:
    return {name: value for name, value in shown.items() if name in select}
