"""Routes that explain problems: where their ``type`` leads."""

import inspect
from html import escape
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from app.problems.documents import documented
from app.problems.errors import Category, ExchangeError
from app.problems.refusals import RouteNotFound
from app.problems.registry import ANY_REQUEST, REGISTRY
from app.problems.runbooks import runbook_for
from app.routers.headers import line_of, quality
from app.routers.pages import page
from app.routers.route import StrictRoute

__all__ = ["router"]

_HTML = "text/html"
_JSON = "application/json"
_VARIES = {"Vary": "Accept"}


class ProblemKind(TypedDict):
    """A problem that callers can meet."""

    type: str
    code: str
    status: int
    title: str
    category: Category
    meaning: str
    action: str
    retryable: bool
    runbook: Annotated[
        str | None,
        Field(description="What operators do when it happens often."),
    ]


class ProblemList(TypedDict):
    """All problems that callers can meet."""

    items: list[ProblemKind]


def _either(description: str, model: type[Any]) -> dict[int | str, Any]:
    return {
        200: {
            "description": f"{description}, as `Accept` wants it.",
            "model": model,
            "content": {_JSON: {}, _HTML: {"schema": {"type": "string"}}},
        }
    }


router = APIRouter(
    prefix="/problems", tags=["problems"], route_class=StrictRoute
)


@router.get(
    "",
    responses=_either("All problems", ProblemList) | documented(ANY_REQUEST),
)
async def list_problems(request: Request) -> Response:
    """List every problem that an answer can name."""
    items = [_told(kind) for kind in REGISTRY.values()]
    if _is_for_people(request):
        return page("Problems", _table(items), _VARIES)
    return _told_as_json({"items": items})


@router.get(
    "/{code}",
    responses=_either("What the problem means", ProblemKind)
    | documented(ANY_REQUEST, (RouteNotFound,)),
)
async def get_problem(
    request: Request,
    code: Annotated[str, Path(examples=["graph-throttled"])],
) -> Response:
    """Explain a problem, to people or to programs."""
    if code not in REGISTRY:
        raise RouteNotFound("There is no such problem.")
    told = _told(REGISTRY[code])
    if _is_for_people(request):
        return page(told["title"], _body(told), _VARIES)
    return _told_as_json(told)


def _is_for_people(request: Request) -> bool:
    accept = line_of(request.headers, "accept")
    return quality(accept, _HTML) > quality(accept, _JSON)


def _told_as_json(told: ProblemKind | ProblemList) -> Response:
    return Response(
        msgspec.json.encode(told), headers=_VARIES, media_type=_JSON
    )


def _told(kind: type[ExchangeError]) -> ProblemKind:
    return {
        "type": f"/problems/{kind.code}",
        "code": kind.code,
        "status": int(kind.status),
        "title": kind.title,
        "category": kind.category,
        "meaning": inspect.cleandoc(kind.__doc__ or ""),
        "action": kind.action,
        "retryable": kind.retryable,
        "runbook": runbook_for(kind.code),
    }


def _body(told: ProblemKind) -> str:
    rows = {
        "What it means": told["meaning"],
        "What to do": told["action"],
        "May the same request succeed later?": (
            "Yes." if told["retryable"] else "No."
        ),
        "Code": told["code"],
        "HTTP status": str(told["status"]),
        "Category": str(told["category"]),
    }
    listed = "\n".join(
        f"<dt>{escape(name)}</dt>\n<dd>{escape(text)}</dd>"
        for name, text in rows.items()
    )
    if runbook := told["runbook"]:
        link = f'<a href="{runbook}">{runbook}</a>'
        listed += f"\n<dt>If it happens often</dt>\n<dd>{link}</dd>"
    return (
        f"<h1>{escape(told['title'])}</h1>\n<dl>\n{listed}\n</dl>\n"
        '<p><a href="/problems">All problems</a></p>'
    )


def _table(items: list[ProblemKind]) -> str:
    rows = "\n".join(
        f'<tr><td>{told["status"]}<td><a href="{told["type"]}">'
        f"{told['code']}</a><td>{escape(told['title'])}"
        for told in items
    )
    return (
        "<h1>Problems</h1>\n<table>\n<thead><tr><th>Status<th>Code<th>Title"
        f"\n<tbody>\n{rows}\n</table>"
    )
