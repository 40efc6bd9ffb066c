"""The catalogue of all problems."""

import inspect
from collections.abc import Iterator
from http import HTTPStatus

from app.problems.entra_codes import ENTRA_NUMBERS
from app.problems.errors import ExchangeError, Reach
from app.problems.exchange_codes import EXCHANGE_CODES
from app.problems.graph_codes import GRAPH_CODES, GRAPH_STATUSES
from app.problems.registry import REGISTRY
from app.problems.runbooks import RUNBOOKS
from app.reference.markdown import coded, table

__all__ = ["problems_reference"]

Kind = type[ExchangeError]

_INTRODUCTION = """\
# Problems

Whatever is not a success is one of these: `code` in the answer, in the log
and in the metrics. This page is written from `app/problems/` by
`make reference`; a running service tells the same at `/problems`.

Microsoft's own codes lead here too: search for `ErrorAccessDenied` or
`AADSTS7000222`.

"""
_AGAIN = (
    "repeat the request, after `Retry-After` if there is one. If `outcome` is"
    " `unknown`, only with the same `Idempotency-Key`."
)
_CHANGED = "change the request; the same one fails again."
_SHOWN = "do not repeat it; tell the operators, with `request_id`."
_CACHED = (
    " Reads are answered from the cache where that may be, and marked stale."
)


def problems_reference() -> str:
    """Return ``docs/problems.md``."""
    return "".join(
        [
            _INTRODUCTION,
            table(
                ("code", "status", "means"),
                (
                    (f"[`{code}`](#{code})", str(int(kind.status)), kind.title)
                    for code, kind in REGISTRY.items()
                ),
            ),
            *map(_section, REGISTRY.values()),
        ]
    )


def _section(kind: Kind) -> str:
    return "\n" + "\n".join(_lines(kind))


def _lines(kind: Kind) -> Iterator[str]:
    yield f"## {kind.code}\n"
    yield f"{kind.title}. {_meaning(kind)}\n"
    yield f"- {int(kind.status)}, {kind.category}, reaches the {kind.reach}"
    yield f"- **What to do:** {kind.action}"
    variants = [one for one in _same(kind) if one.action != kind.action]
    for variant in variants:
        yield f"  - {_meaning(variant)} {variant.action}"
    yield f"- **Callers:** {_for_callers(kind)}"
    if name := RUNBOOKS.get(kind.code):
        yield f"- **Operators:** [the runbook](runbooks/{name}.md)"
    if causes := [*_causes(kind)]:
        yield f"- **Comes from:** {'; '.join(causes)}"
    yield ""


def _same(kind: Kind) -> tuple[Kind, ...]:
    """Return the classes that callers meet as this problem, itself first."""
    under = [one for one in kind.__subclasses__() if one.code == kind.code]
    return (kind, *under)


def _meaning(kind: Kind) -> str:
    paragraph = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split())


def _for_callers(kind: Kind) -> str:
    text = _AGAIN if kind.retryable else _SHOWN
    if not kind.retryable and kind.reach is Reach.REQUEST:
        is_callers = kind.status < HTTPStatus.INTERNAL_SERVER_ERROR
        text = _CHANGED if is_callers else _SHOWN
    return text + (_CACHED if kind.stale_ok else "")


def _causes(kind: Kind) -> Iterator[str]:
    kinds = _same(kind)
    statuses = [
        str(status)
        for status, meant in GRAPH_STATUSES.items()
        if meant in kinds
    ]
    if statuses:
        yield f"Graph's status {', '.join(statuses)}"
    names = [
        name
        for one in kinds
        for codes in (GRAPH_CODES, EXCHANGE_CODES)
        for name in codes.get(one, "").split()
    ]
    if names:
        yield f"Graph's codes {coded(sorted(names))}"
    numbers = [n for one in kinds for n in ENTRA_NUMBERS.get(one, ())]
    if numbers:
        yield f"Entra ID's {coded(f'AADSTS{n}' for n in sorted(numbers))}"
