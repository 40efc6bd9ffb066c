"""The API document, and Swagger UI and ReDoc with assets of our own."""

import asyncio

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.staticfiles import StaticFiles

__all__ = ["install"]

_ASSETS = "/docs/assets"
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

router = APIRouter(include_in_schema=False)


def install(app: FastAPI) -> None:
    """Serve the document, both pages and what they need."""
    app.mount(_ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]))
    app.include_router(router)


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
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{_ASSETS}/favicon.png",
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
        redoc_js_url=f"{_ASSETS}/redoc.standalone.js",
        redoc_favicon_url=f"{_ASSETS}/favicon.png",
        with_google_fonts=False,
    )
    page.headers.update(_POLICY)
    return page
