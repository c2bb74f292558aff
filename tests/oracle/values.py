"""Random arguments: values that the world has, and some that it has not."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_required_input_field,
)

from tests.oracle.document import Enum, Var, Variable
from tests.oracle.maker import CURRENCIES
from tests.oracle.memory import Row
from tests.oracle.rules import domains, fact, snake, wire_id
from tests.oracle.seeing import World
from tests.oracle.wire import Money, digits_of, major, written

DEEPEST_FILTER = 5
MOST_CONDITIONS = 30
DURATIONS = "P30D|P1M|P1Y|P2W|PT12H|P1Y2M3W4DT5H6M7S|P400D|P3M|PT0S|P11M".split("|")
MISSPELT = "ZZZ|éclair|ACME|strasse|a|%|_|O'NEILL & sohne|\\|łó|öl|us|株|".split("|")


class Values:
    """Values for the input types of the schema. What is lifted out into variables is kept in `variables`."""

    def __init__(self, schema: GraphQLSchema, random: Random, world: World, asked: set[str]) -> None:
        self.schema, self.random, self.world, self.asked = schema, random, world, asked
        self.variables: dict[str, Variable] = {}
        self.makers: dict[str, Callable[[], Any]] = {}
        self.lifting = True
        self.conditions = 0

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # -- variables -------------------------------------------------------------------------------------------------

    def given(
        self, type_: GraphQLInputType, make: Callable[[], Any], *, probability: float = 0.15, fixed: bool = False
    ) -> Any:
        """A value, or a variable that has it. `fixed`: it is not made anew when the query runs again."""
        if not self.lifting or not self.chance(probability):
            return make()
        self.lifting = False
        try:
            value = make()
        finally:
            self.lifting = True
        name = f"v{len(self.variables)}"
        declared = str(type_)
        optional = not isinstance(type_, GraphQLNonNull)
        if optional and (value is not None) and self.chance(0.5):
            declared, optional = f"{declared}!", False
        variable = Variable(declared, value)
        if optional and value is not None and self.chance(0.2):
            variable = Variable(declared, given=False, default=value, has_default=True)
        elif value is not None and self.chance(0.2):
            variable = Variable(declared, value, default=value, has_default=True)
        self.variables[name] = variable
        if variable.given and not fixed:
            self.makers[name] = make
        return Var(name)

    def again(self) -> None:
        """Other values for the variables."""
        self.lifting = False
        for name, make in self.makers.items():
            value = make()
            if value is not None or self.variables[name].value is None:
                self.variables[name].value = value
        self.lifting = True

    # -- types -----------------------------------------------------------------------------------------------------

    def value(self, type_: GraphQLInputType, about: str = "", field: str = "") -> Any:
        """A value of an input type; `about` and `field` say what record's field it is compared with, if any."""
        bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(bare, GraphQLList):
            size = self.random.choice([0, 1, 2, 4])
            item = bare.of_type
            make = lambda: self.value(item, about, field)  # noqa: E731
            return [self.given(item, make, probability=0.05) for _ in range(size)]
        if isinstance(bare, GraphQLInputObjectType):
            return self.object(bare, about, field)
        if isinstance(bare, GraphQLEnumType):
            return self.enum(bare, about, field)
        return self.scalar(bare.name, about, field)

    def object(self, type_: GraphQLInputObjectType, about: str, field: str) -> Any:
        name = type_.name
        if name.endswith("Ref"):
            return self.reference(type_)
        if name.endswith("ListFilter"):
            return self.quantified(type_)
        if "and" in type_.fields:
            return self.filtered(type_)
        if name == "MoneyFilter":
            return self.money(type_, about, field)
        if name.endswith("Filter"):
            return self.operators(type_, about, field)
        return {
            key: self.given(one.type, lambda one=one: self.value(one.type, about, field))  # type: ignore[misc]
            for key, one in type_.fields.items()
            if is_required_input_field(one) or self.chance(0.5)
        }

    def enum(self, type_: GraphQLEnumType, about: str, field: str) -> Enum:
        known = self.known(about, field) if about and self.chance(0.6) else None
        return (
            Enum(known)
            if isinstance(known, str) and known in type_.values
            else Enum(self.random.choice(list(type_.values)))
        )

    def scalar(self, name: str, about: str, field: str) -> Any:
        """What some record has there, or something else."""
        known = written(self.known(about, field)) if about and self.chance(0.75) else None
        random = self.random
        makes: dict[str, Callable[[], Any]] = {
            "ID": lambda: self.id(about or random.choice(self.node_types())),
            "Boolean": lambda: self.chance(0.5),
            "Int": lambda: known if isinstance(known, int) else random.choice([0, 1, 2, 3, 10, 200]),
            "String": lambda: self.text(known),
            "CurrencyCode": lambda: random.choice(CURRENCIES),
            "Duration": lambda: random.choice(DURATIONS),
            "Date": lambda: known if isinstance(known, str) else self.somewhen()[:10],
            "DateTime": lambda: self.offset(known if isinstance(known, str) else self.somewhen()),
            "Decimal": lambda: str(random.choice([0, 1, 50, 99])),
        }
        if name not in makes:
            raise LookupError(f"say in tests/oracle/values.py what a {name} looks like")
        return makes[name]()

    def text(self, known: Any) -> str:
        if not isinstance(known, str):
            return self.random.choice(MISSPELT)
        return self.random.choice([known, known, known.upper(), known.lower(), f" {known}  "])

    def somewhen(self) -> str:
        return str(written(self.random.choice(self.world.memory.of("Opportunity")).created_at))

    def offset(self, instant: str) -> str:
        """The same instant, sometimes with another offset."""
        there = datetime.fromisoformat(instant).astimezone(timezone(timedelta(hours=5, minutes=45)))
        return instant if self.chance(0.7) else there.isoformat()

    # -- records -----------------------------------------------------------------------------------------------------

    def node_types(self) -> list[str]:
        interface: Any = self.schema.type_map["Node"]
        return [type_.name for type_ in self.schema.get_possible_types(interface)]

    def row(self, type_: str) -> Row | None:
        rows = self.world.all(type_) if self.chance(0.85) else self.world.memory.of(type_)
        return self.random.choice(rows) if rows else None

    def id(self, type_: str) -> str:
        """Of a record that is seen, hidden, another tenant's, or not there."""
        row = self.row(type_)
        if row is None or self.chance(0.05):
            return wire_id(type_, UUID(int=self.random.getrandbits(128)))
        return wire_id(type_, row.id)

    def known(self, type_: str, field: str) -> Any:
        """What some record has in a field."""
        row = self.row(type_)
        return None if row is None else fact(self.world, row, field)

    def reference(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        """Exactly one key."""
        about, name = type_.name.removesuffix("Ref"), self.random.choice(list(type_.fields))
        field = type_.fields[name]
        wanted = GraphQLNonNull(field.type)
        self.asked.add(f"{type_.name}.{name}")
        return {name: self.given(wanted, lambda: self.key(about, name, field.type), probability=0.3)}

    def key(self, about: str, name: str, type_: GraphQLInputType) -> Any:
        row, random = self.row(about), self.random
        if name == "id":
            return self.id(about)
        if name == "externalId":
            return self.external_key(row)
        if name == "domain":
            found = domains(row, self.world) if row else []
            return random.choice(found).upper() if found else "nobody.example"
        if name == "email" and about == "Contact":
            return ((row and row.email) or "nobody@example.com").upper()
        if name == "byName":
            whole, its = {"Stage": ("pipeline", "Pipeline"), "PartnerTier": ("program", "PartnerProgram")}[about]
            other = self.world.memory.one(its, getattr(row, f"{whole}_id")) if row else None
            return {"name": self.text(row and row.name), whole: self.text(other and other.name)}
        return self.text(row and getattr(row, snake(name), None))

    def external_key(self, row: Row | None = None) -> dict[str, str]:
        """Of the row if it has one."""
        keys = self.world.memory.of("ExternalId")
        key = self.random.choice([one for one in keys if row is not None and one.record_id == row.id] or keys)
        return {"source": key.source, "value": key.value}

    # -- filters -----------------------------------------------------------------------------------------------------

    def filtered(self, type_: GraphQLInputObjectType, depth: int = 1, *, related: bool = False) -> dict[str, Any]:
        """A filter of records, nested so deep and with so many conditions as the limits allow."""
        about = type_.name.removesuffix("Filter")
        names = [name for name in type_.fields if name not in {"isNull", "and", "or", "not"}]
        lists = [name for name in names if get_named_type(type_.fields[name].type).name.endswith("ListFilter")]
        if self.chance(0.35):
            names = ["and", "or", "not", "not", *self.random.sample(names, 2)]
        elif lists and self.chance(0.3):
            names = [*lists, *self.random.sample(names, 2)]
        found: dict[str, Any] = {}
        for name in dict.fromkeys(self.random.sample(names, self.random.choice([0, 1, 1, 1, 1, 2, 2, 3]))):
            if self.conditions >= MOST_CONDITIONS:
                break
            field = type_.fields[name]
            target: Any = get_named_type(field.type)
            nests = name in {"and", "or", "not"} or target.name.endswith("ListFilter") or "and" in target.fields
            if nests and depth >= DEEPEST_FILTER:
                continue
            self.asked.add(f"{type_.name}.{name}")
            make = partial(self.condition, name, target, about, depth)
            found[name] = self.given(field.type, make, probability=0.08)
        self.conditions += 1
        if related and self.chance(0.25):
            found = found if self.chance(0.3) else {}
            self.asked.add(f"{type_.name}.isNull")
            found["isNull"] = self.given(type_.fields["isNull"].type, lambda: self.chance(0.5))
        return found

    def condition(self, name: str, target: GraphQLInputObjectType, about: str, depth: int) -> Any:
        if name in {"and", "or"}:
            return [self.filtered(target, depth + 1) for _ in range(self.random.choice([0, 1, 2, 2, 3]))]
        if name == "not":
            return self.filtered(target, depth + 1)
        if target.name.endswith("ListFilter"):
            return self.quantified(target, depth)
        if "and" in target.fields:
            return self.filtered(target, depth + 1, related=True)
        return self.object(target, about, name)

    def quantified(self, type_: GraphQLInputObjectType, depth: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.random.sample(list(type_.fields), self.random.choice([0, 1, 1, 1, 2])):
            self.asked.add(f"{type_.name}.{name}")
            target: Any = get_named_type(type_.fields[name].type)
            found[name] = self.operators(target, "", "") if name == "count" else self.filtered(target, depth + 1)
        self.conditions += 1
        return found

    def operators(self, type_: GraphQLInputObjectType, about: str, field: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.random.sample(list(type_.fields), self.random.choice([0, 1, 1, 1, 2])):
            self.asked.add(f"{type_.name}.{name}")
            one = type_.fields[name]
            plain = name in {"isNull", "inLast", "inNext"}
            found[name] = self.given(one.type, partial(self.operand, one.type, name, "" if plain else about, field))
        self.conditions += max(len(found), 1)
        return found

    def operand(self, type_: GraphQLInputType, name: str, about: str, field: str) -> Any:
        value = self.value(type_, about, field)
        if name == "startsWith" and isinstance(value, str):
            return value[: self.random.randrange(4)]
        return value

    def money(self, type_: GraphQLInputObjectType, about: str, field: str) -> dict[str, Any]:
        """Amounts have at most the currency's digits."""
        known = self.known(about, field)
        currency = known.currency if isinstance(known, Money) and known.currency else self.random.choice(CURRENCIES)
        amount: Any = get_named_type(type_.fields["amount"].type)
        found: dict[str, Any] = {}
        for name in self.random.sample(list(amount.fields), self.random.choice([0, 1, 1, 2])):
            self.asked.add(f"{amount.name}.{name}")
            wanted = amount.fields[name].type
            found[name] = self.given(wanted, partial(self.money_operand, wanted, name, about, field, currency))
        self.conditions += max(len(found), 1)
        return {"currency": self.given(type_.fields["currency"].type, lambda: currency, fixed=True), "amount": found}

    def money_operand(self, type_: GraphQLInputType, name: str, about: str, field: str, currency: str) -> Any:
        if name == "isNull":
            return self.chance(0.5)
        amounts = [self.amount(about, field, currency) for _ in range(3)]
        bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        return amounts[: self.random.randrange(4)] if isinstance(bare, GraphQLList) else amounts[0]

    def amount(self, about: str, field: str, currency: str) -> str:
        known = self.known(about, field)
        if isinstance(known, Money) and known.minor is not None and known.currency == currency:
            return major(known.minor, currency)
        return self.random.choice(["0", "1", "50", "-1"] + (["0.5", "123.45"] if digits_of(currency) >= 2 else []))

    # -- orders ------------------------------------------------------------------------------------------------------

    def order(self, type_: GraphQLInputObjectType, most: int = 3) -> list[dict[str, Any]]:
        """Different sort keys; directions and places of empty values may be left out."""
        enum: Any = get_named_type(type_.fields["field"].type)
        keys: list[dict[str, Any]] = []
        for name in self.random.sample(list(enum.values), self.random.choice([1, 1, 2, most])):
            self.asked.add(f"{enum.name}.{name}")
            key: dict[str, Any] = {"field": Enum(name)}
            if self.chance(0.6):
                key["direction"] = Enum(self.random.choice(["ASC", "DESC"]))
            if self.chance(0.5):
                key["nulls"] = Enum(self.random.choice(["FIRST", "LAST"]))
            keys.append(key)
        return keys


def complete(order: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """With what is left out."""
    return [{"direction": "ASC", "nulls": "LAST", **key} for key in order]
