"""A small catalog for the passes' doctests; the product's own is built by `api.schema.binding`."""

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, NameNode
from sqlalchemy import Column as TableColumn
from sqlalchemy import DateTime, MetaData, Table, Text, Uuid, true

from .arguments import Group, Items, Leaf, Tree, constant
from .catalog import Column, Entity, ToOne, Value
from .ir import Kind, Read

accounts = Table(
    "accounts",
    MetaData(),
    TableColumn("tenant_id", Uuid, primary_key=True),
    TableColumn("id", Uuid, primary_key=True),
    TableColumn("name", Text),
    TableColumn("name_sort", Text),
    TableColumn("owner_id", Uuid),
    TableColumn("created_at", DateTime(timezone=True)),
    TableColumn("archived_at", DateTime(timezone=True)),
)
name = Column("name", "name_sort", "text")
account = Entity(
    "Account",
    accounts,
    fields={"name": Value(lambda row, _scope: row.name), "parent": ToOne("owner_id")},
    targets={"parent": "Account"},
    prefix="acc",
    visible=lambda _row, _context: true(),
    filters={"name": name},
    sorts={"NAME": name, "CREATED_AT": Column("createdAt", "created_at", "timestamp")},
)

link = Entity(
    "Link",
    Table(
        "links",
        MetaData(),
        TableColumn("tenant_id", Uuid, primary_key=True),
        TableColumn("article_id", Uuid, primary_key=True),
        TableColumn("case_id", Uuid, primary_key=True),
    ),
    fields={},
    targets={},
    visible=lambda _row, _context: true(),
)


def leaf(value: Any) -> Leaf:
    return Leaf(constant(value), value)


by_name: Mapping[str, Tree] = {"orderBy": Items((Group({"field": leaf("NAME")}),))}
named: Mapping[str, Tree] = {"filter": Group({"name": Group({"eq": leaf("Acme")})})}


def read(entity: Entity, *, kind: Kind = "one", arguments: Mapping[str, Tree] | None = None, **more: Any) -> Read:
    """A read of nothing in particular; `more` sets any of its fields."""
    node = FieldNode(name=NameNode(value="example"))
    return Read("example", kind, entity, "Query.example", arguments or {}, node, **more)
