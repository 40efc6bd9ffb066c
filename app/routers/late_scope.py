"""Read a head before there is anything to serve the request with."""

from collections.abc import Mapping

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["LateScope"]


class LateScope(HttpToolsProtocol):
    """Makes a scope only for a request that is to have one.

    The server makes it with the first byte of a head. Of a flood most are
    refused with the last one, and never have a use for it.
    """

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        self.url, self.headers = b"", []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.headers.append((name.lower(), value))

    def make_scope(self, by_name: Mapping[bytes, bytes]) -> None:
        """Make what `on_headers_complete` of the server builds upon.

        Args:
            by_name: The headers that have been read, by name.
        """
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url, self.headers[:] = url, headers
        expects = by_name.get(b"expect", b"").lower()
        self.expect_100_continue = expects == b"100-continue"
