"""Filter and sort inputs, derived from what the models' columns declare."""

import sys
from dataclasses import MISSING, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from keyword import iskeyword
from typing import Any, ClassVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema_directives import OneOf
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.domain.kernel import EnumText, camel

from .binding import MoneyOf, Related, definition_of, info_of, readable_of
from .connections import lazy
from .enums import described_enum
from .scalars import CurrencyCode, Duration
from .wire import kind_of

DEFINITION = "__strawberry_definition__"
TEXT = "Compared without case and accents."


def operators(kind: str, value: Any, names: str, note: str) -> type[Any]:
    """The input of one kind of filter; all of its given operators must hold."""
    texts = {
        "eq": (value, "Equal to."),
        "ne": (value, "Different from, or empty."),
        "in": (list[value], "One of; at most 250. An empty list matches nothing."),
        "not_in": (list[value], "None of, or empty; at most 250."),
        "lt": (value, "Less than."),
        "lte": (value, "Less than or equal to."),
        "gt": (value, "Greater than."),
        "gte": (value, "Greater than or equal to."),
        "starts_with": (value, "Begins with."),
        "in_last": (Duration, "From so long ago until now."),
        "in_next": (Duration, "From now until so long ahead."),
        "is_null": (bool, "Whether it is empty."),
    }
    fields = {name: (texts[name][0], texts[name][1]) for name in names.split()}
    return input_type(f"{kind}Filter", fields, f"Conditions on a {note}; all that are given hold.", module=__name__)


def input_type(
    name: str,
    fields: dict[str, tuple[Any, str]],
    description: str,
    *,
    module: str,
    one_of: bool = False,
    required: tuple[str, ...] = (),
) -> type[Any]:
    """An input object: fields may be left out but for the `required`; `one_of`: exactly one is given."""
    ordered = sorted(fields.items(), key=lambda item: item[0] not in required)
    fields = {f"{field}_" if iskeyword(field) else field: about for field, about in ordered}
    optional = dict.fromkeys((field for field in fields if field not in required), strawberry.UNSET)
    cls = type(name, (Given,), {"__module__": module, "_names": tuple(fields), **optional})
    members = [
        StrawberryField(
            python_name=field,
            graphql_name=camel(field.rstrip("_")),
            type_annotation=StrawberryAnnotation(
                annotation if field in required else annotation | None, namespace=vars(sys.modules[module])
            ),
            origin=cls,
            description=text,
            default=optional.get(field, MISSING),
        )
        for field, (annotation, text) in fields.items()
    ]
    setattr(cls, DEFINITION, definition(cls, name, members, description, one_of=one_of))
    return cls


class Given:
    """What a request gives of an input object; the class has the values of what it leaves out."""

    _names: ClassVar[tuple[str, ...]]  # of the fields, in their order

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    def __repr__(self) -> str:
        """As of a dataclass; fingerprints of requests are made of it."""
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._names)})"


def definition(
    cls: type[Any], name: str, fields: list[StrawberryField], description: str, *, one_of: bool
) -> StrawberryObjectDefinition:
    """What `strawberry.input` makes, without a dataclass: three generated methods for each of hundreds of types."""
    return StrawberryObjectDefinition(
        name=name,
        is_input=True,
        is_interface=False,
        origin=cls,
        description=description,
        interfaces=[],
        extend=False,
        directives=(OneOf(),) if one_of else (),
        is_type_of=None,
        resolve_type=None,
        fields=fields,
    )


StringFilter = operators(
    "String", str, "eq ne in not_in starts_with is_null", "text, compared without case and accents"
)
CodeFilter = operators("Code", str, "eq ne in not_in starts_with is_null", "code, compared as it is written")
IdFilter = operators("Id", strawberry.ID, "eq ne in not_in", "id")
BooleanFilter = operators("Boolean", bool, "eq ne is_null", "truth value")
IntFilter = operators("Int", int, "eq ne in not_in lt lte gt gte is_null", "whole number")
DecimalFilter = operators("Decimal", Decimal, "eq ne in not_in lt lte gt gte is_null", "number")
DateFilter = operators("Date", date, "eq ne in not_in lt lte gt gte in_last in_next is_null", "day")
DateTimeFilter = operators("DateTime", datetime, "eq ne lt lte gt gte in_last in_next is_null", "instant")


@strawberry.input(description="Amounts of one currency; rows of other currencies never match.")
class MoneyFilter:
    currency: CurrencyCode = strawberry.field(description="The currency of the rows and of the amounts given here.")
    amount: DecimalFilter = strawberry.field(description="Conditions on the amount, in major units.")  # type: ignore[valid-type]


@cache
def enum_filter(enum: type[StrEnum], name: str) -> type[Any]:
    return operators(name, enum, "eq ne in not_in is_null", f"{name}")


BY_KIND: dict[str, type[Any]] = {
    "text": StringFilter,
    "uuid": IdFilter,
    "bool": BooleanFilter,
    "int": IntFilter,
    "bigint": IntFilter,
    "date": DateFilter,
    "timestamp": DateTimeFilter,
}


def list_inputs(cls: type[Any]) -> None:
    """Make `<Type>Filter`, `<Type>Sort` and `<Type>SortField` and put them into the type's module."""
    module = sys.modules[cls.__module__]
    for made in (filter_input(cls), list_filter(cls), *sort_inputs(cls)):
        setattr(module, made.__name__, made)


def filter_input(cls: type[Any]) -> type[Any]:
    about, name = readable_of(cls), cls.__name__
    own: Any = lazy(f"{name}Filter", cls.__module__)
    fields: dict[str, tuple[Any, str]] = {
        "and": (list[own], "All of these hold."),
        "or": (list[own], "At least one of these holds; an empty list matches nothing."),
        "not": (own, "This does not hold."),
        "is_null": (bool, "In a filter on a related record: true where there is none."),
    }
    for one in definition_of(cls).fields:
        source, python_name = about.sources.get(one.python_name), one.python_name
        if isinstance(source, Related):
            module, target = source.target.split(".")
            filtered = lazy(f"{target}Filter", f"api.schema.{module}")
            if info_of(about.columns[source.source.column]).get("filter"):
                fields[python_name] = (filtered, f"Conditions on the record in `{camel(python_name)}`.")
        elif isinstance(source, MoneyOf):
            if info_of(about.columns[source.column]).get("filter"):
                fields[python_name] = (MoneyFilter, f"Conditions on `{camel(python_name)}`.")
        elif source is None or isinstance(source, str):
            column = about.columns[source or python_name]
            if info_of(column).get("filter"):
                fields[python_name] = (filter_of(column), f"Conditions on `{camel(python_name)}`.")
    return input_type(f"{name}Filter", fields, f"Which {name} records; `{{}}` is all of them.", module=cls.__module__)


def list_filter(cls: type[Any]) -> type[Any]:
    """Conditions on the records of a list."""
    name, own = cls.__name__, lazy(f"{cls.__name__}Filter", cls.__module__)
    fields: dict[str, tuple[Any, str]] = {
        "some": (own, "At least one of them fits."),
        "none": (own, "None of them fits."),
        "every": (own, "All of them fit; true for an empty list."),
        "count": (IntFilter, "How many there are."),
    }
    text = f"Conditions on the live {name} records of a list that you may see; all that are given hold."
    return input_type(f"{name}ListFilter", fields, text, module=cls.__module__)


def filter_of(column: Any) -> type[Any]:
    if isinstance(column.type, EnumText):
        enum: Any = column.type.enum
        return enum_filter(enum, enum.__strawberry_definition__.name)
    kind = kind_of(column.type)
    if kind == "text" and not info_of(column).get("folded_in"):
        return CodeFilter
    return BY_KIND[kind]


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class NullsPosition(StrEnum):
    FIRST = "FIRST"
    LAST = "LAST"


described_enum(
    Direction,
    "Direction",
    "Which way a list runs.",
    ASC="Smallest, earliest, A first.",
    DESC="Largest, latest, Z first.",
)
described_enum(
    NullsPosition,
    "NullsPosition",
    "Where rows without a value stand.",
    FIRST="Before all others.",
    LAST="After all others.",
)


def sort_inputs(cls: type[Any]) -> tuple[type[Any], type[Any]]:
    name, sortable = cls.__name__, sort_columns(cls)
    enum = StrEnum(f"{name}SortField", {key: key for key in sortable}, module=cls.__module__)  # type: ignore[misc]
    values = {key: f"By `{sort.field}`." for key, sort in sortable.items()}
    described_enum(enum, f"{name}SortField", f"What {name} lists can be sorted by.", **values)
    made = type(
        f"{name}Sort",
        (),
        {
            "__annotations__": {"field": enum, "direction": Direction, "nulls": NullsPosition},
            "__module__": cls.__module__,
            "field": strawberry.field(description="The field to sort by."),
            "direction": strawberry.field(description="Which way.", default=Direction.ASC),
            "nulls": strawberry.field(description="Where empty values stand.", default=NullsPosition.LAST),
        },
    )
    return strawberry.input(made, description=f"One sort key of a list of {name} records."), enum


RELATED_SORTS = ("name", "position")


@dataclass(frozen=True)
class Sortable:
    """What a list can be sorted by: a column of `cls`, which a to-one column leads to if there is a `through`."""

    field: str
    cls: type[Any]
    column: str
    through: str | None = None


def sort_columns(cls: type[Any]) -> dict[str, Sortable]:
    """Sort enum value → what it sorts by."""
    about = readable_of(cls)
    found = own_sorts(cls)
    for one in definition_of(cls).fields:
        source = about.sources.get(one.python_name)
        if isinstance(source, Related):
            module, target = source.target.split(".")
            other = getattr(sys.modules[f"api.schema.{module}"], target)
            for key, sort in own_sorts(other).items():
                if key.lower() in RELATED_SORTS:
                    field = f"{camel(one.python_name)}.{sort.field}"
                    name = f"{one.python_name.upper()}_{key}"
                    found[name] = Sortable(field, other, sort.column, source.source.column)
    return found


def own_sorts(cls: type[Any]) -> dict[str, Sortable]:
    about = readable_of(cls)
    found: dict[str, Sortable] = {}
    for one in definition_of(cls).fields:
        source, python_name = about.sources.get(one.python_name), one.python_name
        key = source.column if isinstance(source, MoneyOf) else source if isinstance(source, str) else python_name
        column = about.columns.get(key)
        if column is not None and not isinstance(source, Related) and info_of(column).get("sort"):
            found[python_name.upper()] = Sortable(camel(python_name), cls, key)
    return found
