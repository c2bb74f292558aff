"""A connection over rows that are numbered: read from a position on, at most so many positions at a time."""

import re
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, case, cast, func, literal_column, select, table

from .arguments import Leaf, converted
from .catalog import Numbered
from .connection import Connection
from .cursor import Opened
from .errors import RequestError
from .ir import Selected
from .request import Getter

NONE: ColumnElement[Any] = literal_column("NULL::bigint", BigInteger())
POSITION = re.compile("0|[1-9][0-9]{0,17}")
SCANNED = 10_000  # positions that one page looks at: a reader for whom hardly anything matches gets on all the same


class Positions:
    """Writes the cursor of a row, which is its position."""

    def __init__(self, column: str) -> None:
        self._column = column

    def written(self, row: Any, _scope: Any) -> ColumnElement[Any]:
        return cast(getattr(row, self._column), Text)


class Feed(Connection):
    """Renders one connection over numbered rows."""

    def sealing(self) -> Positions:
        self.numbered: Numbered = self.read.entity.numbered  # type: ignore[assignment] # or it would not be a feed
        return Positions(self.numbered.column)

    def window(self) -> dict[str, Opened]:
        after = self.read.arguments.get("after")
        seen: Any = NONE
        if isinstance(after, Leaf):
            seen = self.renderer.bind(self.position(after.get), BigInteger())
        self.start = self.numbered.start(self.renderer, seen)
        self.head = self.numbered.head(self.renderer)
        return {}

    def position(self, get: Getter) -> Getter:
        """The number of a position as text."""
        node = self.read.node

        def number(text: Any) -> int | None:
            if text is None:
                return None
            if not POSITION.fullmatch(text):
                raise RequestError("BAD_CURSOR", "after is no position of an event", ("after",), [node])
            return int(text)

        return converted(get, number)

    def inside(self) -> list[ColumnElement[bool]]:
        column, renderer, arguments = self.table.c[self.numbered.column], self.renderer, self.read.arguments
        conditions = renderer.where(self.read, self.table, self.parent)
        conditions += [column > self.start, column <= self.start + literal_column(str(SCANNED))]
        until = arguments.get("until")
        if isinstance(until, Leaf):
            conditions.append(column <= renderer.bind(self.position(until.get), BigInteger()))
        return [*conditions, *self.numbered.matching(self.table.c, renderer, arguments)]

    def part(self, part: Selected, name: str) -> tuple[ColumnElement[Any], Any]:
        if part.part == "position":
            return cast(self.reached(), Text), None
        return super().part(part, name)

    def reached(self) -> ColumnElement[Any]:
        """The position up to which this page has looked, whether or not there was anything to be shown."""
        self.need_order()
        column = self.numbered.column
        last: Any = select(func.max(literal_column(f"{self.page_name}.{column}"))).select_from(table(self.page_name))
        looked = func.least(self.head, self.start + literal_column(str(SCANNED)))
        return case((self.is_full(), last.scalar_subquery()), else_=looked)

    def is_full(self) -> ColumnElement[bool]:
        count = select(func.count()).select_from(table(self.window_name)).scalar_subquery()
        return count > self.renderer.bind(self.page.size, BigInteger())

    def has_more(self, *, forward: bool) -> ColumnElement[Any]:
        return self.reached() < self.head if forward else self.start > self.numbered.start(self.renderer, NONE)
