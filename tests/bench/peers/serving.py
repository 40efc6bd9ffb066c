"""Serve a peer as it would be served: one worker, uvloop, httptools."""

import argparse
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

__all__ = ["serve"]


def serve(create_app: Callable[[str], FastAPI]) -> None:
    """Serve what a peer makes for the Graph that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--graph", required=True, help="URL, without version")
    told = parser.parse_args()
    app = create_app(told.graph)
    app.add_api_route("/ready", _ready)
    uvicorn.run(
        app,
        port=told.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        backlog=4096,
    )


async def _ready() -> dict[str, bool]:
    return {"ready": True}
