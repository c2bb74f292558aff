"""A connection: one window on an ordered list, read once, from which nodes, edges, cursors and counts are made."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import JSON

from .arguments import Written, converted
from .cursor import Opened, Seal
from .errors import RequestError
from .ir import Page, Read, Selected
from .passes.paging import MOST
from .predicates import beyond
from .request import Getter
from .rows import Columns, array_of, directed, joined, json_object, row_of

if TYPE_CHECKING:
    from .render import Renderer

COUNTED = (100, 1_000, 10_000, 100_000)  # what the planner is told of a bound that stands in the document
MOST_COUNTED = COUNTED[-1]


class Connection:
    """Renders one connection read.

    `w<n>` is the window: the rows of the page and, if somebody asks what comes next, one more. `p<n>` is the page.
    PostgreSQL folds both into their reader when there is only one.
    """

    def __init__(self, renderer: "Renderer", read: Read, parent: Columns | None) -> None:
        self.renderer, self.read, self.parent = renderer, read, parent
        self.page_name, self.window_name = f"p{read.alias}", f"w{read.alias}"
        self.table = renderer.table(read)
        self.keyed = renderer.keyed(read, self.table, "s")
        self.columns = Columns(self.page_name, self.keyed)
        self.page: Page = read.page  # type: ignore[assignment] # the paging pass has run
        self.seal = self.sealing()
        self.opened = self.window()
        # A page of which only the count is selected binds none of these.
        renderer.parameters.checks += [self.page.size, *(opened.values for opened in self.opened.values())]

    def sealing(self) -> Any:
        """What writes and reads the cursors."""
        return Seal(self.read.owner, self.read.order)

    def window(self) -> dict[str, Opened]:
        """The cursors that were given."""
        given = (("after", self.page.after), ("before", self.page.before))
        return {name: self.seal.read(get, name, self.read) for name, get in given if get is not None}

    def json(self) -> Select[Any]:
        """SELECT of the connection as one JSON object."""
        sources, pairs = [], []
        for at, part in enumerate(self.read.selected):
            value, source = self.part(part, f"n{self.read.alias}_{at}")
            pairs.append((part.key, value))
            sources += [source] if source is not None else []
        statement = select(json_object(pairs).label("j"))
        if sources:
            statement = statement.select_from(*sources)
        if self.columns.used:
            for cte in self.ctes():
                statement = statement.add_cte(cte, nest_here=True)
        return statement

    def part(self, part: Selected, name: str) -> tuple[ColumnElement[Any], Any]:
        """The value of one selected field, and the subquery it comes from if it has one."""
        if part.part == "__typename":
            return literal_column(f"'{part.members[0][0]}'", Text()), None
        if part.part == "totalCount":
            return self.count(part), None
        if part.part == "pageInfo":
            return self.page_info(part), None
        rows = self.nodes(part) if part.part == "nodes" else self.edges(part, f"e{name}")
        return literal_column(f"{name}.j", JSON()), rows.subquery(name)

    def ctes(self) -> list[CTE]:
        renderer, columns = self.renderer, self.columns
        order = [directed(self.keyed.c[key.column], key, backward=self.page.backward) for key in self.read.order]
        for key in self.read.order:
            getattr(columns, key.column)
        rows = self.bounded(renderer.window(columns, self.keyed).where(*self.inside()).order_by(*order))
        size = renderer.bind(self.page.size, BigInteger())
        if not self.read.more:
            return [rows.limit(size).cte(self.page_name, nesting=True)]
        further = renderer.bind(one_more(self.page.size), BigInteger())
        window = rows.limit(further).cte(self.window_name, nesting=True)
        names: list[Any] = [literal_column(f"{self.window_name}.{name}").label(name) for name in columns.used]
        cut = (
            select(*names)
            .select_from(table(self.window_name))
            .order_by(*self.order(self.window_name, self.page.backward))
        )
        return [window, cut.limit(size).cte(self.page_name, nesting=True)]

    def bounded(self, rows: Select[Any]) -> Select[Any]:
        """The same rows, at most as many as a page may ask for.

        PostgreSQL plans a statement once for all values only if it can tell what that costs; it takes LIMIT $n for a
        tenth of the table, a constant for what it says. The LIMIT of the page comes around this one.
        """
        name = f"m{self.read.alias}"
        inner = rows.limit(literal_column(str(MOST + 1))).subquery(name)
        names: list[Any] = [literal_column(f"{name}.{column}").label(column) for column in self.columns.used]
        return select(*names).select_from(inner).order_by(*self.order(name, self.page.backward))

    def inside(self) -> list[ColumnElement[bool]]:
        """Conditions of the list, and of the window that the cursors open on it."""
        conditions = self.renderer.where(self.read, self.table, self.parent)
        for name, opened in self.opened.items():
            conditions.append(beyond(self.read.order, self.keyed.c, opened, self.renderer, after=name == "after"))
        return conditions

    def order(self, name: str, backward: bool = False) -> list[ColumnElement[Any]]:  # noqa: FBT001, FBT002 - a direction
        return [directed(literal_column(f"{name}.{key.column}"), key, backward=backward) for key in self.read.order]

    def nodes(self, part: Selected) -> Select[Any]:
        ((_, read),) = part.reads
        names, laterals = self.renderer.selected(read, self.columns)
        return self.rows(names, laterals, f"r{read.alias}", bare=read.entity.variants is not None)

    def edges(self, part: Selected, alias: str) -> Select[Any]:
        values: dict[str, ColumnElement[Any]] = {"__typename": literal_column(f"'{self.read.entity.name}Edge'", Text())}
        laterals: list[Any] = []
        for key, read in part.reads:
            names, below = self.renderer.selected(read, self.columns)
            made = json_object([(name.name, name.element) for name in names])
            values[f"node {key}"] = names[0].element if read.entity.variants else made
            laterals += below
        if any(name == "cursor" for _, name in part.members):
            values["cursor"] = self.seal.written(self.columns, self.renderer)
        edge = [values[f"node {key}" if name == "node" else name].label(key) for key, name in part.members]
        return self.rows(edge, laterals, alias)

    def rows(self, names: list[Any], laterals: list[Any], alias: str, *, bare: bool = False) -> Select[Any]:
        """The rows of the page as a JSON array, in their order. `bare`: the one name is all of the row's JSON."""
        columns, row = row_of(names, alias)
        if bare:
            row = literal_column(f"{alias}.{names[0].name}", JSON())
        page = joined(table(self.page_name), laterals)
        rows = select(*columns).select_from(page).order_by(*self.order(self.page_name))
        self.need_order()
        return select(array_of(row).label("j")).select_from(rows.subquery(alias))

    def page_info(self, part: Selected) -> ColumnElement[Any]:
        values: dict[str, Callable[[], ColumnElement[Any]]] = {
            "hasNextPage": lambda: self.has_more(forward=True),
            "hasPreviousPage": lambda: self.has_more(forward=False),
            "startCursor": lambda: self.edge_cursor(last=False),
            "endCursor": lambda: self.edge_cursor(last=True),
            "__typename": lambda: literal_column("'PageInfo'", Text()),
        }
        return json_object([(key, values[name]()) for key, name in part.members])

    def has_more(self, *, forward: bool) -> ColumnElement[Any]:
        """Whether there are rows beyond the page: one more in the walked direction, or outside the given cursor."""
        self.need_order()
        name = "before" if forward else "after"
        outside = self.outside(name) if name in self.opened else false()
        if forward is self.page.backward:
            return outside
        count = select(func.count()).select_from(table(self.window_name)).scalar_subquery()
        return or_(count > self.renderer.bind(self.page.size, BigInteger()), outside)

    def outside(self, name: str) -> ColumnElement[bool]:
        """Whether a row of the list lies at or beyond the cursor, on the far side of the window."""
        reference = self.renderer.table(self.read, "o")
        keyed = self.renderer.keyed(self.read, reference, "q")
        within = beyond(self.read.order, keyed.c, self.opened[name], self.renderer, after=name == "after")
        conditions = self.renderer.where(self.read, reference, self.parent)
        return exists(select(literal_column("1")).select_from(keyed.source).where(*conditions, within.is_not(true())))

    def edge_cursor(self, *, last: bool) -> ColumnElement[Any]:
        cursor = self.seal.written(self.columns, self.renderer)
        rows = select(cursor).select_from(table(self.page_name)).order_by(*self.order(self.page_name, last))
        return rows.limit(literal_column("1")).scalar_subquery()

    def count(self, part: Selected) -> ColumnElement[Any]:
        """How many rows the list has, counted up to a bound."""
        if part.up_to is None:
            raise AssertionError("totalCount has a default bound")
        reference = self.renderer.table(self.read, "c")
        up_to = checked_bound(part.up_to, self.read)
        rows: Select[Any] = (
            select(literal_column("1").label("one"))
            .select_from(reference)
            .where(*self.renderer.where(self.read, reference, self.parent))
        )
        if isinstance(part.up_to, Written):  # as in `bounded`
            most = next((most for most in COUNTED if part.up_to.value <= most), MOST_COUNTED)
            inner = rows.limit(literal_column(str(most + 1))).subquery(f"m{self.read.alias}")
            rows = select(literal_column(f"{inner.name}.one").label("one")).select_from(inner)
        bounded = rows.limit(self.renderer.bind(one_more(up_to), BigInteger())).subquery(f"b{self.read.alias}")
        counted = select(func.count()).select_from(bounded).scalar_subquery()
        bound = cast(self.renderer.bind(up_to, BigInteger()), BigInteger)
        values = {
            "value": func.least(counted, bound),
            "isExact": counted <= bound,
            "__typename": literal_column("'BoundedCount'", Text()),
        }
        return json_object([(key, values[name]) for key, name in part.members])

    def need_order(self) -> None:
        for key in self.read.order:
            getattr(self.columns, key.column)


def one_more(get: Getter) -> Getter:
    return converted(get, lambda size: size + 1)


def checked_bound(get: Getter, read: Read) -> Getter:
    """`upTo` within what a count may cost."""
    node = read.node

    def bounded(up_to: int) -> int:
        if not 0 <= up_to <= MOST_COUNTED:
            raise RequestError("BAD_USER_INPUT", f"upTo is between 0 and {MOST_COUNTED}", ("upTo",), [node])
        return up_to

    return converted(get, bounded)
