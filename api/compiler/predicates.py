"""Predicates → SQL conditions. Part of rendering; nothing else makes SQL."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL, array

from .arguments import Leaf, Leaves, converted
from .catalog import Column
from .cursor import Opened
from .ir import AllOf, AnyOf, Archived, Compare, Found, MoneyCompare, Near, Not, Order, Predicate, Related, RelatedMany

if TYPE_CHECKING:
    from .render import Renderer

TYPES: dict[str, Any] = {
    "text": Text(),
    "enum": Text(),
    "uuid": Uuid(),
    "int": BigInteger(),
    "bigint": BigInteger(),
    "money": BigInteger(),
    "bool": Boolean(),
    "date": Date(),
    "timestamp": DateTime(timezone=True),
}
BEYOND = "\U0010ffff"  # the last code point: in C order every text with the prefix sorts below prefix + BEYOND

WRITTEN = frozenset({"eq", "ne", "in", "notIn"})

Operator = Callable[[ColumnElement[Any], Any], ColumnElement[bool]]
OPERATORS: dict[str, Operator] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column.is_distinct_from(value),
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "in": lambda column, values: column == any_(values),
    "notIn": lambda column, values: or_(column.is_(None), not_(column == any_(values))),
}


def condition(predicate: Predicate, table: Any, renderer: "Renderer", name: str) -> ColumnElement[bool]:
    """The condition on `table`, an alias called `name`."""
    return CONDITIONS[type(predicate)](predicate, table, renderer, name)


def all_of(predicate: AllOf, table: Any, renderer: "Renderer", name: str) -> ColumnElement[bool]:
    return and_(true(), *parts(predicate, table, renderer, name))


def any_of(predicate: AnyOf, table: Any, renderer: "Renderer", name: str) -> ColumnElement[bool]:
    return or_(false(), *parts(predicate, table, renderer, name))


def parts(predicate: AllOf | AnyOf, table: Any, renderer: "Renderer", name: str) -> list[ColumnElement[bool]]:
    return [condition(part, table, renderer, f"{name}_{at}") for at, part in enumerate(predicate.parts)]


def complement(predicate: Not, table: Any, renderer: "Renderer", name: str) -> ColumnElement[bool]:
    return condition(predicate.part, table, renderer, name).is_not(true())


def archived(predicate: Archived, table: Any, _renderer: "Renderer", _name: str) -> ColumnElement[bool]:
    at = table.c.archived_at
    return at.is_not(None) if predicate.archived else at.is_(None)  # type: ignore[no-any-return]


def found(predicate: Found, table: Any, renderer: "Renderer", _name: str) -> ColumnElement[bool]:
    return renderer.entity_of(table).lookups[predicate.name](table, renderer, predicate.tree)


def related(predicate: Related, table: Any, renderer: "Renderer", name: str) -> ColumnElement[bool]:
    target = renderer.reference(predicate.entity, f"f{name}")
    relation = predicate.relation
    conditions = [
        renderer.guard(predicate.entity, target),
        target.c[relation.key] == (relation.via(table.c, renderer) if relation.via else table.c[relation.column]),
        condition(predicate.part, target, renderer, name),
    ]
    if predicate.entity.archivable and predicate.part != AllOf(()):
        # True of every row. Live and archived rows have indexes of their own, which PostgreSQL takes for a condition
        # in which it finds theirs; without it, it reads the whole table.
        conditions.append(or_(target.c.archived_at.is_(None), target.c.archived_at.is_not(None)))
    return exists(select(literal_column("1")).select_from(target).where(*conditions).correlate_except(target))


def related_many(predicate: RelatedMany, table: Any, renderer: "Renderer", name: str) -> ColumnElement[bool]:
    """Archived records do not count on either side of a quantifier."""
    relation, entity = predicate.relation, predicate.entity
    target = renderer.reference(entity, f"f{name}")
    belongs = [renderer.guard(entity, target), target.c[relation.column] == table.c[relation.key]]
    belongs += [target.c[key] == literal_column(f"'{value}'") for key, value in relation.constants.items()]
    if entity.archivable:
        belongs.append(target.c.archived_at.is_(None))
    part = condition(predicate.part, target, renderer, name)
    rows: Any = select(literal_column("1")).select_from(target).where(*belongs).correlate_except(target)
    if predicate.quantifier == "every":
        return not_(exists(rows.where(part.is_not(true()))))
    if predicate.quantifier == "count":
        counted = select(func.count()).select_from(target).where(*belongs).correlate_except(target).scalar_subquery()
        conditions = [count_fits(counted, operator, value, renderer) for operator, value in predicate.counts]
        return and_(true(), *conditions)
    some = exists(rows.where(part))
    return some if predicate.quantifier == "some" else not_(some)


def count_fits(
    counted: ColumnElement[int], operator: str, value: Leaf | Leaves, renderer: "Renderer"
) -> ColumnElement[bool]:
    if operator == "isNull":
        return false() if getattr(value, "value", False) else true()
    type_: Any = ARRAY(BigInteger()) if isinstance(value, Leaves) else BigInteger()
    return OPERATORS[operator](counted, renderer.bind(value.get, type_))


def near(predicate: Near, table: Any, renderer: "Renderer", _name: str) -> ColumnElement[bool]:
    """Within a duration of now, both ends included."""
    own, column = table.c[predicate.column.column], predicate.column
    text = cast(renderer.bind(predicate.duration.get, Text()), Text)
    duration = cast(text, INTERVAL)
    here: ColumnElement[Any] = renderer.now
    far = here + duration if predicate.ahead else here - duration
    if column.kind == "date":
        here, far = renderer.day_of(here), renderer.day_of(far)
    return and_(own >= here, own <= far) if predicate.ahead else and_(own >= far, own <= here)


def compared(predicate: Compare, table: Any, renderer: "Renderer", _name: str) -> ColumnElement[bool]:
    return compare(predicate.column, predicate.operator, predicate.value, table, renderer)


def compare(
    column: Column, operator: str, value: Leaf | Leaves, table: Any, renderer: "Renderer"
) -> ColumnElement[bool]:
    own: ColumnElement[Any] = table.c[column.column]
    if operator == "isNull":
        return own.is_(None) if getattr(value, "value", False) else own.is_not(None)
    get = value.get
    convert = column.convert
    if column.kind == "enum" and operator in WRITTEN:
        return OPERATORS[operator](own, written(value, convert or str))
    if isinstance(value, Leaves):
        type_: Any = ARRAY(TYPES[column.kind])
        if convert is not None:
            get = converted(get, lambda values: [convert(one) for one in values])
    else:
        type_ = TYPES[column.kind]
        if convert is not None:
            get = converted(get, convert)
    if operator == "startsWith":
        low, high = renderer.bind(get, type_), renderer.bind(converted(get, lambda text: text + BEYOND), type_)
        return and_(own >= low, own < high)
    return OPERATORS[operator](own, renderer.bind(get, type_))


def written(value: Leaf | Leaves, convert: Callable[[Any], Any]) -> Any:
    """Words of the schema as constants; they are part of a request's shape.

    PostgreSQL then knows how many rows have them, and which index about only some of them will do.
    """
    if isinstance(value, Leaves):
        return array([literal(word, Text()) for word in sorted({convert(one) for one in value.values})], type_=Text())
    return literal(convert(value.value), Text())


def money(predicate: MoneyCompare, table: Any, renderer: "Renderer", _name: str) -> ColumnElement[bool]:
    column, currency, value = predicate.column, predicate.currency.get, predicate.value
    convert = column.convert
    same = table.c.currency == renderer.bind(currency, Text())
    if predicate.operator == "isNull":
        known = compare(column, "isNull", value, table, renderer)
        return and_(known, or_(table.c.currency.is_(None), same))  # an unknown amount may have no currency either
    if predicate.operator == "any":
        return same  # type: ignore[no-any-return]
    if convert is None:
        raise TypeError(f"{column.name} has no conversion from major to minor units")

    def minor(request: Any) -> Any:
        code, amount = currency(request), value.get(request)
        return [convert((one, code)) for one in amount] if isinstance(value, Leaves) else convert((amount, code))

    type_: Any = ARRAY(BigInteger()) if isinstance(value, Leaves) else BigInteger()
    return and_(
        same,
        OPERATORS[predicate.operator](table.c[column.column], renderer.bind(minor, type_)),
    )


def beyond(
    order: tuple[Order, ...], row: Any, opened: Opened, renderer: "Renderer", *, after: bool
) -> ColumnElement[bool]:
    """Rows strictly after (or before) a cursor in the order; NULLs count as the order places them.

    Keys that cannot be NULL and run the same way compare as one row, which is what an index range can serve.
    """
    if len({key.descending for key in order}) == 1 and not any(key.nullable for key in order):
        columns = [getattr(row, key.column) for key in order]
        values = [cursor_value(opened, at, key, renderer) for at, key in enumerate(order)]
        own, given = func.row(*columns), func.row(*values)
        return own > given if after is not order[0].descending else own < given
    result: ColumnElement[bool] = false()
    for at, key in reversed(list(enumerate(order))):
        column, value = getattr(row, key.column), cursor_value(opened, at, key, renderer)
        further = column > value if after is not key.descending else column < value
        same = column == value
        if key.nullable:
            last = after is not key.nulls_first  # walking towards the NULLs
            further = (
                and_(value.is_not(None), or_(column.is_(None), further))
                if last
                else or_(and_(value.is_not(None), further), and_(value.is_(None), column.is_not(None)))
            )
            same = or_(same, and_(column.is_(None), value.is_(None)))
        result = or_(further, and_(same, result))
    return result


CONDITIONS: dict[type[Any], Callable[..., ColumnElement[bool]]] = {
    AllOf: all_of,
    AnyOf: any_of,
    Not: complement,
    Archived: archived,
    Related: related,
    RelatedMany: related_many,
    Near: near,
    Found: found,
    MoneyCompare: money,
    Compare: compared,
}


def cursor_value(opened: Opened, at: int, key: Order, renderer: "Renderer") -> ColumnElement[Any]:
    type_ = TYPES[key.kind]
    bound = renderer.bind(renderer.memo(opened, at), type_)
    return renderer.cast(bound, type_) if key.nullable else bound
