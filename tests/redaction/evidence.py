"""Everything that left the service, by the place where it did."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from tests.redaction.canaries import Canary, forms

__all__ = ["Evidence", "Place"]

_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Place(NamedTuple):
    """Where text leaves: of which kind, and which one of them."""

    kind: str
    name: str


class Evidence:
    """Collects values by their places, and searches all of them."""

    def __init__(self) -> None:
        self._found: defaultdict[Place, set[bytes]] = defaultdict(set)
        self.values = 0

    def add(self, kind: str, name: str, value: object) -> None:
        """Take one value down."""
        raw = value if isinstance(value, bytes) else str(value).encode()
        self._found[Place(kind, name)].add(raw.lower())
        self.values += 1

    def add_tree(self, kind: str, name: str, tree: Any) -> None:
        """Take all values of a JSON document down, and its names too."""
        if isinstance(tree, dict):
            if set(tree) == {"key", "value"}:
                # An attribute in OTLP.
                tree = {tree["key"]: "".join(map(str, tree["value"].values()))}
            for key, value in tree.items():
                self.add(kind, f"{name} (names)", key)
                self.add_tree(kind, f"{name}.{key}".lstrip("."), value)
        elif isinstance(tree, list):
            for item in tree:
                self.add_tree(kind, name, item)
        elif tree is not None:
            self.add(kind, name, tree)

    def add_metrics(self, text: str) -> None:
        """Take all labels of a page for Prometheus down."""
        for line in text.splitlines():
            name, _, rest = line.partition("{")
            for label, value in _LABEL.findall(rest):
                self.add("prometheus", f"{name}.{label}", value)
            if not rest:
                self.add("prometheus", "other lines", line)

    def add_message(self, kind: str, message: Message) -> None:
        """Take all values of a message of OTLP down."""
        tree = MessageToDict(message, preserving_proto_field_name=True)
        self.add_tree(kind, "", tree)

    def add_files(self, folder: Path, *, but: Iterable[str] = ()) -> None:
        """Take the contents of all files down, except for some."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in but:
                self.add("file", path.suffix or path.name, path.read_bytes())

    def places(self) -> Iterable[Place]:
        """Return where there was anything."""
        return self._found.keys()

    def report(self) -> str:
        """Say how many places were looked at, of which kinds."""
        kinds = Counter(place.kind for place in self.places())
        told = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
        return (
            f"{self.values} values in {len(self._found)} places searched:"
            f" {told}"
        )

    def search(self, canaries: Iterable[Canary]) -> set[tuple[Place, str]]:
        """Return where which kinds of canaries are, in whatever form."""
        joined = {p: b"\0".join(values) for p, values in self._found.items()}
        everything = b"\0".join(joined.values())
        return {
            (place, canary.kind)
            for canary in canaries
            for form in forms(canary.text.lower())
            if form in everything
            for place, text in joined.items()
            if form in text
        }
