"""What query options name must exist on the type that is asked for.

Syntax: OData URL Conventions 4.01, part 5. Graph takes the options of OData
without their dollar as well, and any in any case of letters.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from tests.support.schema_paths import Target
from tests.support.schema_types import (
    BARE,
    NAMESPACE,
    PRIMITIVES,
    Breach,
    Type,
    Types,
    View,
)

__all__ = ["read_query"]

OF_ALL = frozenset({"select", "expand"})
OF_LISTS = OF_ALL | {
    *("filter", "orderby", "top", "skip", "count", "search"),
    *("skiptoken", "deltatoken"),
}
WINDOW = frozenset({"startdatetime", "enddatetime"})
TOKEN = re.compile(
    r"\s+|(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<mark>[(),:])|(?P<path>[@\w./$-]+)"
)
PIECE = re.compile(r"'(?:[^']|'')*'|[(),;]|[^'(),;]+")
WORDS = frozenset(
    {"and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in"}
)
COMPARE = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
CONSTANTS = frozenset({"true", "false", "null"})
LITERALS = {
    "text": frozenset({"String", "Guid"}),
    "number": frozenset({"Int16", "Int32", "Int64", "Double", "Decimal"}),
    "time": frozenset({"DateTimeOffset"}),
}


def read_query(types: Types, target: Target, query: str) -> View:
    """Check the query options of a request; return the view they ask for.

    Raises:
        Breach: An option does not go with the target, or names what is not.
    """
    options = {
        name.removeprefix("$").lower(): text
        for name, text in parse_qsl(query, keep_blank_values=True)
    }
    if unknown := set(options) - _allowed(target):
        raise Breach(f"{target.kind} takes no {sorted(unknown)}", "?")
    if target.kind == "view" and "skiptoken" not in options:
        if missing := WINDOW - set(options):
            raise Breach(f"{sorted(missing)} are missing", "?")
        if not all(map(_is_moment, map(options.get, WINDOW))):
            raise Breach("the window is not made of times", "?")
    if target.type is None or target.type.name not in types.structures:
        return BARE
    texts = tuple(sorted(options.items()))
    return _view(types, target.type.name, texts)


def _allowed(target: Target) -> frozenset[str]:
    if target.kind in ("batch", "value", "action"):
        return frozenset()
    if target.kind == "count":
        return frozenset({"filter", "search"})
    many = target.type is not None and target.type.many
    allowed = OF_LISTS if many else OF_ALL
    if target.kind == "view":
        return allowed | WINDOW
    if target.type is not None and target.type.name == "mailFolder":
        return allowed | {"includehiddenfolders"}
    return allowed


def _is_moment(text: str | None) -> bool:
    # Offset and time are optional here, and UTC and midnight without.
    return text is not None and any(
        PRIMITIVES["DateTimeOffset"](text + rest)
        for rest in ("", "Z", "T00:00Z")
    )


@lru_cache(maxsize=2048)
def _view(
    types: Types, name: str, options: tuple[tuple[str, str], ...]
) -> View:
    given = dict(options)
    try:
        if "filter" in given:
            _check_filter(types, Type(name), given["filter"])
        for part in _split(given.get("orderby", ""), ","):
            _check_order(types, Type(name), part.strip())
        return _shape(types, name, given)
    except Breach as breach:
        raise breach.under("?") from None


def _check_order(types: Types, start: Type, part: str) -> None:
    path, _, direction = part.partition(" ")
    if direction.strip() not in ("", "asc", "desc"):
        raise Breach(f"'{part}' is no order")
    _walk(types, start, path)


def _shape(types: Types, name: str, options: Mapping[str, str]) -> View:
    select = None
    if options.get("select", "*") != "*":
        select = frozenset(_selected(types, name, options["select"]))
    expand = dict(_expanded(types, name, options.get("expand", "")))
    return View(select=select, expand=expand)


def _selected(types: Types, name: str, text: str) -> Iterator[str]:
    for part in text.split(","):
        owner, member = _cast(types, name, part.strip())
        structure = types.structures[owner]
        if member not in structure.properties:
            raise Breach(f"$select: {owner} has no '{member}'")
        yield member


def _expanded(
    types: Types, name: str, text: str
) -> Iterator[tuple[str, View]]:
    for part in _split(text, ","):
        path, bracket, rest = part.strip().partition("(")
        owner, member = _cast(types, name, path)
        target = types.structures[owner].navigation.get(member)
        if target is None or (bracket and not rest.endswith(")")):
            raise Breach(f"$expand: {owner} has no '{member}'")
        inner = [one.partition("=") for one in _split(rest[:-1], ";")]
        texts = {n.strip(" $").lower(): text for n, _, text in inner}
        yield member, _view(types, target.name, tuple(sorted(texts.items())))


def _cast(types: Types, name: str, path: str) -> tuple[str, str]:
    if not path.startswith(NAMESPACE):
        return name, path
    cast, _, member = path.removeprefix(NAMESPACE).partition("/")
    if not types.is_a(cast, name):
        raise Breach(f"{cast} is no {name}")
    return cast, member


def _walk(types: Types, start: Type, path: str) -> Type:
    """Return the type at the end of a path of properties."""
    found = start
    for part in path.split("/"):
        structure = types.structures.get(found.name)
        if structure is None or found.many:
            raise Breach(f"'{path}' has no '{part}'")
        member = structure.properties.get(part)
        member = member or structure.navigation.get(part)
        if member is None:
            raise Breach(f"{structure.name} has no '{part}'")
        found = member
    return found


def _check_filter(types: Types, start: Type, text: str) -> None:
    """Check the paths of a filter, and the literals they are held to."""
    tokens = list(_tokens(text))
    variables: dict[str, Type] = {}
    for at, (kind, token) in enumerate(tokens):
        if kind != "path" or token in WORDS | CONSTANTS:
            continue
        following = [word for _, word in tokens[at + 1 : at + 4]]
        if following[:1] == ["("]:
            _open(types, start, token, following, variables)
        elif following[:1] != [":"]:
            found = _find(types, start, token, variables)
            if following[:1] and following[0] in COMPARE:
                _compare(types, found, *tokens[at + 2])


def _open(
    types: Types,
    start: Type,
    token: str,
    following: list[str],
    variables: dict[str, Type],
) -> None:
    """Note the variable of ``path/any(x:...``; pass functions by."""
    path, _, function = token.rpartition("/")
    if function in ("any", "all") and path:
        found = _find(types, start, path, variables)
        if not found.many:
            raise Breach(f"'{path}' is no list")
        if len(following) > 1 and following[1] != ")":
            variables[following[1]] = found.one


def _find(
    types: Types, start: Type, path: str, variables: Mapping[str, Type]
) -> Type:
    first, _, rest = path.partition("/")
    if first not in variables:
        return _walk(types, start, path)
    return _walk(types, variables[first], rest) if rest else variables[first]


def _compare(types: Types, found: Type, kind: str, literal: str) -> None:
    members = types.members(found.name)
    if literal == "null":
        return
    if members is not None:
        known = {member.lower() for member in members}
        fits = literal.strip("'").lower() in known
    elif literal in CONSTANTS:
        fits = found.name == "Boolean"
    else:
        fits = found.name in LITERALS.get(kind, frozenset())
    if not fits or found.many:
        raise Breach(f"{found.name} is not compared with {literal}")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise Breach(f"$filter cannot be read: {text[at:]}")
        at = found.end()
        if found.lastgroup is not None:
            yield found.lastgroup, found[0]


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark, but not inside parentheses or strings."""
    parts, depth = [""], 0
    for piece in PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if piece == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return [part for part in parts if part]
