"""Cursors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.building import binding_of, target
from app.gateway.cursors import CursorCodec
from app.gateway.operations.mail import GET_ATTACHMENT
from app.models.context import CallContext
from app.problems.graph_failures import GraphMalformedResponse
from app.problems.refusals import InvalidCursor

GRAPH = "https://graph.microsoft.com/v1.0"
CODEC = CursorCodec([b"new", b"old"], GRAPH)


@given(st.text(min_size=1, max_size=500), st.text(max_size=50))
def test_what_is_sealed_can_be_opened(path: str, binding: str) -> None:
    """Path and query come back, from a cursor that is safe in a URL."""
    cursor = CODEC.seal(f"{GRAPH}/{path}", binding)

    assert CODEC.open(cursor, binding) == f"/{path}"
    assert cursor == CODEC.seal(f"{GRAPH}/{path}", binding)
    assert set(cursor) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users",
        "https://graph.microsoft.com.evil.example/v1.0/users",
        "https://graph.microsoft.com/v1.0@evil.example/users",
        "https://graph.microsoft.com/v1.0.evil.example/users",
        "http://graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com/beta/users",
        "/users",
        "",
    ],
)
def test_links_that_lead_elsewhere_are_refused(link: str) -> None:
    """Only Graph's own address, version included, is ever sealed."""
    with pytest.raises(GraphMalformedResponse):
        CODEC.seal(link, "x")


def test_keys_can_be_replaced() -> None:
    """An older key still opens; an unknown one does not."""
    old = CursorCodec([b"old"], GRAPH).seal(f"{GRAPH}/a", "x")
    foreign = CursorCodec([b"foreign"], GRAPH).seal(f"{GRAPH}/a", "x")

    assert CODEC.open(old, "x") == "/a"
    with pytest.raises(InvalidCursor):
        CODEC.open(foreign, "x")
    with pytest.raises(InvalidCursor):
        CODEC.open(old, "y")


@given(st.text(max_size=200))
def test_nonsense_is_an_invalid_cursor(cursor: str) -> None:
    """Whatever is given as a cursor: opened, or refused."""
    with pytest.raises(InvalidCursor):
        CODEC.open(cursor, "x")


def test_a_bomb_does_not_go_off() -> None:
    """What unpacks to very much is refused before it does."""
    bomb = CODEC.seal(f"{GRAPH}/" + "a" * 1_000_000, "x")

    with pytest.raises(InvalidCursor):
        CODEC.open(bomb, "x")


def test_bindings_are_unambiguous() -> None:
    """Moving a letter from one part to the next makes another binding."""

    def context(tenant: str) -> CallContext:
        return CallContext(
            tenant=tenant,
            principal="app",
            deadline=None,  # type: ignore[arg-type]
            request_id="",
        )

    assert binding_of(context("ab"), "c") != binding_of(context("a"), "bc")


def test_ids_are_encoded_whole() -> None:
    """Slashes, dots and question marks in ids lead nowhere else."""
    where = target(
        GET_ATTACHMENT,
        [("$select", "id,name"), ("$filter", "a eq 'b&c=d'")],
        mailbox="ada@contoso.example",
        message="../a/b?c#d",
        attachment="x+y=",
    )

    assert where == (
        "/users/ada@contoso.example/messages/..%2Fa%2Fb%3Fc%23d"
        "/attachments/x%2By%3D?$select=id,name"
        "&$filter=a%20eq%20'b%26c%3Dd'"
    )
