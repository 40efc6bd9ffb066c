"""Errors of this service itself. The tree is drawn in `errors`."""

from http import HTTPStatus

from app.problems.errors import Category, ExchangeError, Reach

__all__ = [
    "DeadlineExceeded",
    "InternalError",
    "NoConnectionFree",
    "NotInCache",
    "ServiceFailed",
    "ServiceOverloaded",
    "ServiceStopping",
]


class ServiceFailed(ExchangeError):
    """This service could not do its part."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    category = Category.OVERLOADED
    reach = Reach.SERVICE


class InternalError(ServiceFailed):
    """Something happened that nobody thought of."""

    code = "internal-error"
    reach = Reach.REQUEST
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "The service failed unexpectedly"
    category = Category.INTERNAL
    action = "Report the request_id to the operators."


class ServiceOverloaded(ServiceFailed):
    """More is asked than the service, or one mailbox, can take."""

    code = "service-overloaded"
    title = "The service is overloaded"
    action = "Wait for Retry-After and come back with fewer requests at once."
    retryable = True
    stale_ok = True


class NoConnectionFree(ServiceOverloaded):
    """All connections to Microsoft are in use; that is no fault of theirs."""

    transient = True


class ServiceStopping(ServiceFailed):
    """This process is being stopped."""

    code = "service-stopping"
    title = "The service is stopping"
    action = "Repeat the request; another process will take it."
    retryable = True
    stale_ok = True


class DeadlineExceeded(ServiceFailed):
    """The time that the caller gave was used up."""

    code = "deadline-exceeded"
    reach = Reach.REQUEST
    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "The request ran out of time"
    category = Category.TIMEOUT
    action = "Give more time with Prefer: wait=N, or ask less often."
    retryable = True
    stale_ok = True


class NotInCache(ServiceFailed):
    """Only a cached answer was wanted, and there is none."""

    code = "not-in-cache"
    reach = Reach.REQUEST
    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "There is no cached answer"
    category = Category.NOT_FOUND
    action = "Ask without only-if-cached."
