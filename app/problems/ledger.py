"""The error of the ledger. The tree is drawn in `errors`."""

from app.problems.failures import ServiceFailed

__all__ = ["LedgerUnavailable"]


class LedgerUnavailable(ServiceFailed):
    """What is to be done once cannot be written down, so it is not begun."""

    code = "ledger-unavailable"
    title = "The service cannot write down what it does"
    action = (
        "Repeat the request later; reads go on. Operators: see that the"
        " database of EXCHANGE_DATABASE_URL, or the disk of"
        " EXCHANGE_DATA_DIR, can be reached and has room."
    )
    retryable = True
