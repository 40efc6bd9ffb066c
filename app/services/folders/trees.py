"""A tree of folders, as a list: each folder, then those in it. Pure."""

from collections.abc import Iterable, Iterator

from app.models.mail import Folder

__all__ = ["Tree"]


class Tree:
    """Folders that were found level by level.

    The first that are added are its top, in their order.
    """

    def __init__(self) -> None:
        self._inside: dict[str | None, list[Folder]] = {}
        self._top: list[Folder] | None = None

    def add(self, folders: Iterable[Folder]) -> None:
        """Add a level."""
        level = list(folders)
        if self._top is None:
            self._top = level
            return
        for folder in level:
            self._inside.setdefault(folder["parent_id"], []).append(folder)

    @property
    def top_id(self) -> str | None:
        """The id of what the top lies in; None if there is nothing."""
        return self._top[0]["parent_id"] if self._top else None

    def walk(self, above: str) -> Iterator[tuple[Folder, str]]:
        """Yield each folder and the path of what it lies in.

        Args:
            above: The path of what the top lies in.
        """
        left = [(folder, above) for folder in reversed(self._top or ())]
        seen = set()
        while left:
            folder, path = left.pop()
            # A folder that was moved meanwhile may have been found twice.
            if folder["id"] in seen:
                continue
            seen.add(folder["id"])
            yield folder, path
            below = f"{path}/{folder['name']}"
            inside = self._inside.get(folder["id"], ())
            left += [(one, below) for one in reversed(inside)]

    def page(self, place: str, size: int) -> tuple[list[Folder], str | None]:
        """Return a page, and the place of the next one if there is one.

        A place is the number of folders before it and the last one's id: what
        is made or deleted before it meanwhile does not move it.
        """
        folders = [folder for folder, _ in self.walk("")]
        start = _start(folders, place)
        items = folders[start : start + size]
        end = start + len(items)
        if end >= len(folders) or not items:
            return items, None
        return items, f"{end} {items[-1]['id']}"


def _start(folders: list[Folder], place: str) -> int:
    if not place:
        return 0
    number, _, last = place.partition(" ")
    for index, folder in enumerate(folders, 1):
        if folder["id"] == last:
            return index
    return int(number)
