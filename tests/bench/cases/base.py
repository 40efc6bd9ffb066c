"""What a case is: a question, asked of each target in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle

from tests.bench import cores
from tests.bench.load.closed import Size, closed_loop
from tests.bench.load.outcome import Expected, Outcome
from tests.bench.load.wire import request
from tests.bench.targets import Running
from tests.bench.upstream.serving import Upstream

__all__ = ["ADA", "CPU", "RATE", "Case", "Stage"]

ADA = "ada@contoso.example"
CPU = "CPU µs"
RATE = "requests/s"

_WARM_UP = 300
# Of a round: who has waited for the others' turns has connections to open
# again, which would be told of as what a request costs.
_WAKE_UP = 3.0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A target that serves, its upstream, and how long a round may take."""

    it: Running
    upstream: Upstream
    size: Size

    def request(
        self, path: str, mailbox: str = ADA, message: str = "", **headers: str
    ) -> bytes:
        """Return a request for one of the target's paths.

        Names of headers are written with ``_`` for ``-``.
        """
        named = {name.replace("_", "-"): at for name, at in headers.items()}
        return request(
            path.format(mailbox=mailbox, message=message),
            {**self.it.target.headers, **named},
        )


@dataclass(frozen=True, kw_only=True)
class Case:
    """The CPU that a request takes in a closed loop, of what is asked.

    ``settings`` are those of the service; ``stub`` has it ask the upstream
    that can be slow or down; ``beside`` are those who do the same; ``plain``
    has the service measured without telemetry, too.
    """

    name: str
    about: str
    connections: int = 8
    settings: Mapping[str, str] = field(default_factory=dict)
    stub: bool = False
    beside: tuple[str, ...] = ()
    plain: bool = False

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        """Return what is asked, one after the other."""
        return cycle([stage.request(stage.it.target.page)])

    def expected(self) -> Expected:
        """Return what every answer must be."""
        return Expected(at_least=20_000)

    def checked(self, stage: Stage) -> Expected:
        """Return that; who is not the service has other headers."""
        target, expected = stage.it.target, self.expected()
        if target.is_service:
            return expected
        return (target.always or expected).bare()

    async def prepare(self, stage: Stage) -> None:
        """Warm the target up, and bring about what the case is about.

        Raises:
            WrongAnswer: The target does something else.
        """
        outcome = await self.asked(
            stage, Size(count=_WARM_UP, seconds=stage.size.seconds * 2)
        )
        outcome.raise_if_wrong()

    async def measure(self, stage: Stage) -> dict[str, float]:
        """Return what one round has shown.

        Raises:
            WrongAnswer: The target did something else.
        """
        woken = await self.asked(
            stage, Size(count=_WARM_UP, seconds=_WAKE_UP * stage.size.seconds)
        )
        woken.raise_if_wrong()
        return await self.cost(stage, stage.size)

    async def cost(self, stage: Stage, size: Size) -> dict[str, float]:
        """Return what so many requests have shown."""
        before = cores.cpu_seconds(stage.it.pid)
        outcome = await self.asked(stage, size)
        used = cores.cpu_seconds(stage.it.pid) - before
        outcome.raise_if_wrong()
        return {
            CPU: used / outcome.asked * 1e6,
            RATE: outcome.asked / outcome.seconds,
        }

    async def asked(self, stage: Stage, size: Size) -> Outcome:
        """Ask in a closed loop."""
        return await closed_loop(
            stage.it.port,
            await self.requests(stage),
            self.checked(stage),
            self.connections,
            size,
        )
