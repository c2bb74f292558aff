"""What a statement reads: its table references, and whether each is tied to the tenant's parameter.

Rings of protection: row-level security is the second, the predicate `tenant_id = $n` on every reference the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pglast
from pglast import ast
from pglast.enums import BoolExprType
from pglast.visitors import Visitor

Column = tuple[int, str, str]  # scope, alias, column


@dataclass
class Scope:
    """One SELECT: its number, the aliases of its FROM, the SELECT around it."""

    number: int
    outer: "Scope | None"
    aliases: set[str] = field(default_factory=set)

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
    """Reads one statement."""

    def __init__(self, sql: str, tables: set[str]) -> None:
        self.tables, self.ties = tables, Ties()
        self.references: list[tuple[str, Column]] = []  # table, its tenant column
        self.count = 0
        (statement,) = pglast.parse_sql(sql)
        self.select(statement.stmt, None)

    def untied(self, parameter: int) -> list[str]:
        """The references that are not tied to the parameter."""
        root = self.ties.find(parameter)
        return [f"{table} {column[1]}" for table, column in self.references if self.ties.find(column) != root]

    def select(self, node: Any, outer: Scope | None) -> Scope:
        self.count += 1
        scope = Scope(self.count, outer)
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
                key = "id" if node.relname == "tenants" else "tenant_id"
                self.references.append((node.relname, (scope.number, alias, key)))
        elif is_a(node, ast.RangeSubselect):
            alias = node.alias.aliasname
            scope.aliases.add(alias)
            inner = self.select(node.subquery, scope)
            for target in node.subquery.targetList or ():  # a VALUES list has none
                if isinstance(target.val, ast.ColumnRef):
                    column = self.column(target.val, inner)
                    self.ties.tie((scope.number, alias, target.name or column[2]), column)
        else:
            scope.aliases.add(node.alias.aliasname)

    def conjuncts(self, node: Any, scope: Scope) -> None:
        if is_a(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
            for one in node.args:
                self.conjuncts(one, scope)
        elif is_a(node, ast.A_Expr) and node.name[0].sval == "=":
            sides = [self.side(one, scope) for one in (node.lexpr, node.rexpr)]
            if None not in sides:
                self.ties.tie(*sides)

    def side(self, node: Any, scope: Scope) -> Any:
        if is_a(node, ast.ParamRef):
            return node.number
        return self.column(node, scope) if is_a(node, ast.ColumnRef) and len(node.fields) == 2 else None

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


class Leaves(Visitor):
    """Constants and parameters of a statement."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.numbers: set[int] = set()
        self.parameters: set[int] = set()

    def visit_A_Const(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - named by the node
        value = node.val
        if is_a(value, ast.String):
            self.texts.add(value.sval)
        elif is_a(value, ast.Integer):
            self.numbers.add(value.ival)

    def visit_ParamRef(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - named by the node
        self.parameters.add(node.number)


def leaves_of(sql: str) -> Leaves:
    leaves = Leaves()
    leaves(pglast.parse_sql(sql))
    return leaves
