"""Filters parsed by recursive descent, as OData 4 ranks the operators."""

from app.sandbox.clock import parse_utc
from app.sandbox.odata.lexer import Word, cut, syntax_error
from app.sandbox.odata.nodes import (
    AnyOf,
    Compare,
    Logic,
    Node,
    Not,
    Test,
    Value,
)
from app.sandbox.wire import GraphError

__all__ = ["parse_filter"]

OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le")
FUNCTIONS = ("contains", "startswith", "endswith")
CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
MAX_DEPTH = 50
MAX_NODES = 255


def parse_filter(source: str) -> Node:
    """Parse a ``$filter``.

    Raises:
        GraphError: 400, when it is malformed.
    """
    parser = _Parser(source)
    node = parser.either()
    parser.take("end")
    return node


class _Parser:
    """Reads words from left to right; one method for each rank."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._words = cut(source)
        self._next = 0
        self._depth = 0
        self._nodes = 0
        self._variables: list[str] = []

    def either(self) -> Node:
        """Parse ``both or both ...``."""
        node = self._both()
        while self._accept("name", "or"):
            node = Logic(operator="or", left=node, right=self._both())
        return node

    def take(self, kind: str, text: str | None = None) -> Word:
        """Return the next word, which must be as given."""
        word = self._words[self._next]
        if word.kind != kind or (text is not None and word.text != text):
            raise syntax_error(self._source, word.at)
        self._next += 1
        return word

    def _accept(self, kind: str, text: str) -> bool:
        word = self._words[self._next]
        if word.kind == kind and word.text == text:
            self._next += 1
            return True
        return False

    def _both(self) -> Node:
        node = self._single()
        while self._accept("name", "and"):
            node = Logic(operator="and", left=node, right=self._single())
        return node

    def _single(self) -> Node:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise GraphError(
                400,
                "ErrorRestrictionTooLong",
                "The restriction is too long.",
            )
        node = self._primary()
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        if self._accept("name", "not"):
            return Not(inner=self._single())
        if self._accept("mark", "("):
            node = self.either()
            self.take("mark", ")")
            return node
        name = self.take("name")
        if self._accept("mark", "("):
            return self._call(name)
        if name.text in CONSTANTS or name.text in OPERATORS:
            raise syntax_error(self._source, name.at)
        return self._comparison(name)

    def _comparison(self, name: Word) -> Compare:
        operator = self.take("name")
        if operator.text not in OPERATORS:
            raise syntax_error(self._source, operator.at)
        return Compare(
            path=self._path(name.text),
            operator=operator.text,
            value=self._value(),
        )

    def _call(self, name: Word) -> Node:
        """Parse what follows ``name(``."""
        owner, slash, function = name.text.rpartition("/")
        if slash and function == "any":
            return self._any(owner)
        if name.text not in FUNCTIONS:
            raise syntax_error(self._source, name.at)
        path = self._path(self.take("name").text)
        self.take("mark", ",")
        value = _unquoted(self.take("text").text)
        self.take("mark", ")")
        return Test(path=path, function=name.text, value=value)

    def _any(self, owner: str) -> AnyOf:
        self._variables.append(self.take("name").text)
        self.take("mark", ":")
        inner = self.either()
        self.take("mark", ")")
        self._variables.pop()
        return AnyOf(path=self._path(owner), inner=inner)

    def _path(self, text: str) -> str:
        """Strip the variable of the innermost ``any`` from a path."""
        if not self._variables:
            return text
        head, _, rest = text.partition("/")
        if head != self._variables[-1]:
            raise syntax_error(self._source, self._words[self._next].at)
        return rest

    def _value(self) -> Value:
        word = self._words[self._next]
        self._next += word.kind != "end"
        try:
            return _literal(word)
        except (KeyError, ValueError) as error:
            raise syntax_error(self._source, word.at) from error


def _literal(word: Word) -> Value:
    match word.kind:
        case "text":
            return _unquoted(word.text)
        case "number":
            return int(word.text)
        case "time":
            return parse_utc(word.text)
        case _:
            return CONSTANTS[word.text]


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")
