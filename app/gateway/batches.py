"""Several calls that go to Graph in one request. No clock, no I/O.

Graph answers such a request with 200 whatever became of its parts
(https://learn.microsoft.com/graph/json-batching), so each part is judged by
itself: what succeeded is never sent again, what failed for good is left
alone, and the rest goes out once more in a smaller batch.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from msgspec import UNSET, Raw

from app.gateway.operations.entry import Operation
from app.gateway.translation.batch import (
    MOST_PARTS,
    AnsweredPart,
    PartRequest,
)
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import GraphMalformedResponse
from app.transport.graph import Reply

__all__ = ["Batch", "Group", "Part"]


def _never(_part: "Part", _error: ExchangeError) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One request of a batch; ``depends_on`` names those it comes after."""

    name: str
    operation: Operation
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    depends_on: tuple[str, ...] = ()


class Batch:
    """The parts of one request, and what has become of them so far.

    ``heard`` has Graph's latest answer to each part, as it came.
    """

    def __init__(self, *parts: Part) -> None:
        if len(parts) > MOST_PARTS:
            raise ValueError(f"more than {MOST_PARTS} parts")
        self._parts = {part.name: part for part in parts}
        self._ends: dict[str, Reply | ExchangeError] = {}
        self._latest: dict[str, ExchangeError] = {}
        self._sent = dict.fromkeys(self._parts, 0)
        self._doubted: set[str] = set()
        self.heard: dict[str, AnsweredPart] = {}
        self.is_under_way = False

    def __len__(self) -> int:
        """Return how many parts there are, settled or not."""
        return len(self._parts)

    def add(self, part: Part) -> None:
        """Take one more part, in the order in which they are to be done."""
        self._parts[part.name] = part
        self._sent[part.name] = 0

    def missing(self) -> list[Part]:
        """Return the parts that are yet to be done, in their order."""
        return [p for p in self._parts.values() if p.name not in self._ends]

    def load(self) -> list[PartRequest]:
        """Return what to send now, each part waiting only for another here.

        What a part depended on and is done needs no mention any more; Graph
        would not know it.
        """
        missing = self.missing()
        here = {part.name for part in missing}
        self._latest.clear()
        for name in here:
            self._sent[name] += 1
        return [_request(part, here) for part in missing]

    def take(
        self,
        answers: Mapping[str, Reply | ExchangeError],
        may_go_again: Callable[[Part, ExchangeError], bool] = _never,
    ) -> ExchangeError | None:
        """Note Graph's answers to what was sent.

        Args:
            answers: What came back, by the part's name.
            may_go_again: Tells whether repeating a part is useful and safe.

        Returns:
            None if nothing is worth repeating. Otherwise the error of the
            part that demands the longest wait, for all that are.
        """
        again: dict[str, ExchangeError] = {}
        for part in self.missing():
            told = answers.get(part.name) or _unanswered()
            answer = self._with_doubt(part, told)
            if isinstance(answer, Reply):
                self._ends[part.name] = answer
                continue
            failed = self._failed_before(part, answer)
            if failed in again:
                self._latest[part.name] = again[failed]
                again[part.name] = again[failed]
            elif failed is not None:
                self._ends[part.name] = self._ends[failed]
            elif may_go_again(part, answer):
                self._latest[part.name] = answer
                # A refusal is one, whatever an earlier request has left open.
                again[part.name] = _refusal(told) or answer
            else:
                self._ends[part.name] = answer
        return max(again.values(), key=_demanded, default=None)

    def give_up(self, error: ExchangeError) -> None:
        """Note that nothing more will be sent, and why.

        Whose token no part was taken with has to be told how to get another.
        """
        is_told = isinstance(error, CallerUnauthenticated)
        for part in self.missing():
            latest = self._latest.get(part.name, error)
            latest = error if is_told else latest
            self._ends[part.name] = self._with_doubt(part, latest)

    def sent(self, name: str) -> int:
        """Return how often a part was sent."""
        return self._sent[name]

    def result(self, name: str) -> Reply:
        """Return the answer to a part, or raise why there is none."""
        end = self._ends[name]
        if isinstance(end, ExchangeError):
            # Several parts may share it, each with attempts of its own.
            raise end.again()
        return end

    def _with_doubt(
        self, part: Part, answer: Reply | ExchangeError
    ) -> Reply | ExchangeError:
        """Keep in mind that an earlier request may have done a part."""
        if isinstance(answer, Reply):
            return answer
        if answer.outcome is Outcome.UNKNOWN:
            self._doubted.add(part.name)
        elif part.name in self._doubted:
            return answer.with_outcome(Outcome.UNKNOWN)
        return answer

    def _failed_before(self, part: Part, error: ExchangeError) -> str | None:
        """Return the part whose failure kept this one from being done."""
        upstream = error.upstream
        if upstream is None or upstream.status != HTTPStatus.FAILED_DEPENDENCY:
            return None
        return next(self._unsuccessful(part.depends_on), None)

    def _unsuccessful(self, names: tuple[str, ...]) -> Iterator[str]:
        for name in names:
            if not isinstance(self._ends.get(name), Reply):
                yield name


class Group:
    """Calls that are made at the same time and may share a request.

    All are about the same mailbox. Which of them need Graph at all shows
    only when they are made; those that do board the next batch.
    """

    def __init__(self) -> None:
        self._batch = Batch()

    def boarding(self) -> Batch:
        """Return the batch that is yet to leave and has room."""
        if self._batch.is_under_way or len(self._batch) >= MOST_PARTS:
            self._batch = Batch()
        return self._batch


def _request(part: Part, here: set[str]) -> PartRequest:
    headers = dict(part.headers)
    if part.body is not None:
        headers["Content-Type"] = "application/json"
    return PartRequest(
        id=part.name,
        method=part.operation.method,
        url=part.target,
        headers=headers,
        body=UNSET if part.body is None else Raw(part.body),
        depends_on=[name for name in part.depends_on if name in here],
    )


def _refusal(answer: Reply | ExchangeError) -> ExchangeError | None:
    """Return an answer if it says that a part was not begun, for now."""
    if isinstance(answer, Reply) or not answer.transient:
        return None
    return answer if answer.outcome is Outcome.NOT_PERFORMED else None


def _demanded(error: ExchangeError) -> float:
    return error.retry_after or 0.0


def _unanswered() -> ExchangeError:
    return GraphMalformedResponse(
        "Microsoft Graph left a part of the batch unanswered.",
        outcome=Outcome.UNKNOWN,
    )
