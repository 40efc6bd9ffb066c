"""Errors in the request itself. The tree is drawn in `errors`."""

from collections.abc import Sequence
from http import HTTPStatus

from app.problems.errors import (
    Category,
    ExchangeError,
    FieldError,
    Reach,
    Upstream,
    Verdict,
)
from app.problems.reasons import Reason

__all__ = [
    "IdempotencyKeyInUse",
    "IdempotencyKeyMissing",
    "IdempotencyKeyReused",
    "InvalidCursor",
    "InvalidRequest",
    "MalformedRequest",
    "MethodNotAllowed",
    "NotAcceptable",
    "PayloadTooLarge",
    "QuotaExceeded",
    "RangeNotSatisfiable",
    "RequestRefused",
    "RouteNotFound",
    "UnsupportedMediaType",
]

_MOST_ERRORS = 50


class RequestRefused(ExchangeError):
    """The request itself is at fault; Graph, if asked, was well."""

    category = Category.INVALID_REQUEST
    reach = Reach.REQUEST
    verdict = Verdict.ALIVE


class MalformedRequest(RequestRefused):
    """The request is not what HTTP or JSON demand."""

    code = "malformed-request"
    status = HTTPStatus.BAD_REQUEST
    title = "The request is malformed"
    action = "Correct the request; the same one fails again."


class InvalidCursor(MalformedRequest):
    """A cursor works for the list, mailbox and filters it was given for."""

    code = "invalid-cursor"
    title = "The cursor does not belong to this request"
    action = "Start again from the first page, without a cursor."


class IdempotencyKeyMissing(MalformedRequest):
    """The operation demands an ``Idempotency-Key``."""

    code = "idempotency-key-missing"
    title = "An Idempotency-Key is needed"
    action = "Send a new unique Idempotency-Key with the request."


class RouteNotFound(RequestRefused):
    """This service has no such path."""

    code = "route-not-found"
    status = HTTPStatus.NOT_FOUND
    category = Category.NOT_FOUND
    title = "There is no such path"
    action = "See /docs for the paths that exist."


class MethodNotAllowed(RequestRefused):
    """The path exists, but not with this method."""

    code = "method-not-allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "The path does not have this method"
    action = "Use one of the methods in the header Allow."


class NotAcceptable(RequestRefused):
    """None of the media types that the caller accepts can be produced."""

    code = "not-acceptable"
    status = HTTPStatus.NOT_ACCEPTABLE
    title = "No acceptable representation exists"
    action = "Accept the media type that /docs names for the operation."


class IdempotencyKeyInUse(RequestRefused):
    """Another request with the same key is still being carried out."""

    code = "idempotency-key-in-use"
    status = HTTPStatus.CONFLICT
    category = Category.CONFLICT
    title = "A request with this Idempotency-Key is under way"
    action = "Repeat the same request after Retry-After to get its answer."
    retryable = True


class PayloadTooLarge(RequestRefused):
    """The request, or the message it makes, is larger than allowed."""

    code = "payload-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "The request is too large"
    action = (
        "Keep the body under 4 MB, and what is attached under 150 MB and"
        " what the mailbox may send."
    )


class RangeNotSatisfiable(RequestRefused):
    """The content ends before the part that was asked for begins.

    ``size`` is its length in bytes.
    """

    code = "range-not-satisfiable"
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    title = "The content has no such range"
    action = "Ask for a range within the length that Content-Range tells."

    def __init__(self, size: int = 0) -> None:
        super().__init__(f"The content has {size} bytes.")
        self.size = size


class UnsupportedMediaType(RequestRefused):
    """The body is in a format that the operation does not take."""

    code = "unsupported-media-type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "The media type of the body is not supported"
    action = "Send the body as application/json."


class InvalidRequest(RequestRefused):
    """A parameter or the body does not fit the API description."""

    code = "invalid-request"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The request does not fit the API"
    action = "Correct what errors[] points at."

    def __init__(
        self,
        detail: str | None = None,
        errors: Sequence[FieldError] = (),
        *,
        upstream: Upstream | None = None,
    ) -> None:
        super().__init__(detail, upstream=upstream)
        self.errors = tuple(errors[:_MOST_ERRORS])

    @classmethod
    def because(cls, errors: Sequence[FieldError]) -> "InvalidRequest":
        """Say what is wrong first, and list the rest within reason."""
        first = f"{errors[0].pointer}: {errors[0].detail}."
        return cls(first, errors)


class IdempotencyKeyReused(RequestRefused):
    """The key was used before for another request."""

    code = "idempotency-key-reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The Idempotency-Key belongs to another request"
    category = Category.CONFLICT
    action = "Use a new key for a new request."


class QuotaExceeded(RequestRefused):
    """The caller has used up its share of this service."""

    code = "quota-exceeded"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "The caller's quota is used up"
    category = Category.QUOTA
    action = "Wait for Retry-After."
    retryable = True
    reason = Reason.QUOTA
