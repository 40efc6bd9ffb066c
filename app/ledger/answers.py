"""Answers and refusals as bytes, as they stand in the ledger."""

from msgspec import Struct, msgpack
from msgspec.structs import replace

from app.models.answers import Answer
from app.problems.errors import ExchangeError
from app.problems.stored import pack, unpack

__all__ = ["pack_result", "unpack_result"]


class _Result(Struct, omit_defaults=True):
    answer: Answer | None = None
    error: bytes | None = None


def pack_result(result: Answer | ExchangeError) -> bytes:
    """Return how a request ended as bytes.

    How the answer came about is left out: it is told of what is cached.
    """
    if isinstance(result, ExchangeError):
        return msgpack.encode(_Result(error=pack(result)))
    kept = replace(result, delivery=None, replayed=False)
    return msgpack.encode(_Result(answer=kept))


def unpack_result(packed: bytes) -> Answer | ExchangeError:
    """Return how a request ended.

    Raises:
        ValueError: These are no packed bytes, or of another release.
    """
    result = msgpack.decode(packed, type=_Result)
    if result.answer is not None:
        return result.answer
    return unpack(result.error or b"")
