"""Trees of folders, as lists."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.mail import Folder
from app.services.folders.trees import Tree


def folder(name: str, parent: str) -> Folder:
    return Folder(
        id=name,
        parent_id=parent,
        name=name,
        well_known=None,
        unread_count=0,
        total_count=0,
        child_count=0,
        is_hidden=False,
        path="",
        is_partial=False,
    )


def tree_of(*levels: list[tuple[str, str]]) -> Tree:
    tree = Tree()
    for level in levels:
        tree.add(folder(name, parent) for name, parent in level)
    return tree


def test_each_folder_is_followed_by_those_in_it() -> None:
    """As deep as they go, in the order in which they were found."""
    tree = tree_of(
        [("a", "root"), ("b", "root")],
        [("b1", "b"), ("a1", "a"), ("a2", "a")],
        [("a1x", "a1"), ("lost", "nowhere")],
    )

    walked = [(one["id"], path) for one, path in tree.walk("/Top")]
    assert walked == [
        ("a", "/Top"),
        ("a1", "/Top/a"),
        ("a1x", "/Top/a/a1"),
        ("a2", "/Top/a"),
        ("b", "/Top"),
        ("b1", "/Top/b"),
    ]
    assert tree.top_id == "root"
    assert tree_of([]).top_id is None


def test_a_folder_that_moves_meanwhile_is_told_once() -> None:
    """Even one that seems to lie in itself."""
    tree = tree_of([("a", "root"), ("b", "root")], [("b", "a"), ("a", "b")])

    assert [one["id"] for one, _ in tree.walk("")] == ["a", "b"]


@given(
    count=st.integers(min_value=0, max_value=30),
    size=st.integers(min_value=1, max_value=9),
)
@settings(max_examples=100)
def test_pages_follow_to_the_end(count: int, size: int) -> None:
    """Every folder once, however large the pages are."""
    names = [f"f{number}" for number in range(count)]
    tree = tree_of([(name, "root") for name in names])
    seen: list[str] = []
    place: str | None = ""
    while place is not None:
        items, place = tree.page(place, size)
        seen += [item["id"] for item in items]

    assert seen == names


def test_a_page_goes_on_though_its_beginning_is_gone() -> None:
    """Without the folder that came last, the number of folders counts."""
    before = tree_of([(name, "root") for name in "abcd"])
    after = tree_of([(name, "root") for name in "acd"])
    _, place = before.page("", 2)
    assert place is not None
    items, onward = after.page(place, 2)

    assert [item["id"] for item in items] == ["d"]
    assert onward is None
