"""What every answer tells browsers not to do with it."""

__all__ = ["SECURE"]

SECURE = {
    # Nothing here is ever to be run, and nothing shown inside of a page of
    # somebody else's; pages for people say what they need themselves.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer, unless its route sets others."""
