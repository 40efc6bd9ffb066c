"""The API document, and Swagger UI and ReDoc with assets of our own."""

import asyncio
from pathlib import Path

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.staticfiles import StaticFiles

from app.callers.sign_in import SignIn
from app.routers.dependencies import services
from app.routers.embedded import json_in_html
from app.routers.guarded import GuardedRoute
from app.routers.permitted import SCOPES, fitted

__all__ = ["ASSETS", "assets", "router"]

ASSETS = "/docs/assets"
"""Where it is served what the pages need."""

_HERE = Path(__file__).parent
# Both set styles as they go. Nothing else than files of ours is run.
_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src blob:;"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'{more}; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_COOP = "Cross-Origin-Opener-Policy"

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)


def assets() -> StaticFiles:
    """Return what the pages need."""
    return StaticFiles(
        directory=_HERE / "assets", packages=[("fastapi_offline", "static")]
    )


@router.get("/openapi.json")
async def document(request: Request) -> Response:
    """Return the API document, as it is for this configuration.

    It takes a second to be made; all others are served meanwhile.
    """
    described = await asyncio.to_thread(request.app.openapi)
    own = fitted(described, services(request).sign_in)
    return Response(msgspec.json.encode(own), media_type="application/json")


@router.get("/docs")
async def swagger_ui(request: Request) -> Response:
    """Show the API, to be tried out."""
    sign_in = services(request).sign_in
    text = _read("swagger.html").replace(
        "/* sign-in */", json_in_html(_initial(sign_in))
    )
    more = f" {sign_in.origin}" if sign_in.origin else ""
    # The window in which people sign in has to come back to this one.
    return _page(text, {_COOP: "same-origin-allow-popups"}, more)


@router.get("/docs/oauth2-redirect")
async def oauth2_redirect() -> Response:
    """Hand what Entra ID says to the window that asked it, and close."""
    return _page(_read("redirect.html"), {_COOP: "unsafe-none"})


@router.get("/redoc")
async def redoc() -> Response:
    """Show the API, to be read."""
    return _page(_read("redoc.html"))


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _page(
    text: str, headers: dict[str, str] | None = None, more: str = ""
) -> Response:
    policy = {"Content-Security-Policy": _POLICY.format(more=more)}
    return Response(
        text, headers=policy | (headers or {}), media_type="text/html"
    )


def _initial(sign_in: SignIn) -> dict[str, object]:
    """Return what the dialog for signing in begins with."""
    return {
        "clientId": sign_in.client_id,
        "scopes": [f"{sign_in.resource}{role}" for role in SCOPES],
    }
