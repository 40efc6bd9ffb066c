"""What can be said of messages in Microsoft's keyword query language. Pure.

It compares words, from their beginnings, and whole days. So it finds more
than is asked for, and what it finds is looked at again. It finds no less,
except of ``subject``: a part of a word that is not its beginning.

Source: https://learn.microsoft.com/graph/search-query-parameter
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from app.models.queries import MessageQuery
from app.problems.refusals import InvalidRequest

__all__ = ["search_text"]

_QUOTE = '"'
_PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
# Nobody says in which zone its days are.
_DAY = timedelta(days=1)


def search_text(wanted: MessageQuery) -> str:
    """Return the value of ``$search``.

    Raises:
        InvalidRequest: There is no word to search for.
    """
    return f'"{" ".join(_terms(wanted))}"'


def _terms(wanted: MessageQuery) -> Iterator[str]:
    """Yield the parts of an expression, ready to stand between quotes.

    What callers search for are words and "quoted phrases". All of them are
    quoted, so that none is taken for an operator (``NOT``, ``from:``).
    """
    if wanted.query:
        yield from _phrases(wanted.query)
    if wanted.from_:
        yield f"from:{wanted.from_}"
    if wanted.to:
        yield f"to:{wanted.to}"
    if wanted.subject:
        for phrase in _phrases(f'"{wanted.subject.replace(_QUOTE, " ")}"'):
            yield f"subject:{phrase}"
    if wanted.has_attachments is not None:
        yield f"hasAttachments:{str(wanted.has_attachments).lower()}"
    if wanted.importance:
        yield f"importance:{wanted.importance}"
    yield from _days(wanted)


def _days(wanted: MessageQuery) -> Iterator[str]:
    try:
        if wanted.since:
            yield f"received>={(wanted.since - _DAY).date().isoformat()}"
        if wanted.until:
            yield f"received<={(wanted.until + _DAY).date().isoformat()}"
    except OverflowError:
        # At an end of the calendar there is nothing to be left out.
        return


def _phrases(text: str) -> Iterator[str]:
    found = False
    for phrase, word in _PHRASE_OR_WORD.findall(text):
        plain = (phrase or word).replace("\\", " ").strip()
        if any(char.isalnum() for char in plain):
            found = True
            yield f'\\"{plain}\\"'
    if not found:
        raise InvalidRequest("There is no word to search for.")
