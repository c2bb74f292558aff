"""The read plan: the tree every pass takes and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from graphql import FieldNode

from .arguments import Leaf, Leaves, Tree
from .catalog import Column, Composite, Entity, Expression, Source, Through, ToMany, ToOne, Value
from .request import Getter

Kind = Literal["one", "page", "list", "node", "nodes", "row", "rows"]


@dataclass(frozen=True, slots=True)
class Compare:
    """A column against a value. `value` is a leaf, a list, or for IS_NULL the wanted truth."""

    column: Column
    operator: str  # eq ne in notIn lt lte gt gte startsWith isNull
    value: Leaf | Leaves


@dataclass(frozen=True, slots=True)
class MoneyCompare:
    """An amount in a currency against a value: rows of other currencies never match."""

    column: Column
    currency: Leaf
    operator: str
    value: Leaf | Leaves


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The set complement: true where the part is false or unknown."""

    part: Predicate


@dataclass(frozen=True, slots=True)
class Related:
    """The record a to-one relation points at exists, is visible, and fits."""

    relation: ToOne
    entity: Entity
    part: Predicate


@dataclass(frozen=True, slots=True)
class RelatedMany:
    """Of the live, visible records that a to-many relation leads to: some, none, every one fits, or their number does.

    `counts`: (operator, value) pairs that the number of fitting records must satisfy.
    """

    relation: ToMany
    entity: Entity
    quantifier: Literal["some", "none", "every", "count"]
    part: Predicate
    counts: tuple[tuple[str, Leaf | Leaves], ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A time within a duration (ISO 8601 text) before or after now; a day is compared with the tenant's today."""

    column: Column
    ahead: bool
    duration: Leaf


@dataclass(frozen=True, slots=True)
class Archived:
    """The row is, or is not, archived."""

    archived: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The row that a unique reference names."""

    name: str
    tree: Tree


Predicate = Compare | MoneyCompare | AllOf | AnyOf | Not | Related | RelatedMany | Near | Archived | Found


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key. `nulls_first` only matters for a nullable column."""

    column: str
    kind: str = "text"
    descending: bool = False
    nullable: bool = False
    nulls_first: bool = False
    through: Through | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A window on an ordered list. `size` is a getter of the number of rows wanted."""

    size: Getter
    backward: bool = False
    after: Getter | None = None
    before: Getter | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """How a row hangs on its parent: its `column` equals the parent's `key`; `constants` are further equalities.

    `via` is computed from the parent's row and takes the place of its key.
    """

    column: str
    key: str
    constants: Mapping[str, str] = field(default_factory=dict)
    via: Expression | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A selected leaf."""

    key: str
    source: Value


@dataclass(frozen=True, slots=True)
class Constant:
    """A selected value that does not depend on the row: `__typename`."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Object:
    """A selected object made of the row itself; `members` are (response key, field)."""

    key: str
    source: Composite
    members: tuple[tuple[str, str], ...]
    typename: str


@dataclass(frozen=True, slots=True)
class GroupKeys:
    """The selected keys of an aggregate row: for each grouping its field, and response key → read of its record."""

    key: str
    members: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, tuple[tuple[str, Read], ...]], ...]
    typename: str

    def change(self, change: Callable[[Read], Read]) -> GroupKeys:
        groups = ((name, tuple((key, change(read)) for key, read in reads)) for name, reads in self.groups)
        return replace(self, groups=tuple(groups))


@dataclass(frozen=True, slots=True)
class Either:
    """A record of any of several types: a read for each; at most one of them finds something."""

    key: str
    reads: tuple[Read, ...]

    def change(self, change: Callable[[Read], Read]) -> Either:
        return replace(self, reads=tuple(map(change, self.reads)))


@dataclass(frozen=True, slots=True)
class AnyVariant:
    """The row itself as one of several types: for each value of the column what is selected of it then."""

    key: str
    column: str
    reads: tuple[tuple[str, Read], ...]

    def change(self, change: Callable[[Read], Read]) -> AnyVariant:
        return replace(self, reads=tuple((value, change(read)) for value, read in self.reads))


@dataclass(frozen=True, slots=True)
class Selected:
    """What is asked of a connection: response key, part, (response key, field) below it, the bound of a count.

    `reads`: response key → what is selected of the records there; an edge may have its node under several keys.
    """

    key: str
    part: Literal["nodes", "edges", "pageInfo", "totalCount", "position", "__typename"]
    members: tuple[tuple[str, str], ...] = ()
    reads: tuple[tuple[str, Read], ...] = ()
    up_to: Getter | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One table read; the reads among `items` are made for each of its rows.

    A page's own rows are read once; `selected` says what of the connection is wanted, and its nodes' items are
    in the reads there, which share this read's entity.
    """

    key: str
    kind: Kind
    entity: Entity
    owner: str  # Type.field, the connection a cursor belongs to
    arguments: Mapping[str, Tree]
    node: FieldNode
    items: tuple[Any, ...] = ()
    selected: tuple[Selected, ...] = ()
    relation: ToOne | ToMany | None = None
    link: Link | None = None
    when: tuple[str, str] | None = None  # only where this column of the parent has this value
    guarded: bool = False
    where: tuple[Predicate, ...] = ()
    order: tuple[Order, ...] = ()
    page: Page | None = None
    counts: bool = False
    more: bool = False
    ids: Getter | None = None
    alias: str = ""

    def map(self, change: Callable[[Read], Read]) -> Read:
        """Apply `change` to every read of the tree, leaves first. What is not changed stays the same object."""

        def item(one: Any) -> Any:
            if isinstance(one, Read):
                return one.map(change)
            if isinstance(one, GroupKeys | Either | AnyVariant):
                return one.change(lambda read: read.map(change))
            return one

        def inside(read: Read) -> Read:
            items = tuple(map(item, read.items))
            return read if same(items, read.items) else replace(read, items=items)

        def within(part: Selected) -> Selected:
            reads = tuple((key, inside(read)) for key, read in part.reads)
            kept = all(new is old for (_, new), (_, old) in zip(reads, part.reads, strict=True))
            return part if kept else replace(part, reads=reads)

        read, selected = inside(self), tuple(map(within, self.selected))
        return change(read if same(selected, self.selected) else replace(read, selected=selected))


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """One operation: its root fields in response order. A root is a read, or a constant (`__typename`)."""

    roots: tuple[tuple[str, tuple[Read, ...] | str], ...]
    entities: Mapping[str, Entity] = field(default_factory=dict)

    def map(self, change: Callable[[Read], Read]) -> ReadPlan:
        return replace(
            self,
            roots=tuple(
                (key, root if isinstance(root, str) else tuple(read.map(change) for read in root))
                for key, root in self.roots
            ),
        )


def same(new: tuple[Any, ...], old: tuple[Any, ...]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def first_equal(item: Any, lists: list[Read]) -> Any:
    """The first of `lists` that reads the same as the item, which is added if there is none: one will do for all."""
    if not isinstance(item, Read) or item.kind != "list":
        return item
    for one in lists:
        if replace(one, alias=item.alias) == item:
            return one
    lists.append(item)
    return item


def height(read: Read) -> int:
    """How many records hang below each other, the one of this read among them, each the only one of its parent."""
    below: list[Read] = []
    for item in read.items:
        if isinstance(item, GroupKeys):
            below += [one for _, reads in item.groups for _, one in reads]
        elif isinstance(item, Either):
            below += item.reads
        elif isinstance(item, AnyVariant):
            below += [one for _, read in item.reads for one in read.items if isinstance(one, Read)]
        elif isinstance(item, Read) and item.kind == "one" and not item.entity.elements:
            below.append(item)
    return 1 + max(map(height, below), default=0)


__all__ = [
    "AllOf",
    "AnyOf",
    "AnyVariant",
    "Archived",
    "Compare",
    "Constant",
    "Either",
    "Found",
    "GroupKeys",
    "Kind",
    "Link",
    "MoneyCompare",
    "Near",
    "Not",
    "Object",
    "Order",
    "Page",
    "Predicate",
    "Read",
    "ReadPlan",
    "Related",
    "RelatedMany",
    "Scalar",
    "Selected",
    "Source",
    "first_equal",
    "height",
]
