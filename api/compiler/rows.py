"""Forms that every rendered read is made of: a page's columns, JSON objects and arrays, ORDER BY terms."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Label, Table, Text, case, cast, func, literal, literal_column, true
from sqlalchemy.dialects.postgresql import JSON

from .ir import Order, Read

CHUNK = 50  # PostgreSQL takes 100 arguments in one call
OF = "__"  # between the column that points at a record and the record's own
LONGEST_NAME = 63  # PostgreSQL cuts the rest off


@lru_cache(maxsize=250)
def aliased(table: Table, name: str) -> Any:
    """Statements share these: to make all columns of an alias takes a fifth of the time of a statement."""
    return table.alias(name)


class Columns:
    """The columns of a page, written as text; remembers which ones were used."""

    def __init__(self, name: str, source: Any) -> None:
        self._name = name
        self._source: Mapping[str, Column[Any]] = source.c
        self._others: Mapping[tuple[str, str], Any] = source.others if isinstance(source, Keyed) else {}
        self.used: dict[str, None] = {}

    def __getattr__(self, column: str) -> ColumnElement[Any]:
        self.used[column] = None
        return literal_column(f"{self._name}.{column}", self._source[column].type)

    def beside(self, read: Read) -> "Beside | None":
        """The columns of the record that this read finds, if the page is sorted through it and has it already."""
        link = read.link
        if link is None or read.kind != "one" or link.column != "id" or link.via or link.constants:
            return None
        if read.where or read.when or read.ids or not read.guarded or read.arguments:
            return None
        return Beside(self, link.key) if (link.key, read.entity.name) in self._others else None


class Beside(Columns):
    """The columns of a record that the rows of a page are sorted through, which the page hands on."""

    def __init__(self, page: Columns, key: str) -> None:
        self._page, self._key = page, key
        self._others = {}

    def __getattr__(self, column: str) -> ColumnElement[Any]:
        found: ColumnElement[Any] = getattr(self._page, f"{self._key}{OF}{column}")
        return found


class Keyed:
    """A table reference with the columns of other tables that its rows are sorted by, under names of their own.

    `others`: references to those, by the column that points there and the entity.
    """

    def __init__(
        self,
        reference: Any,
        source: Any,
        keys: Mapping[str, ColumnElement[Any]],
        others: Mapping[tuple[str, str], Any],
    ) -> None:
        self.source, self.others = source, others
        self.c = KeyedColumns(reference.c, keys, {key: other.c for (key, _), other in others.items()})


class KeyedColumns:
    """Columns by attribute and by item, the further ones first; `<key>__<column>` is one of a record further away."""

    def __init__(self, own: Any, keys: Mapping[str, ColumnElement[Any]], others: Mapping[str, Any]) -> None:
        self._own, self._keys, self._others = own, keys, others

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        found: ColumnElement[Any] | None = self._keys.get(name)
        if found is None:
            key, of, column = name.partition(OF)
            found = self._others[key][column] if of else self._own[name]
        return found

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        return self[name]


def joined(source: Any, laterals: list[Any]) -> Any:
    """`source` with every lateral beside it, kept where a lateral finds nothing."""
    for lateral in laterals:
        source = source.outerjoin(lateral, true())
    return source


def row_of(names: list[Label[Any]], alias: str) -> tuple[list[Label[Any]], ColumnElement[Any]]:
    """The columns to select as `alias` and the JSON object of its row: response key → value.

    A key is the name of its column unless PostgreSQL would cut it.
    """
    if not names:
        return [literal_column("1").label("one")], literal_column("'{}'::json", JSON())
    if all(len(one.name) <= LONGEST_NAME for one in names):
        return names, func.row_to_json(literal_column(alias))
    columns = [one.element.label(f"k{at}") for at, one in enumerate(names)]
    return columns, json_object([(one.name, literal_column(f"{alias}.k{at}")) for at, one in enumerate(names)])


def array_of(row: ColumnElement[Any]) -> ColumnElement[Any]:
    """A JSON array of the rows of a subquery, empty instead of null."""
    return func.coalesce(func.json_agg(row), literal_column("'[]'::json"))


def record_or_null(members: list[Label[Any]], id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The JSON object of a record whose columns are at hand; null if there is none."""
    made = json_object([(member.name, member.element) for member in members])
    return case((id.is_(None), literal_column("NULL::json", JSON())), else_=made)


def json_object(pairs: list[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
    """A JSON object of any width; calls of more than 50 pairs are cut and joined as text."""
    chunks = [pairs[at : at + CHUNK] for at in range(0, len(pairs), CHUNK)] or [[]]
    made = [
        func.json_build_object(*(part for key, value in chunk for part in (literal(key, Text()), value)))
        for chunk in chunks
    ]
    if len(made) == 1:
        return made[0]
    texts = [cast(one, Text) for one in made]
    joined = func.left(texts[0], literal_column("-1"))
    for one in texts[1:]:
        joined = func.concat(
            joined, literal_column("','"), func.left(func.substr(one, literal_column("2")), literal_column("-1"))
        )
    return cast(func.concat(joined, literal_column("'}'")), JSON)


def directed(column: ColumnElement[Any], key: Order, *, backward: bool = False) -> ColumnElement[Any]:
    """One ORDER BY term; NULLs are placed only where there can be any."""
    descending = key.descending is not backward
    term: ColumnElement[Any] = column.desc() if descending else column.asc()
    if key.nullable:
        first = key.nulls_first is not backward
        term = term.nulls_first() if first else term.nulls_last()
    return term
