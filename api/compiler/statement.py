"""SQLAlchemy Core → the text asyncpg prepares, and the getters of its `$n`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam
from sqlalchemy.dialects.postgresql import asyncpg

from .errors import RequestError
from .request import Getter, Request

T = TypeVar("T")
TEXTS = (str, list, tuple)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Plain(asyncpg.PGCompiler_asyncpg):
    """Parameters without casts; constants of our own code as literals.

    A request's value is always a `bindparam(name)` without value. That rule keeps values out of the text.
    """

    def render_bind_cast(self, type_: Any, dbapi_type: Any, sqltext: str) -> str:  # noqa: ARG002 - SQLAlchemy's signature
        return sqltext

    def visit_bindparam(self, bindparam: BindParameter[Any], **options: Any) -> str:  # type: ignore[override]
        constant = bindparam.value is not None and not bindparam.required and bindparam.callable is None
        if constant and not options.get("literal_binds"):
            options["literal_binds"] = True
        text: str = super().visit_bindparam(bindparam, **options)  # type: ignore[no-untyped-call]
        return text


DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
DIALECT.statement_compiler = Plain


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled read: SQL text and, for each `$n`, how to compute its value from a request.

    `checks` are values that must be good although this text does not need them.
    """

    text: str
    getters: tuple[Getter, ...]
    checks: tuple[Callable[[Request], object], ...] = ()

    def parameters(self, request: Request) -> list[Any]:
        """The values in the order of the placeholders.

        Raises:
            RequestError: a value does not fit, such as a bad cursor or an id of another type.
        """
        for check in self.checks:
            check(request)
        values = [get(request) for get in self.getters]
        for value in values:
            if type(value) in TEXTS:
                storable(value)
        return values


def storable(value: T) -> T:
    """The value. PostgreSQL has no text with U+0000 or half of a surrogate pair, so nothing equals one.

    Raises:
        RequestError: BAD_USER_INPUT for such a text, or a list or tuple with one.
    """
    texts = value if isinstance(value, list | tuple) else (value,)
    if any(isinstance(text, str) and UNSTORABLE.search(text) for text in texts):
        raise RequestError("BAD_USER_INPUT", "a text cannot contain U+0000 or half of a surrogate pair")
    return value


class Parameters:
    """The parameters of one statement: the same getter twice is one parameter."""

    def __init__(self) -> None:
        self.getters: dict[str, Getter] = {}
        self.names: dict[Any, str] = {}
        self.checks: list[Callable[[Request], object]] = []

    def bind(self, get: Getter, type_: Any) -> ColumnElement[Any]:
        """A new parameter for a getter, or the one it already has."""
        name = self.names.setdefault(get, f"p{len(self.names) + 1}")
        self.getters[name] = get
        return bindparam(name, type_=type_, required=True)


def compiled(statement: Select[Any], parameters: Parameters) -> Statement:
    result = statement.compile(dialect=DIALECT)
    order = result.positiontup or []
    return Statement(str(result), tuple(parameters.getters[name] for name in order), tuple(parameters.checks))
