"""A FastAPI route that has its answer already: how fast the framework is."""

from urllib.parse import urlencode
from urllib.request import urlopen

from fastapi import FastAPI, Response

from tests.bench.peers.fastapi_httpx import page_of
from tests.bench.peers.serving import serve

__all__ = ["create_app"]


def create_app(graph: str) -> FastAPI:
    """Return the application, which asks Graph once, now."""
    query = urlencode({"$top": 25})
    where = f"{graph}/v1.0/users/ada@contoso.example/messages?{query}"
    with urlopen(where) as answer:  # noqa: S310 - on loopback
        page = page_of(answer.read()).model_dump_json(by_alias=True).encode()
    app = FastAPI()

    @app.get("/messages")
    async def list_messages() -> Response:
        return Response(page, media_type="application/json")

    return app


if __name__ == "__main__":
    serve(create_app)
