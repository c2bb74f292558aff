"""Reads a compiled statement back, as PostgreSQL's own grammar does, and refuses one that could show too much.

The compiler puts tenant and visibility on each table it reads; this module does not trust it. It is the first ring's
check of itself and knows nothing of how statements are made. Row-level security is the second ring.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pglast
from pglast import ast
from pglast.enums import BoolExprType, SetOperation

Column = tuple[int, str, str]  # scope, alias, column
BRANCHES = (ast.Node, tuple)
NUMBERS = frozenset({*range(102), 250, 1_000, 1_001, 10_000, 10_001, 86_400, 100_001, 1_000_000})


class Unsafe(Exception):
    """A statement that must not be run: a fault of the compiler, never of the request."""


@dataclass(frozen=True)
class Verifier:
    """What statements may be made of.

    `tables`: each tenant table and the column that holds its tenant. `words`: texts that may stand in a statement
    besides the names in the document. `hidden`: the (table, column) pairs that a principal may not have.
    """

    tables: Mapping[str, str]
    words: frozenset[str]
    hidden: Callable[[Any], frozenset[tuple[str, str]]]

    def check(self, text: str, tenant: int, names: frozenset[str], context: Any) -> None:
        """Raise Unsafe unless every table is tied to the parameter `tenant` and the rest is what it may be."""
        reader = Reader(text, self.tables)
        if reader.unread:
            raise Unsafe(f"{reader.unread} tables in a place that the verifier does not know")
        if untied := reader.untied(tenant):
            raise Unsafe(f"without the tenant: {', '.join(untied)}")
        leaves = reader.leaves
        if strange := leaves.texts - self.words - names:
            raise Unsafe(f"{len(strange)} constants that are not of the schema")
        if leaves.numbers - NUMBERS:
            raise Unsafe(f"numbers that are not of the compiler: {sorted(leaves.numbers - NUMBERS)}")
        if seen := reader.columns & self.hidden(context):
            raise Unsafe(f"hidden columns: {', '.join(sorted('.'.join(one) for one in seen))}")


@dataclass
class Scope:
    """One SELECT: its number, the aliases of its FROM, the SELECT around it; of a UNION its arms with their scopes."""

    number: int
    outer: "Scope | None"
    aliases: set[str] = field(default_factory=set)
    arms: list[tuple[Any, "Scope"]] = field(default_factory=list)

    def of(self, alias: str) -> int:
        return self.number if alias in self.aliases or self.outer is None else self.outer.of(alias)


class Ties:
    """Sets of columns and parameters that the statement makes equal."""

    def __init__(self) -> None:
        self.parents: dict[Any, Any] = {}

    def find(self, one: Any) -> Any:
        while (parent := self.parents.get(one, one)) != one:
            one = parent
        return one

    def tie(self, one: Any, other: Any) -> None:
        self.parents[self.find(one)] = self.find(other)


class Reader:
    """Reads one statement: `references` to tables with their tenant columns, named `columns` of theirs, `leaves`."""

    def __init__(self, sql: str, tables: Mapping[str, str]) -> None:
        self.tables, self.ties = tables, Ties()
        self.references: list[tuple[str, Column]] = []
        self.of_arms: list[tuple[Column, Column]] = []  # a column of a UNION, and that of an arm which it shows
        self.aliases: dict[str, set[str]] = {}
        self.count = 0
        (statement,) = pglast.parse_sql(sql)
        self.select(statement.stmt, None)
        self.leaves = Leaves(statement)
        self.unread = sum(self.leaves.tables[table] for table in tables) - len(self.references)
        self.columns = frozenset(
            (table, column) for alias, column in self.leaves.columns for table in self.aliases.get(alias, ())
        )

    def untied(self, parameter: int) -> list[str]:
        """The references that are not tied to the parameter."""
        root = self.ties.find(parameter)
        # What holds for rows of a UNION holds for those of each arm; what holds for one arm, for no other.
        while inner := [one for outer, one in self.of_arms if self.ties.find(outer) == root != self.ties.find(one)]:
            for one in inner:
                self.ties.tie(one, parameter)
        return [f"{table} {column[1]}" for table, column in self.references if self.ties.find(column) != root]

    def select(self, node: Any, outer: Scope | None) -> Scope:
        self.count += 1
        scope = Scope(self.count, outer)
        for arm in (node.larg, node.rarg):
            if arm is not None:  # of a UNION or the like
                inner = self.select(arm, outer)
                if node.op == SetOperation.SETOP_UNION:
                    scope.arms += inner.arms or [(arm, inner)]
        for one in node.fromClause or ():
            self.source(one, scope)
        for cte in node.withClause.ctes if node.withClause else ():
            self.select(cte.ctequery, scope)
        self.conjuncts(node.whereClause, scope)
        for part in (node.targetList, node.whereClause, node.sortClause, node.groupClause, node.havingClause):
            self.subselects(part, scope)
        return scope

    def source(self, node: Any, scope: Scope) -> None:
        if is_a(node, ast.JoinExpr):
            self.source(node.larg, scope)
            self.source(node.rarg, scope)
            self.conjuncts(node.quals, scope)
            self.subselects(node.quals, scope)
        elif is_a(node, ast.RangeVar):
            alias = node.alias.aliasname if node.alias else node.relname
            scope.aliases.add(alias)
            if node.relname in self.tables:
                self.aliases.setdefault(alias, set()).add(node.relname)
                self.references.append((node.relname, (scope.number, alias, self.tables[node.relname])))
        elif is_a(node, ast.RangeSubselect):
            alias = node.alias.aliasname
            scope.aliases.add(alias)
            inner = self.select(node.subquery, scope)
            arms: list[tuple[Any, Scope]] = inner.arms or [(node.subquery, inner)]
            names = [self.named(target) for target in arms[0][0].targetList or ()]  # a VALUES list has none
            for arm, within in arms:
                for name, target in zip(names, arm.targetList or (), strict=False):
                    if isinstance(target.val, ast.ColumnRef):
                        self.shown(
                            (scope.number, alias, name), self.column(target.val, within), of_arm=bool(inner.arms)
                        )
        else:
            scope.aliases.add(node.alias.aliasname)

    def shown(self, outer: Column, inner: Column, *, of_arm: bool) -> None:
        if of_arm:
            self.of_arms.append((outer, inner))
        else:
            self.ties.tie(outer, inner)

    @staticmethod
    def named(target: Any) -> Any:
        value: Any = target.val
        return target.name or (value.fields[-1].sval if is_a(value, ast.ColumnRef) else None)

    def conjuncts(self, node: Any, scope: Scope) -> None:
        if is_a(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
            for one in node.args:
                self.conjuncts(one, scope)
        elif is_a(node, ast.A_Expr) and node.name and node.name[0].sval == "=":
            sides = [self.side(one, scope) for one in (node.lexpr, node.rexpr)]
            if None not in sides:
                self.ties.tie(*sides)

    def side(self, node: Any, scope: Scope) -> Any:
        if is_a(node, ast.ParamRef):
            return node.number
        return self.column(node, scope) if is_a(node, ast.ColumnRef) and len(node.fields) == 2 else None  # noqa: PLR2004 - alias and column

    def column(self, node: Any, scope: Scope) -> Column:
        alias, name = (one.sval for one in node.fields)
        return scope.of(alias), alias, name

    def subselects(self, nodes: Any, scope: Scope) -> None:
        for node in found(nodes, ast.SelectStmt):
            self.select(node, scope)


def is_a(node: Any, kind: type[Any]) -> bool:
    """As `isinstance`, of which mypy would conclude that the grammar's optional parts may be missing."""
    return isinstance(node, kind)


def found(root: Any, kind: type[Any]) -> Iterator[Any]:
    """The nodes of a kind below a node, the outermost only."""
    if isinstance(root, kind):
        yield root
    elif isinstance(root, tuple):
        for one in root:
            yield from found(one, kind)
    elif isinstance(root, ast.Node):
        for name in root:
            yield from found(getattr(root, name), kind)


def nodes_in(root: Any) -> Iterator[ast.Node]:
    """Every node of a tree, in no order; pglast's own visitor takes three times as long to build their ancestors."""
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += one
        elif isinstance(one, ast.Node):
            yield one
            waiting += [below for name in one if isinstance(below := getattr(one, name), BRANCHES)]


class Leaves:
    """What a statement is made of. `columns`: alias and name, of a whole row `*`; `tables`: how often each is read."""

    def __init__(self, statement: ast.RawStmt) -> None:
        self.texts: set[str] = set()
        self.numbers: set[int] = set()
        self.parameters: set[int] = set()
        self.columns: set[tuple[str, str]] = set()
        self.tables: Counter[str] = Counter()
        for node in nodes_in(statement):
            self.enter(node)

    def enter(self, node: Any) -> None:
        if is_a(node, ast.ColumnRef):
            parts = [str(one.sval) if is_a(one, ast.String) else "*" for one in node.fields]
            if len(parts) == 2:  # noqa: PLR2004 - alias and column
                self.columns.add((parts[0], parts[1]))
        elif is_a(node, ast.A_Const) and is_a(node.val, ast.String):
            self.texts.add(node.val.sval)
        elif is_a(node, ast.A_Const) and is_a(node.val, ast.Integer):
            self.numbers.add(node.val.ival)
        elif is_a(node, ast.ParamRef):
            self.parameters.add(node.number)
        elif is_a(node, ast.RangeVar):
            self.tables[node.relname] += 1
