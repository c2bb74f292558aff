"""`ReadPlan` → one SELECT. The only place where SQL is made, with `predicates` and `cursor`.

Each read becomes a page `p<n>` (guarded, filtered, ordered, limited rows of alias `t<n>`) and, around it, the JSON of
those rows. References to a parent's columns are written as text, `p1.id`: the aliases come from the plan, so nothing
has to be correlated.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.sql.elements import False_, True_

from .arguments import Group, Tree, converted
from .catalog import Catalog, Entity, Matching, ToOne
from .connection import Connection
from .errors import RequestError
from .feed import Feed
from .ids import prefixes_of, uuid_of, uuids_of, value_getter
from .ir import AnyVariant, Constant, Either, GroupKeys, Object, Read, ReadPlan, Scalar, first_equal, height
from .predicates import condition
from .request import Getter, now_of, principal_text, tenant_of, tenant_text
from .rows import Columns, Keyed, aliased, array_of, joined, json_object, record_or_null, row_of
from .statement import Parameters, Statement, compiled

Visibility = Any
# PostgreSQL flattens subqueries of one row into each other, and plans each level of a chain for five times as long as
# the one before: 0.1 s for six, 5 s for eight. It leaves alone what has an OFFSET.
# An outsider's rule is a list of ids; flattened, PostgreSQL looks all of them up for each parent instead of the one.
FLATTENED = 3
DEFAULT = "default"  # the set of fields that whoever sees a row sees


class Renderer:
    """Renders one plan; also the `Scope` of the expressions it meets."""

    def __init__(self, catalog: Catalog, context: Visibility) -> None:
        self.catalog = catalog
        self.objects: Mapping[str, str] = catalog.objects
        self.parameters = Parameters()
        self.tenant = self.bind(tenant_of, Uuid())
        self.now: ColumnElement[Any] = cast(self.bind(now_of, DateTime(timezone=True)), DateTime(timezone=True))
        self.context = context(self.bind)
        self.listing = listing_of(self.context)
        self.aliases: dict[Any, Entity] = {}
        self.memos: dict[Any, Getter] = {}

    def bind(self, get: Getter, type_: Any) -> ColumnElement[Any]:
        return self.parameters.bind(get, type_)

    def memo(self, opened: Any, at: int) -> Getter:
        """One getter, and so one parameter, for each value of a cursor however often it is compared."""
        return self.memos.setdefault((id(opened), at), opened.value(at))

    def cast(self, value: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
        return cast(value, type_)

    def day_of(self, instant: ColumnElement[Any]) -> ColumnElement[Any]:
        """The day of an instant where the tenant's days begin."""
        entity = self.catalog.entities["Tenant"]
        tenants = entity.table.alias("zone_of")  # type: ignore[union-attr]
        zone = select(tenants.c.zone).where(self.guard(entity, tenants)).correlate_except(tenants).scalar_subquery()
        return cast(func.timezone(zone, instant), Date)

    def entity_of(self, table: Any) -> Entity:
        return self.aliases[table]

    def visible(self, entity: str, table: Any) -> ColumnElement[bool]:
        return self.guard(self.catalog.entities[entity], table)

    def sees_all(self, entity: str, table: Any) -> bool:
        rule = self.catalog.entities[entity].visible
        return rule is None or isinstance(rule(table.c, self.context), True_)

    def guard(self, entity: Entity, table: Any, *, listed: bool = False) -> ColumnElement[bool]:
        """Tenant and visibility of a table reference. Every table of every statement carries it.

        `listed`: nothing but the rule narrows the rows down.
        """
        context = self.listing if listed else self.context
        rule = entity.visible(table.c, context) if entity.visible else true()
        if isinstance(rule, False_):  # SQLAlchemy would leave the tenant out beside it
            rule = literal_column("false", Boolean())
        return and_(table.c[entity.tenant_column] == self.tenant, rule)

    def statement(self, plan: ReadPlan) -> Statement:
        """The whole operation as text: context first, then the data, in one CASE (decision 6)."""
        fields = [self.root(root).label(key) for key, root in plan.roots]
        columns, row = row_of(fields, "r")
        text = select(cast(row, Text)).select_from(select(*columns).subquery("r")).scalar_subquery()
        settings = [
            func.set_config(literal_column(f"'{name}'"), value, true()).is_not(None)
            for name, value in self.context.settings
        ]
        ready = and_(
            func.set_config(literal_column("'crm.tenant'"), self.bind(tenant_text, Text()), true()).is_not(None),
            func.set_config(literal_column("'crm.principal'"), self.bind(principal_text, Text()), true()).is_not(None),
            *settings,
        )
        return compiled(select(case((ready, text))), self.parameters)

    def root(self, root: tuple[Read, ...] | str) -> ColumnElement[Any]:
        if isinstance(root, str):
            return literal(root, Text())
        kind = root[0].kind if root else "nodes"
        if kind == "nodes":
            return self.nodes(root)
        read = root[0]
        if kind == "page":
            return self.connection(read, None).scalar_subquery()
        if kind == "rows":
            return self.array(read, None).scalar_subquery()
        return self.object(read, None).scalar_subquery()

    def connection(self, read: Read, parent: Columns | None) -> Select[Any]:
        kind = Feed if read.entity.numbered else Connection
        return kind(self, read, parent).json()

    # -- one table read ------------------------------------------------------------------------------------------

    def table(self, read: Read, letter: str = "t") -> Any:
        """A new reference to the rows of a read, under its name."""
        entity = read.entity
        if entity.build is not None:
            return entity.build(self, read.arguments, self.matching(read)).subquery(f"t{read.alias}")
        return self.reference(entity, f"{letter}{read.alias}")

    def reference(self, entity: Entity, name: str) -> Any:
        """A new reference to the rows of an entity.

        For outsiders it has the columns that may be shared with them, and no values in those that are not shared of a
        row, so that nothing further out can filter, sort or count by them.
        """
        table, outside = entity.table, self.context.outside
        if table is None:
            raise TypeError(f"{entity.name} has no table")
        made: Any
        if outside is None:
            made = aliased(table, name)
        else:
            own = aliased(table, f"{name}_")
            columns = [
                own.c[column]
                if field_set == DEFAULT
                else case((outside.shown(entity.object, field_set, own.c), own.c[column])).label(column)
                for column, field_set in entity.shared.items()
            ]
            made = select(*columns).subquery(name)
        self.aliases[made] = entity
        return made

    def matching(self, read: Read) -> Matching:
        """The filter of a read as conditions on a table that its entity builds from."""

        def conditions(table: Any) -> list[ColumnElement[bool]]:
            return [condition(part, table, self, f"{read.alias}_{at}") for at, part in enumerate(read.where)]

        return conditions

    def named(self, entity: str, reference: Tree) -> ColumnElement[UUID]:
        about = self.catalog.entities[entity]
        if not isinstance(reference, Group) or about.table is None:
            raise RequestError("BAD_USER_INPUT", "a reference cannot be null")
        ((name, tree),) = reference.fields.items()
        table = self.reference(about, f"n_{about.table.name}")
        found = select(table.c.id).where(self.guard(about, table), about.lookups[name](table, self, tree))
        return found.correlate_except(table).scalar_subquery()

    def where(self, read: Read, table: Any, parent: Columns | None) -> list[ColumnElement[bool]]:
        """Guard, link to the parent, filters."""
        if read.entity.build is not None:
            return []
        if not read.guarded:
            raise AssertionError(f"{read.owner} reads {read.entity.name} without its guard")
        conditions = [self.guard(read.entity, table, listed=read.kind == "page" and parent is None)]
        if read.link is not None and parent is not None:
            link = read.link
            conditions.append(
                table.c[link.column] == (link.via(parent, self) if link.via else getattr(parent, link.key))
            )
            conditions += [table.c[name] == literal_column(f"'{value}'") for name, value in read.link.constants.items()]
        if read.when is not None and parent is not None:
            conditions.append(getattr(parent, read.when[0]) == literal_column(f"'{read.when[1]}'", Text()))
        if read.ids is not None and read.kind == "one":
            conditions.append(table.c.id == self.bind(read.ids, Uuid()))
        return [*conditions, *self.matching(read)(table)]

    def object(self, read: Read, parent: Columns | None) -> Select[Any]:
        """SELECT of one record as a JSON object."""
        table = self.table(read)
        columns = Columns(f"t{read.alias}", table)
        conditions = self.where(read, table, parent)
        if read.kind == "node":
            id = self.bind(uuid_of(value_getter(read, "id"), read), Uuid())
            conditions.append(table.c.id == id)
        names, laterals = self.selected(read, columns)
        names, row = row_of(names, f"r{read.alias}")
        inner = select(*names).select_from(joined(table, laterals)).where(*conditions).subquery(f"r{read.alias}")
        return select(row.label("j")).select_from(inner)

    def array(self, read: Read, parent: Columns | None) -> Select[Any]:
        """SELECT of a bounded list of records as a JSON array."""
        table = self.table(read)
        columns = Columns(f"p{read.alias}", table)
        names, laterals = self.selected(read, columns)
        order = [getattr(columns, key.column) for key in read.order]
        page = (
            self.window(columns, table)
            .where(*self.where(read, table, parent))
            .order_by(*(table.c[key.column] for key in read.order))
            .limit(literal_column(str(getattr(read.relation, "bound", 1000))))
            .subquery(f"p{read.alias}")
        )
        names, row = row_of(names, f"r{read.alias}")
        inner = select(*names).select_from(joined(page, laterals)).order_by(*order).subquery(f"r{read.alias}")
        return select(array_of(row).label("j")).select_from(inner)

    def elements(self, read: Read, parent: Columns | None) -> Select[Any]:
        """SELECT of the elements of a JSON array that the parent's row holds, or of its only one, as selected."""
        relation = read.relation
        single = isinstance(relation, ToOne)
        held = getattr(parent, relation.column if isinstance(relation, ToOne) else getattr(relation, "key", ""))
        typed = [column(name, type_) for name, type_ in read.entity.elements]
        rows = func.json_to_recordset(held).table_valued(*typed).render_derived(name=f"p{read.alias}", with_types=True)
        names, laterals = self.selected(read, Columns(f"p{read.alias}", rows))
        names, row = row_of(names, f"r{read.alias}")
        inner = select(*names).select_from(joined(rows, laterals)).subquery(f"r{read.alias}")
        return select((row if single else array_of(row)).label("j")).select_from(inner)

    def window(self, columns: Columns, table: Any) -> Select[Any]:
        """SELECT of just the columns that are used further out."""
        used = [table.c[name].label(name) for name in columns.used]
        source = table.source if isinstance(table, Keyed) else table
        return select(*(used or [literal_column("1").label("one")])).select_from(source)

    def keyed(self, read: Read, reference: Any, letter: str) -> Keyed:
        """A reference joined to the records that its rows are sorted through, as far as they may be seen."""
        source, keys, others = reference, {}, dict[tuple[str, str], Any]()
        for at, key in enumerate(read.order):
            if key.through is not None:
                entity = self.catalog.entities[key.through.entity]
                other = self.reference(entity, f"{letter}{read.alias}_{at}")
                own = other.c.id == reference.c[key.through.key]
                source = source.outerjoin(other, and_(self.guard(entity, other), own))
                keys[key.column] = other.c[key.through.column]
                others.setdefault((key.through.key, entity.name), other)
        return Keyed(reference, source, keys, others)

    def nodes(self, reads: tuple[Read, ...]) -> ColumnElement[Any]:
        """The array of `nodes(ids:)`: in the order asked, null where there is nothing to be seen."""
        if not reads:
            return literal_column("'[]'::json", JSON())
        ids, prefixes = self.asked(reads[0])
        asked = func.unnest(cast(ids, ARRAY(Uuid())), cast(prefixes, ARRAY(Text()))).table_valued(
            "id", "prefix", with_ordinality="place", name="asked"
        )
        rows: Any = asked.render_derived(name="asked")
        for read in reads:
            table = self.table(read)
            names, laterals = self.selected(read, Columns(f"t{read.alias}", table))
            own = [literal_column("asked.prefix") == literal_column(f"'{read.entity.prefix}'")]
            same = table.c.id == literal_column("asked.id")
            conditions = [*self.where(read, table, None), *own, same]
            names, row = row_of(names, f"r{read.alias}")
            inner = select(*names).select_from(joined(table, laterals)).where(*conditions).subquery(f"r{read.alias}")
            one = select(row.label("j")).select_from(inner)
            rows = rows.outerjoin(one.lateral(f"x{read.alias}"), true())
        found = ", ".join(f"x{read.alias}.j" for read in reads)
        every = literal_column(f"json_agg(coalesce({found}) ORDER BY asked.place)", JSON())
        return select(func.coalesce(every, literal_column("'[]'::json"))).select_from(rows).scalar_subquery()

    def asked(self, read: Read) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """The ids that `nodes` was asked for and their prefixes; after a bulk write all are of one type."""
        if read.ids is not None:
            prefix = read.entity.prefix
            same = converted(read.ids, lambda ids: [prefix for _ in ids])
            return self.bind(read.ids, ARRAY(Uuid())), self.bind(same, ARRAY(Text()))
        get = value_getter(read, "ids")
        return self.bind(uuids_of(get, read), ARRAY(Uuid())), self.bind(prefixes_of(get), ARRAY(Text()))

    # -- what is selected of a row -------------------------------------------------------------------------------

    def selected(self, read: Read, columns: Columns) -> tuple[list[Any], list[Any]]:
        """The labelled expressions of a read's items over `columns`, and the laterals of the reads among them."""
        names, laterals = [], []
        for item in read.items:
            if isinstance(item, GroupKeys):
                laterals += [
                    self.child(one, columns).lateral(f"x{one.alias}") for _, reads in item.groups for _, one in reads
                ]
                names.append(self.group_keys(item, columns).label(item.key))
            elif isinstance(item, Either):
                laterals += [self.child(one, columns).lateral(f"x{one.alias}") for one in item.reads]
                found = func.coalesce(*(literal_column(f"x{one.alias}.j", JSON()) for one in item.reads))
                names.append(found.label(item.key))
            elif isinstance(item, AnyVariant):
                value, below = self.variant(item, columns)
                laterals += below
                names.append(value.label(item.key))
            elif isinstance(item, Read):
                beside = columns.beside(item)
                if beside is None:
                    laterals.append(self.child(item, columns).lateral(f"x{item.alias}"))
                    names.append(literal_column(f"x{item.alias}.j", JSON()).label(item.key))
                else:
                    members, below = self.selected(item, beside)
                    laterals += below
                    names.append(record_or_null(members, beside.id).label(item.key))
            else:
                names.append(self.leaf(item, columns).label(item.key))
        return names, laterals

    def variant(self, item: AnyVariant, columns: Columns) -> tuple[ColumnElement[Any], list[Any]]:
        """The row as a JSON object of the type it has, and the laterals of the reads in it."""
        cases, laterals, lists = [], dict[str, Any](), list[Read]()
        for value, read in item.reads:
            items = tuple(first_equal(one, lists) for one in read.items)
            members, below = self.selected(replace(read, items=items), columns)
            laterals |= {one.name: one for one in below}
            made = json_object([(member.name, member.element) for member in members])
            cases.append((getattr(columns, item.column) == literal_column(f"'{value}'", Text()), made))
        return case(*cases, else_=literal_column("NULL::json", JSON())), list(laterals.values())

    def child(self, read: Read, parent: Columns) -> Select[Any]:
        if read.kind == "page":
            return self.connection(read, parent)
        if read.entity.elements:
            return self.elements(read, parent)
        if read.kind == "list":
            return self.array(read, parent)
        one = self.object(read, parent)
        apart = height(read) >= FLATTENED or self.context.outside is not None
        return one.offset(literal_column("0")) if apart else one

    def group_keys(self, item: GroupKeys, columns: Columns) -> ColumnElement[Any]:
        """The array of an aggregate row's keys."""
        keys = []
        for at, (name, reads) in enumerate(item.groups):
            values = {
                "field": literal_column(f"'{name}'", Text()),
                "value": getattr(columns, f"value_{at}"),
                "node": literal_column("NULL::json", JSON()),
                "__typename": literal_column(f"'{item.typename}'", Text()),
            }
            nodes = {key: literal_column(f"x{read.alias}.j", JSON()) for key, read in reads}
            keys.append(json_object([(key, nodes.get(key, values[member])) for key, member in item.members]))
        return func.json_build_array(*keys)

    def leaf(self, item: Scalar | Constant | Object, columns: Columns) -> ColumnElement[Any]:
        if isinstance(item, Constant):
            return literal_column(f"'{item.value}'", Text())
        if isinstance(item, Scalar):
            return item.source.expression(columns, self)
        pairs = [
            (
                key,
                literal_column(f"'{item.typename}'")
                if name == "__typename"
                else item.source.fields[name](columns, self),
            )
            for key, name in item.members
        ]
        made = json_object(pairs)
        if item.source.absent is None:
            return made
        return case((item.source.absent(columns, self), literal_column("NULL::json")), else_=made)


def listing_of(context: Visibility) -> Visibility:
    """The same context, for a list of everything that may be seen."""
    outside = context.outside
    return context if outside is None else replace(context, outside=replace(outside, by_index=True))
