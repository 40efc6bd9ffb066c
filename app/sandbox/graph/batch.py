"""``$batch``: several requests in one, as far as Outlook goes along."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec

from app.sandbox.graph.bodies import read_json
from app.sandbox.request import Request
from app.sandbox.wire import Answer, GraphError, error_body, json_answer

__all__ = ["BATCH", "Step", "read_batch", "run_batch"]

BATCH = "/$batch"
MAX_STEPS = 20
# So many steps of one batch at a time; one, when any depends on another.
AT_ONCE = 4
Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
FIRST_FAILURE = 400
FAILED = "The dependency of this request failed."

Perform = Callable[[Request], Awaitable[Answer]]


class _Wire(
    msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True
):
    """A step as it is written; groups are taken and have no effect."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    method: Method
    url: Annotated[str, msgspec.Meta(pattern="^/")]
    headers: dict[str, str] = {}
    body: Any = None
    depends_on: list[str] = []
    atomicity_group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of a batch."""

    id: str
    request: Request
    depends_on: tuple[str, ...]


def read_batch(request: Request) -> list[Step]:
    """Read the steps of a batch.

    Raises:
        GraphError: 400, when it is malformed as a whole.
    """
    data = read_json(request)
    listed = data.get("requests")
    if not isinstance(listed, list) or not listed:
        raise _refused("Invalid batch payload format.")
    if len(listed) > MAX_STEPS:
        raise _refused(
            "Number of batch request steps exceeds the maximum value of 20."
        )
    try:
        written = msgspec.convert(listed, list[_Wire])
    except msgspec.ValidationError as error:
        raise _refused(f"Invalid batch payload format: {error}.") from error
    steps = [_step(one, request) for one in written]
    _check_ids(steps)
    _check_shape(steps)
    return steps


async def run_batch(steps: list[Step], perform: Perform) -> Answer:
    """Carry out all steps and return their answers in one.

    When it ends, however it ends, none of them is in flight any more.
    """
    ordered = any(step.depends_on for step in steps)
    places = asyncio.Semaphore(1 if ordered else AT_ONCE)
    done: dict[str, asyncio.Future[Answer]] = {}

    async def run(step: Step) -> Answer:
        for name in step.depends_on:
            earlier = await asyncio.shield(done[name])
            if earlier.status >= FIRST_FAILURE:
                failed = error_body("FailedDependency", FAILED)
                return json_answer(failed, 424)
        async with places:
            return await perform(step.request)

    for step in steps:
        done[step.id.lower()] = asyncio.ensure_future(run(step))
    try:
        answers = await asyncio.gather(*done.values())
    except BaseException:
        for task in done.values():
            task.cancel()
        # Until they have ended they are in flight, so the batch is as well.
        await asyncio.wait(done.values())
        raise
    pairs = zip(steps, answers, strict=True)
    whole = json_answer({"responses": [_shown(s, a) for s, a in pairs]})
    return replace(whole, cut=any(answer.cut for answer in answers))


def _step(written: _Wire, outer: Request) -> Step:
    path, _, query = written.url.partition("?")
    if path.lower() == BATCH:
        raise _refused("Batches cannot be nested.")
    kept = {
        name: outer.headers[name]
        for name in ("authorization", "client-request-id")
        if name in outer.headers
    }
    headers = {name.lower(): text for name, text in written.headers.items()}
    request = Request(
        id=str(uuid4()),
        method=written.method,
        base_url=outer.base_url,
        path=f"/v1.0{path}",
        query=query,
        headers=kept | headers,
        body=_body(written.body, headers),
        gone=outer.gone,
    )
    depends_on = tuple(name.lower() for name in written.depends_on)
    return Step(id=written.id, request=request, depends_on=depends_on)


def _body(body: Any, headers: Mapping[str, str]) -> bytes:
    if body is None:
        return b""
    if "content-type" not in headers:
        raise _refused("A batch step with a body needs a Content-Type.")
    if not isinstance(body, str):
        return msgspec.json.encode(body)
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise _refused("A text as a batch step's body is base64.") from error


def _check_ids(steps: list[Step]) -> None:
    ids = [step.id.lower() for step in steps]
    if len(set(ids)) < len(ids):
        raise _refused("The ids of batch steps must be unique.")
    for at, step in enumerate(steps):
        if any(name not in ids[:at] for name in step.depends_on):
            raise _refused(f"Step '{step.id}' depends on no earlier step.")


def _check_shape(steps: list[Step]) -> None:
    """Accept only all parallel, all serial, or all after the first."""
    chains = [step.depends_on for step in steps]
    ids = [step.id.lower() for step in steps]
    parallel: list[tuple[str, ...]] = [()] * len(steps)
    serial = [(), *((name,) for name in ids[:-1])]
    fan = [(), *([(ids[0],)] * (len(steps) - 1))]
    if chains not in (parallel, serial, fan):
        raise _refused("Unsupported dependencies between batch steps.")


def _shown(step: Step, answer: Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": step.id,
        "status": answer.status,
        "headers": dict(answer.headers),
    }
    if answer.body:
        shown["body"] = _shown_body(answer)
    return shown


def _shown_body(answer: Answer) -> Any:
    """Return JSON as it is, anything else as base64."""
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        try:
            return msgspec.json.decode(answer.body)
        except msgspec.DecodeError:
            pass
    return base64.b64encode(answer.body).decode()


def _refused(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)
