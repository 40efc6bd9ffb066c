"""What is written above what it answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.gateway.translation.quoting import above
from app.models.compose import BodyContent
from app.models.replies import Quoted

PAGE = '<html><body lang="de">\n<hr>Old</body></html>'


@pytest.mark.parametrize(
    ("written", "quoted", "form", "content"),
    [
        pytest.param(
            BodyContent(format="text", content="1 < 2\nSo"),
            Quoted(format="html", content=PAGE),
            "html",
            '<html><body lang="de"><div>1 &lt; 2<br>\nSo</div>\n\n<hr>Old'
            "</body></html>",
            id="text above a page",
        ),
        pytest.param(
            BodyContent(format="html", content="<html><body>A</body></html>"),
            Quoted(format="html", content="<p>Old"),
            "html",
            "<div>A</div>\n<p>Old",
            id="page above a part",
        ),
        pytest.param(
            BodyContent(format="text", content="New"),
            Quoted(format="text", content="Old <b>"),
            "text",
            "New\n\nOld <b>",
            id="text above text",
        ),
        pytest.param(
            BodyContent(format="html", content="<b>New</b>"),
            Quoted(format="text", content="Old <b>"),
            "html",
            "<div><b>New</b></div>\n<div>Old &lt;b&gt;</div>",
            id="part above text",
        ),
        pytest.param(
            BodyContent(content=""),
            Quoted(format="html", content=PAGE),
            "html",
            PAGE,
            id="nothing",
        ),
    ],
)
def test_the_new_stands_first(
    written: BodyContent, quoted: Quoted, form: str, content: str
) -> None:
    """Within the page that quotes, if it is one."""
    body = above(written, quoted)

    assert (body.format, body.content) == (form, content)


@given(
    text=st.text(min_size=1).filter(lambda text: "\0" not in text),
    quote=st.text().filter(lambda text: "\0" not in text),
)
@settings(max_examples=100)
def test_no_text_becomes_markup(text: str, quote: str) -> None:
    """Plain text stays what it is, and the quote stays whole."""
    body = above(
        BodyContent(format="text", content=text),
        Quoted(format="html", content=f"<body>{quote}</body>"),
    )

    ours = body.content.removeprefix("<body><div>").partition("</div>")[0]
    assert "<" not in ours.replace("<br>", "")
    assert body.content.endswith(f"{quote}</body>")


def test_pages_of_very_many_bodies() -> None:
    """Each is looked through once: a stranger may have written them."""
    begun = "<body " * 100_000
    opened = "<body>" * 100_000
    old = Quoted(format="html", content=begun)

    new = above(BodyContent(format="html", content=opened), old)

    assert new.content == f"<div>{opened}</div>\n{begun}"
