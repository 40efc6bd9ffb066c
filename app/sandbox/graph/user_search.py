"""``$search`` in the directory."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.sandbox.wire import GraphError

__all__ = ["compile_user_search"]

Match = Callable[[Mapping[str, Any]], bool]

CLAUSE = re.compile(r'\s*"(\w+):([^"]*)"\s*(AND|OR|$)')
SEARCHABLE = (
    *("displayName", "givenName", "mail", "surname", "userPrincipalName"),
)
# The others are searched as by ``startswith``; source:
# https://learn.microsoft.com/graph/search-query-parameter
TOKENIZED = ("displayName",)
WORDS = re.compile(r"\w+")


def compile_user_search(source: str) -> Match:
    """Return the test that a ``$search`` over users stands for.

    AND binds closer than OR.

    Raises:
        GraphError: 400, when it is malformed.
    """
    groups: list[list[Match]] = [[]]
    at = 0
    while at < len(source):
        found = CLAUSE.match(source, at)
        if found is None:
            raise _refused(source)
        groups[-1].append(_clause(found[1], found[2], source))
        if found[3] == "OR":
            groups.append([])
        at = found.end()
        if found[3] and at == len(source):
            raise _refused(source)
    return lambda user: any(all(m(user) for m in group) for group in groups)


def _clause(name: str, value: str, source: str) -> Match:
    wanted = [word.casefold() for word in WORDS.findall(value)]
    if name not in SEARCHABLE or not wanted:
        raise _refused(source)

    def begins(user: Mapping[str, Any]) -> bool:
        return str(user[name] or "").casefold().startswith(value.casefold())

    def matches(user: Mapping[str, Any]) -> bool:
        present = WORDS.findall(str(user[name] or "").casefold())
        return all(
            any(have.startswith(word) for have in present) for word in wanted
        )

    return matches if name in TOKENIZED else begins


def _refused(source: str) -> GraphError:
    return GraphError(
        400,
        "Request_BadRequest",
        f"Unrecognized $search query parameter value '{source}': clauses "
        'look like "displayName:ada", joined by AND or OR.',
    )
