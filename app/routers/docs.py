"""The API document, and Swagger UI and ReDoc with assets of our own."""

import asyncio

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.staticfiles import StaticFiles

from app.routers.guarded import GuardedRoute

__all__ = ["ASSETS", "assets", "router"]

ASSETS = "/docs/assets"
"""Where it is served what the pages need."""

_OPENAPI = "/openapi.json"
# Neither page is to ask anybody else for anything.
_POLICY = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; worker-src blob:;"
        " script-src 'self' 'unsafe-inline';"
        " style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
        " frame-ancestors 'none'"
    )
}

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)


def assets() -> StaticFiles:
    """Return what both pages need."""
    return StaticFiles(packages=[("fastapi_offline", "static")])


@router.get(_OPENAPI)
async def document(request: Request) -> Response:
    """Return the API document.

    It takes a second to be made; all others are served meanwhile.
    """
    described = await asyncio.to_thread(request.app.openapi)
    return Response(
        msgspec.json.encode(described), media_type="application/json"
    )


@router.get("/docs")
async def swagger_ui() -> Response:
    """Show the API, to be tried out."""
    page = get_swagger_ui_html(
        openapi_url=_OPENAPI,
        title="Exchange API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters={
            "displayRequestDuration": True,
            "docExpansion": "list",
            "tryItOutEnabled": True,
        },
    )
    page.headers.update(_POLICY)
    return page


@router.get("/redoc")
async def redoc() -> Response:
    """Show the API, to be read."""
    page = get_redoc_html(
        openapi_url=_OPENAPI,
        title="Exchange API",
        redoc_js_url=f"{ASSETS}/redoc.standalone.js",
        redoc_favicon_url=f"{ASSETS}/favicon.png",
        with_google_fonts=False,
    )
    page.headers.update(_POLICY)
    return page
