"""The filter algebra of graphql.md §2.4: fields of one object are ANDed, and every condition is true or false."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type

from tests.oracle.memory import Row
from tests.oracle.rules import fact, listed, pointed_at
from tests.oracle.seeing import World
from tests.oracle.wire import Money, digits_of, fold, shifted

PARSE: Mapping[str, Any] = {
    "DateFilter": date.fromisoformat,
    "DateTimeFilter": datetime.fromisoformat,
    "StringFilter": fold,
}


class Filters:
    def __init__(self, schema: GraphQLSchema, world: World) -> None:
        self.schema, self.world = schema, world

    def fits(self, row: Row, filter: Mapping[str, Any], type_: str) -> bool:
        """Whether the row fits a filter whose input type is `<type_>Filter`."""
        input_type = self.schema.type_map[f"{type_}Filter"]
        assert isinstance(input_type, GraphQLInputObjectType)
        return all(
            self.one(row, name, value, get_named_type(input_type.fields[name].type).name, type_)
            for name, value in filter.items()
        )

    def one(self, row: Row, name: str, value: Any, kind: str, type_: str) -> bool:
        if name in {"and", "or"}:
            return {"and": all, "or": any}[name](self.fits(row, part, type_) for part in value)
        if name == "not":
            return not self.fits(row, value, type_)
        target = kind.removesuffix("Filter").removesuffix("List")
        if kind.endswith("ListFilter"):
            return self.many(row, name, value, target)
        if self.is_of_records(kind):
            return self.related(row, name, value, target)
        own = fact(self.world, row, name)
        if kind == "MoneyFilter":
            return fits_money(own, value["currency"], value["amount"])
        if isinstance(own, str) and kind == "StringFilter":
            own = fold(own)
        return all(holds(own, operator, operand, kind, self.world) for operator, operand in value.items())

    def is_of_records(self, kind: str) -> bool:
        input_type = self.schema.type_map[kind]
        return isinstance(input_type, GraphQLInputObjectType) and "and" in input_type.fields

    def related(self, row: Row, name: str, filter: Mapping[str, Any], target: str) -> bool:
        """`isNull: true` means that there is no record that may be seen; everything else speaks about one."""
        other = pointed_at(self.world, row, name, target)
        rest = {key: value for key, value in filter.items() if key != "isNull"}
        if filter.get("isNull"):
            return other is None and not rest
        return other is not None and self.fits(other, rest, target)

    def many(self, row: Row, name: str, filter: Mapping[str, Any], target: str) -> bool:
        """All given quantifiers hold for the live records of the list."""
        rows = [one for one in listed(self.world, row, name, target) if getattr(one, "archived_at", None) is None]
        for quantifier, part in filter.items():
            if quantifier == "count":
                if not all(holds(len(rows), operator, one, "IntFilter", self.world) for operator, one in part.items()):
                    return False
                continue
            fitting = sum(self.fits(one, part, target) for one in rows)
            if not {"some": fitting > 0, "none": fitting == 0, "every": fitting == len(rows)}[quantifier]:
                return False
        return True


def holds(own: Any, operator: str, operand: Any, kind: str, world: World) -> bool:
    """One condition. An empty value is different from every value and in no list."""
    if operator == "isNull":
        return (own is None) is operand
    if operator in {"inLast", "inNext"}:
        return own is not None and near(own, operand, world, ahead=operator == "inNext")
    parse = PARSE.get(kind, lambda value: value)
    given = [parse(one) for one in operand] if isinstance(operand, list) else parse(operand)
    if own is None:
        return operator in {"ne", "notIn"}
    return bool(
        {
            "eq": lambda: own == given,
            "ne": lambda: own != given,
            "in": lambda: own in given,
            "notIn": lambda: own not in given,
            "lt": lambda: own < given,
            "lte": lambda: own <= given,
            "gt": lambda: own > given,
            "gte": lambda: own >= given,
            "startsWith": lambda: own.startswith(given),
        }[operator]()
    )


def near(own: date | datetime, duration: str, world: World, *, ahead: bool) -> bool:
    """Between now and so far from now, both included; days are the tenant's."""
    here: Any = world.now
    far: Any = shifted(here, duration, 1 if ahead else -1)
    if not isinstance(own, datetime):
        here, far = world.day(here), world.day(far)
    return bool(here <= own <= far if ahead else far <= own <= here)


def fits_money(own: Money, currency: str, amount: Mapping[str, Any]) -> bool:
    """Rows of other currencies never match; one without an amount may be without a currency, too."""
    if own.currency != currency and not (own.currency is None and set(amount) == {"isNull"}):
        return False
    return all(money_holds(own.minor, operator, operand, currency) for operator, operand in amount.items())


def money_holds(own: int | None, operator: str, operand: Any, currency: str) -> bool:
    if operator == "isNull":
        return (own is None) is operand
    scale = 10 ** digits_of(currency)
    given = (
        [int(Decimal(one) * scale) for one in operand] if isinstance(operand, list) else int(Decimal(operand) * scale)
    )
    return holds(own, operator, given, "IntFilter", None)  # type: ignore[arg-type] # compares numbers only
