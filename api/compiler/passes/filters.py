"""`filter`, `where` and `includeArchived` → predicates on catalog columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import FieldNode

from api.compiler.arguments import Group, Items, Leaf, Leaves, Null, Tree
from api.compiler.catalog import Column, Entity, ToMany, ToOne
from api.compiler.errors import RequestError
from api.compiler.ir import (
    AllOf,
    AnyOf,
    Archived,
    Compare,
    Found,
    MoneyCompare,
    Near,
    Not,
    Predicate,
    Read,
    ReadPlan,
    Related,
    RelatedMany,
)
from api.compiler.request import Getter, Request

MOST_PREDICATES = 50
DEEPEST = 5
MOST_VALUES = 250
RELATIVE = frozenset({"inLast", "inNext"})
Path = tuple[str, ...]


def apply_filters(plan: ReadPlan) -> ReadPlan:
    """Turn filter arguments into predicates; an explicit null or a forgotten operator is refused, not ignored.

    A filter that is silently dropped returns, or changes, every row of the table.

    >>> from api.compiler.examples import account, named, read
    >>> plan = apply_filters(ReadPlan((("a", (read(account, kind="page", arguments=named),)),)))
    >>> [type(part).__name__ for part in plan.roots[0][1][0].where]
    ['Archived', 'AllOf']
    """

    def apply(read: Read) -> Read:
        about = plan.entities[read.entity.filtered] if read.entity.filtered else read.entity
        if read.where or about.table is None:
            return read
        where: list[Predicate] = []
        if read.kind == "page" and read.entity.archivable and not flag(read.arguments.get("includeArchived")):
            where.append(Archived(archived=False))
        tree = read.arguments.get("filter")
        if isinstance(tree, Group):
            where.append(Filter(plan.entities, read.node).all_of(tree, about, ("filter",)))
        reference = read.arguments.get("where")
        if isinstance(reference, Group) and read.kind == "one":
            where.append(found(reference, read))
        return replace(read, where=tuple(where))

    return plan.map(apply)


def flag(tree: Tree | None) -> bool:
    return isinstance(tree, Leaf) and bool(tree.value)


def found(reference: Group, read: Read) -> Found:
    """The one key that a reference gives; the schema has made sure that it is exactly one."""
    ((name, tree),) = reference.fields.items()
    if isinstance(tree, Null):
        raise RequestError("BAD_USER_INPUT", "a reference cannot be null", ("where", name), [read.node])
    return Found(name, tree)


@dataclass
class Filter:
    """One filter argument being read, and how much of it there is."""

    entities: Mapping[str, Entity]
    node: FieldNode
    seen: int = field(default=0)

    def all_of(self, group: Group, entity: Entity, path: Path, depth: int = 1) -> Predicate:
        """The fields of one object, ANDed. `{}` is everything."""
        if depth > DEEPEST:
            raise self.error(f"filters nest at most {DEEPEST} deep", path)
        if not group.fields:
            self.count(path)
        return AllOf(tuple(self.one(name, tree, entity, (*path, name), depth) for name, tree in group.fields.items()))

    def one(self, name: str, tree: Tree, entity: Entity, path: Path, depth: int) -> Predicate:
        if isinstance(tree, Null):
            raise self.error("null is not a filter; leave the field out, or use isNull", path)
        if name in {"and", "or"} and isinstance(tree, Items):
            parts = tuple(
                self.all_of(item, entity, (*path, str(at)), depth + 1)
                for at, item in enumerate(tree.items)
                if isinstance(item, Group)
            )
            return AllOf(parts) if name == "and" else AnyOf(parts)
        if name == "isNull":
            raise self.error("isNull stands directly in the filter of a related record", path)
        if not isinstance(tree, Group):
            raise self.error("this filter needs an object", path)
        if name == "not":
            return Not(self.all_of(tree, entity, path, depth + 1))
        source = entity.fields.get(name)
        if isinstance(source, ToOne):
            return self.related(source, self.entities[entity.targets[name]], tree, path, depth)
        if isinstance(source, ToMany):
            return self.related_many(source, self.entities[entity.targets[name]], tree, path, depth)
        column = entity.filters[name]
        return self.money(column, tree, path) if column.kind == "money" else self.column(column, tree, path)

    def related(self, source: ToOne, target: Entity, tree: Group, path: Path, depth: int) -> Predicate:
        """A filter on the record a field points at; `isNull: true` means that there is none to be seen."""
        rest = Group({name: part for name, part in tree.fields.items() if name != "isNull"})
        related = Related(source, target, self.all_of(rest, target, path, depth + 1))
        absent = tree.fields.get("isNull")
        if isinstance(absent, Null):
            raise self.error("null is not a filter; give true or false", (*path, "isNull"))
        if absent is None or not flag(absent):
            return related
        return AllOf((Not(Related(source, target, AllOf(()))), *((AnyOf(()),) if rest.fields else ())))

    def related_many(self, source: ToMany, target: Entity, tree: Group, path: Path, depth: int) -> Predicate:
        """A filter on a list: all of the given quantifiers hold."""
        found: list[Predicate] = []
        for name, part in tree.fields.items():
            if not isinstance(part, Group):
                raise self.error("this filter needs an object", (*path, name))
            if name == "count":
                counts = tuple(
                    (operator, self.value(one, (*path, name, operator))) for operator, one in part.fields.items()
                )
                found.append(RelatedMany(source, target, "count", AllOf(()), counts))
            else:
                inner = self.all_of(part, target, (*path, name), depth + 1)
                found.append(RelatedMany(source, target, name, inner))  # type: ignore[arg-type] # some, none, every
        return AllOf(tuple(found))

    def column(self, column: Column, tree: Group, path: Path) -> Predicate:
        if not tree.fields:
            self.count(path)
        return AllOf(tuple(self.condition(column, operator, value, path) for operator, value in tree.fields.items()))

    def condition(self, column: Column, operator: str, tree: Tree, path: Path) -> Predicate:
        value = self.value(tree, (*path, operator))
        if operator in RELATIVE and isinstance(value, Leaf):
            return Near(column, operator == "inNext", value)
        return Compare(column, operator, value)

    def money(self, column: Column, tree: Group, path: Path) -> Predicate:
        currency, amount = tree.fields.get("currency"), tree.fields.get("amount")
        if not isinstance(currency, Leaf) or not isinstance(amount, Group):
            raise self.error("a money filter needs a currency and an amount", path)
        if not amount.fields:
            self.count(path)
            return MoneyCompare(column, currency, "any", currency)
        return AllOf(
            tuple(
                MoneyCompare(column, currency, operator, self.value(value, (*path, "amount", operator)))
                for operator, value in amount.fields.items()
            )
        )

    def value(self, tree: Tree, path: Path) -> Leaf | Leaves:
        self.count(path)
        if isinstance(tree, Leaf) and tree.value is not None:
            return tree
        if isinstance(tree, Leaves) and None not in tree.values:
            return Leaves(self.bounded(tree, path), tree.values)
        raise self.error("null is not a value to compare with; use isNull", path)

    def count(self, path: Path) -> None:
        self.seen += 1
        if self.seen > MOST_PREDICATES:
            raise self.error(f"at most {MOST_PREDICATES} conditions in one filter", path)

    def bounded(self, tree: Leaves, path: Path) -> Getter:
        if len(tree.values) > MOST_VALUES:
            raise self.error(f"at most {MOST_VALUES} values in one list", path)

        def get(request: Request) -> list[Any]:
            values = tree.get(request)
            if len(values) > MOST_VALUES or None in values:
                raise self.error(f"at most {MOST_VALUES} values in one list, none of them null", path)
            return list(values)

        return get

    def error(self, message: str, path: Path) -> RequestError:
        return RequestError("INVALID_FILTER", message, path, [self.node])
