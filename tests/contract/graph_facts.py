"""Distil Microsoft's schema of Graph into the facts that tests go by.

``python -m tests.contract.graph_facts v1.0.xml`` writes `graph_facts.json`
anew from the CSDL document that https://graph.microsoft.com/v1.0/$metadata
gives (OData 4.0, part 3). Kept are the types of mail, calendars, contacts,
settings and rooms with all that they are made of: a line each, so that the
difference between two versions can be read.

A type is written ``String``, ``[recipient]`` for a collection, and with an
exclamation mark (``Boolean!``) where there is no null.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

__all__ = ["FACTS", "distil"]

FACTS = Path(__file__).with_name("graph_facts.json")
ROOTS = (
    *("user", "mailFolder", "mailSearchFolder", "message", "messageRule"),
    *("attachment", "attachmentItem", "uploadSession", "itemBody"),
    *("event", "calendar", "calendarGroup", "calendarPermission"),
    *("contact", "contactFolder", "person", "outlookUser"),
    *("outlookCategory", "place", "extension", "inferenceClassification"),
    *("singleValueLegacyExtendedProperty", "scheduleInformation"),
    *("multiValueLegacyExtendedProperty", "meetingTimeSuggestionsResult"),
)
# What derives from these belongs to the rest of Graph.
WIDE = frozenset({"entity", "directoryObject"})
BOUND = frozenset(
    {
        *("user", "mailFolder", "message", "event", "calendar", "contact"),
        *("contactFolder", "outlookUser", "attachment", "place", "person"),
    }
)
SETS = ("users", "places", "me")
# All else that can be done to users is the directory's business.
OF_USERS = frozenset(
    {
        *("findMeetingTimes", "getMailTips", "reminderView", "sendMail"),
        "translateExchangeIds",
    }
)
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
Facts = dict[str, dict[str, Any]]


class _Schema:
    """The parts of a CSDL document by their names."""

    def __init__(self, root: ET.Element) -> None:
        self.schema = next(
            one
            for one in root.iter(f"{EDM}Schema")
            if one.get("Namespace") == "microsoft.graph"
        )
        self.entities = self._named("EntityType")
        self.complex = self._named("ComplexType")
        self.enums = self._named("EnumType")
        self.structured = self.entities | self.complex

    def _named(self, tag: str) -> dict[str, ET.Element]:
        found = self.schema.findall(f"{EDM}{tag}")
        return {one.attrib["Name"]: one for one in found}

    def operations(self) -> Iterator[ET.Element]:
        """Yield the actions and functions that are bound to something."""
        for tag in ("Action", "Function"):
            for one in self.schema.iter(f"{EDM}{tag}"):
                if one.get("IsBound") == "true":
                    yield one


def distil(document: Path) -> Facts:
    """Return what tests need to know of a CSDL document."""
    root = ET.parse(document).getroot()  # noqa: S314 - Microsoft's own file
    schema = _Schema(root)
    operations = _operations(schema)
    kept = _reachable(schema, operations)
    return {
        "sets": _sets(schema),
        "entities": _types(schema.entities, kept),
        "complex": _types(schema.complex, kept),
        "enums": {
            name: _enum(one)
            for name, one in sorted(schema.enums.items())
            if name in kept
        },
        "operations": operations,
    }


def written(facts: Facts) -> str:
    """Return facts as JSON, a line for each."""
    parts = []
    for part, lines in facts.items():
        inner = ",\n".join(
            f"  {json.dumps(name)}: {json.dumps(line)}"
            for name, line in lines.items()
        )
        parts.append(f"{json.dumps(part)}: {{\n{inner}\n}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _reachable(schema: _Schema, operations: dict[str, Any]) -> set[str]:
    """Return the names of the types that the roots are made of."""
    waiting = [*ROOTS]
    for bound in operations.values():
        for one in bound.values():
            waiting += map(_bare, [*one["parameters"].values()])
            waiting += [_bare(one["returns"])] if "returns" in one else []
    derived = _derived(schema)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in schema.structured | schema.enums:
            continue
        seen.add(name)
        waiting += _made_of(schema, name)
        if name not in WIDE:
            waiting += derived.get(name, [])
    return seen


def _made_of(schema: _Schema, name: str) -> list[str]:
    element = schema.structured.get(name)
    if element is None:
        return []
    properties = element.findall(f"{EDM}Property")
    used = [_bare(_type(one)) for one in properties]
    base = element.get("BaseType")
    return [*used, _short(base)] if base else used


def _derived(schema: _Schema) -> dict[str, list[str]]:
    derived: dict[str, list[str]] = {}
    for name, element in schema.structured.items():
        if base := element.get("BaseType"):
            derived.setdefault(_short(base), []).append(name)
    return derived


def _types(types: dict[str, ET.Element], kept: set[str]) -> dict[str, Any]:
    return {
        name: _structure(types[name], kept)
        for name in sorted(types)
        if name in kept
    }


def _structure(element: ET.Element, kept: set[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if base := element.get("BaseType"):
        facts["base"] = _short(base)
    for flag in ("Abstract", "OpenType", "HasStream"):
        if element.get(flag) == "true":
            facts[flag[0].lower() + flag[1:]] = True
    facts["properties"] = _members(element, "Property", lambda _: True)
    facts["navigation"] = _members(
        element, "NavigationProperty", lambda target: target in kept
    )
    return facts


def _members(
    element: ET.Element, tag: str, wanted: Callable[[str], bool]
) -> dict[str, str]:
    return {
        one.attrib["Name"]: _type(one)
        for one in element.findall(f"{EDM}{tag}")
        if wanted(_bare(_type(one)))
    }


def _operations(schema: _Schema) -> dict[str, Any]:
    bound: dict[str, Any] = {}
    for one in schema.operations():
        binding, *parameters = one.findall(f"{EDM}Parameter")
        target, name = _type(binding).rstrip("!"), one.attrib["Name"]
        wanted = target != "user" or name in OF_USERS
        if wanted and _bare(target) in BOUND:
            entry = _operation(one, parameters)
            bound.setdefault(target, {})[name] = entry
    return dict(sorted(bound.items()))


def _operation(
    element: ET.Element, parameters: list[ET.Element]
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": element.tag.removeprefix(EDM).lower(),
        "parameters": {one.attrib["Name"]: _type(one) for one in parameters},
    }
    returned = element.find(f"{EDM}ReturnType")
    if returned is not None:
        facts["returns"] = _type(returned)
    return facts


def _enum(element: ET.Element) -> dict[str, Any]:
    members = element.findall(f"{EDM}Member")
    facts: dict[str, Any] = {
        "members": [one.attrib["Name"] for one in members]
    }
    return {"flags": True, **facts} if element.get("IsFlags") else facts


def _sets(schema: _Schema) -> dict[str, Any]:
    found = {}
    for one in schema.schema.iter():
        if one.tag in (f"{EDM}EntitySet", f"{EDM}Singleton"):
            target = one.get("EntityType") or one.attrib["Type"]
            found[one.attrib["Name"]] = _short(target)
    return {
        name: f"[{found[name]}]" if name != "me" else found[name]
        for name in SETS
    }


def _type(element: ET.Element) -> str:
    name = element.attrib["Type"]
    inner = name.removeprefix("Collection(").rstrip(")")
    short = f"[{_short(inner)}]" if inner != name else _short(name)
    return f"{short}!" if element.get("Nullable") == "false" else short


def _short(name: str) -> str:
    for prefix in ("microsoft.graph.", "graph.", "Edm."):
        name = name.removeprefix(prefix)
    return name


def _bare(name: str) -> str:
    return name.rstrip("!").strip("[]")


if __name__ == "__main__":
    FACTS.write_text(written(distil(Path(sys.argv[1]))))
