"""Where errors happened, for logs that must not hold their text."""

__all__ = ["innermost_line"]


def innermost_line(error: BaseException) -> str | None:
    """Return the innermost line of ours that an error passed."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("app."):
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
