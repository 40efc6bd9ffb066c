"""What callers can learn about the people around a mailbox."""

import re

import msgspec

from app.gateway.people import PeopleGateway
from app.models.answers import Answer, least_fresh
from app.models.context import InMailbox
from app.models.people import NearPerson, PeopleQuery, PersonPage
from app.problems.refusals import InvalidRequest

__all__ = ["PeopleService", "matches"]

_WORD = re.compile(r"\w+")


class PeopleService:
    """Lists and finds people, the closest first."""

    def __init__(self, people: PeopleGateway) -> None:
        self._people = people

    async def list_people(
        self, where: InMailbox, wanted: PeopleQuery
    ) -> Answer:
        """Return a page of people (`PersonPage`).

        Graph searches only the people of whoever has signed in, and an app
        has not (https://learn.microsoft.com/graph/api/user-list-people):
        they are searched here.

        Raises:
            InvalidRequest: There is no word to search for.
        """
        if wanted.query is None:
            return await self._people.list_people(where, wanted)
        words = [word.casefold() for word in _WORD.findall(wanted.query)]
        if not words:
            raise InvalidRequest("There is no word to search for.")
        answer = await self._people.relevant_people(where)
        page = msgspec.json.decode(answer.body, type=PersonPage)
        found = [one for one in page["items"] if matches(one, words)]
        content: PersonPage = {
            "items": found[: wanted.limit],
            "next_cursor": None,
        }
        return Answer.of(content, delivery=least_fresh([answer]))


def matches(person: NearPerson, words: list[str]) -> bool:
    """Tell whether each word begins one of somebody's; all in lower case."""
    names = (person["display_name"], person["given_name"], person["surname"])
    known = " ".join(filter(None, (*names, *person["emails"]))).casefold()
    own = _WORD.findall(known)
    return all(any(one.startswith(word) for one in own) for word in words)
