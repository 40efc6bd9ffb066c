"""The master list of categories.

Source: https://learn.microsoft.com/graph/api/resources/outlookcategory
"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.checks import one_of, text
from app.sandbox.graph.context import Context
from app.sandbox.graph.settings.lists import entity_answer, list_answer
from app.sandbox.odata.fields import Entity
from app.sandbox.state.items import Properties
from app.sandbox.wire import Answer, GraphError, empty

__all__ = [
    "create_category",
    "delete_category",
    "get_category",
    "list_categories",
    "update_category",
]

RESOURCE = "outlook/masterCategories"
PROPERTIES = frozenset({"id", "displayName", "color"})
CATEGORY = Entity(
    name="microsoft.graph.outlookCategory",
    selectable=PROPERTIES,
    defaults=PROPERTIES,
    filterable={},
)
SETTABLE = ("displayName", "color")
LONGEST_NAME = 255
COLOR = one_of("none", *(f"preset{number}" for number in range(25)))


def list_categories(context: Context) -> Answer:
    """List the categories."""
    categories = context.mailbox.configuration.categories.values()
    return list_answer(context, list(categories), RESOURCE, CATEGORY)


def get_category(context: Context) -> Answer:
    """Get one category."""
    return entity_answer(context, _find(context), RESOURCE, CATEGORY)


def create_category(context: Context) -> Answer:
    """Add a category, whose name must be new."""
    given = _given(context)
    categories = context.mailbox.configuration.categories
    try:
        name = text(given["displayName"])
        color = COLOR(given.get("color", "none"))
    except (KeyError, TypeError) as error:
        raise not_deserializable("no category") from error
    if not 0 < len(name) <= LONGEST_NAME:
        raise GraphError(
            400, "ErrorInvalidArgument", "The category name is invalid."
        )
    taken = {str(one["displayName"]).lower() for one in categories.values()}
    if name.lower() in taken:
        raise GraphError(
            409,
            "ErrorCategoryNameDuplicate",
            "A category with this name already exists.",
        )
    key = context.mailbox.new_key()
    made = {
        "id": str(uuid5(context.mailbox.guid, key)),
        "displayName": name,
        "color": color,
    }
    categories[made["id"]] = made
    location = context.url(*RESOURCE.split("/"), made["id"])
    answer = entity_answer(context, made, RESOURCE, CATEGORY)
    return replace(answer, status=201).plus({"Location": location})


def update_category(context: Context) -> Answer:
    """Change the color of a category; its name stays."""
    found = _find(context)
    given = _given(context)
    if "displayName" in given:
        raise GraphError(
            400,
            "ErrorInvalidPropertySet",
            "Set action is invalid for property: displayName.",
        )
    try:
        changed = {**found, **{k: COLOR(v) for k, v in given.items()}}
    except (KeyError, TypeError) as error:
        raise not_deserializable("'color' has a wrong value") from error
    context.mailbox.configuration.categories[found["id"]] = changed
    return entity_answer(context, changed, RESOURCE, CATEGORY)


def delete_category(context: Context) -> Answer:
    """Delete a category; items keep its name."""
    del context.mailbox.configuration.categories[_find(context)["id"]]
    return empty(204)


def _find(context: Context) -> Properties:
    name = context.params["category"]
    try:
        UUID(name)
    except ValueError as error:
        raise GraphError(
            400, "ErrorInvalidIdMalformed", "Id is malformed."
        ) from error
    found = context.mailbox.configuration.categories.get(name.lower())
    if found is None:
        raise GraphError(
            404,
            "ErrorItemNotFound",
            "The specified object was not found in the store.",
        )
    return found


def _given(context: Context) -> dict[str, Any]:
    data = read_json(context.request)
    given = {k: v for k, v in data.items() if not k.startswith("@odata.")}
    for name in given:
        if name not in SETTABLE:
            raise not_deserializable(
                f"the property '{name}' cannot be set on type "
                f"'{CATEGORY.name}'"
            )
    return given
