"""``$search`` for messages: a part of Microsoft's keyword query language."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from app.sandbox.clock import parse_utc, stamp
from app.sandbox.state.items import Item
from app.sandbox.wire import GraphError, bad_query

__all__ = ["compile_search"]

Match = Callable[[Item], bool]

TERM = re.compile(
    r"""
    \s*
    (?:(?P<property>[A-Za-z]+)(?P<operator>>=|<=|[:=<>]))?
    (?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))
    """,
    re.VERBOSE,
)
QUOTED = re.compile(r'"(.+)"', re.DOTALL)
WORDS = re.compile(r"\w+")
DAY = timedelta(days=1)
RECIPIENTS = ("toRecipients", "ccRecipients", "bccRecipients")
# Operators of the full language that the sandbox would misunderstand.
UNSUPPORTED = ("OR", "NOT", "NEAR", "XRANK")
DATES = {"received": "receivedDateTime", "sent": "sentDateTime"}


def compile_search(source: str) -> Match:
    """Return the test that a ``$search`` stands for; all terms must match.

    Raises:
        GraphError: 400, when it is not quoted or malformed.
    """
    quoted = QUOTED.fullmatch(source.strip())
    if quoted is None:
        raise _syntax_error(source)
    terms = list(_terms(quoted[1].replace('\\"', '"'), source))
    if not terms:
        raise _syntax_error(source)
    return lambda item: all(term(item) for term in terms)


def _terms(query: str, source: str) -> Iterable[Match]:
    at = 0
    while query[at:].strip():
        found = TERM.match(query, at)
        if found is None or found.end() == at:
            raise _syntax_error(source)
        at = found.end()
        name, operator = found["property"], found["operator"]
        phrase, word = found["phrase"], found["word"]
        if name is None and word == "AND":
            continue
        if name is None and word in UNSUPPORTED:
            raise _syntax_error(source)
        value = word if phrase is None else phrase
        yield _term(name, operator, value, source)


def _term(name: str | None, operator: str, value: str, source: str) -> Match:
    kind = (name or "").lower()
    if kind in DATES:
        return _date(DATES[kind], operator, value, source)
    match kind:
        case "hasattachments" | "hasattachment":
            return _equal("hasAttachments", value.lower() == "true")
        case "importance":
            return _equal("importance", value.lower())
        case known if known in TEXTS:
            found, texts = _pattern(value, source).search, TEXTS[known]
            return lambda item: any(found(text) for text in texts(item))
        case _:
            raise _syntax_error(source)


def _equal(name: str, wanted: Any) -> Match:
    return lambda item: bool(item.properties[name] == wanted)


def _people(item: Item, *fields: str) -> Iterator[str]:
    """Give the names and addresses in some fields."""
    for field in fields:
        people = item.properties.get(field) or []
        for person in [people] if isinstance(people, dict) else people:
            yield from filter(None, person["emailAddress"].values())


def _subject(item: Item) -> Iterator[str]:
    yield item.properties["subject"] or ""


def _anywhere(item: Item) -> Iterator[str]:
    yield from _subject(item)
    yield item.text
    yield from _people(item, "from")


TEXTS: dict[str, Callable[[Item], Iterable[str]]] = {
    "": _anywhere,
    "subject": _subject,
    "body": lambda item: (item.text,),
    "attachment": lambda item: (one.name for one in item.attachments),
    "from": lambda item: _people(item, "from"),
    "to": lambda item: _people(item, "toRecipients"),
    "cc": lambda item: _people(item, "ccRecipients"),
    "bcc": lambda item: _people(item, "bccRecipients"),
    "recipients": lambda item: _people(item, *RECIPIENTS),
    "participants": lambda item: _people(item, "from", *RECIPIENTS),
}


def _pattern(value: str, source: str) -> re.Pattern[str]:
    """Return what finds words that begin like those of a value."""
    words = WORDS.findall(value)
    if not words:
        raise _syntax_error(source)
    return re.compile(r"\b" + r"\W+".join(words), re.IGNORECASE)


def _date(name: str, operator: str, value: str, source: str) -> Match:
    first, _, last = value.partition("..")
    try:
        start = parse_utc(first)
        end = parse_utc(last or first) + DAY
    except ValueError as error:
        raise _syntax_error(source) from error
    low, high = stamp(start), stamp(end)
    match operator:
        case ">":
            return lambda item: item.properties[name] >= high
        case ">=":
            return lambda item: item.properties[name] >= low
        case "<":
            return lambda item: item.properties[name] < low
        case "<=":
            return lambda item: item.properties[name] < high
        case _:
            return lambda item: low <= item.properties[name] < high


def _syntax_error(source: str) -> GraphError:
    return bad_query(f"Syntax error in the $search clause {source}.")
