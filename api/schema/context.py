"""What a mutation's resolvers get to work with, and how they read records back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import orjson
from graphql import DocumentNode, FieldNode, GraphQLResolveInfo, SelectionSetNode, get_named_type
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.compiler import Cache, Statement
from api.db.writes import WriteSession
from api.domain.kernel import Viewer, Work
from api.domain.webhooks import Sealer
from api.outbound.guard import Guard

if TYPE_CHECKING:
    from .reading import Reads


class Sending(Protocol):
    """What commands about webhooks need besides the database: who may be sent to, the keys of secrets, the feed."""

    guard: Guard
    sealer: Sealer

    def check_document(self, viewer: Viewer, text: str) -> None:
        """Raises Invalid unless the viewer may have a webhook with this document."""

    async def preview(self, viewer: Viewer, text: str, event: tuple[str, datetime, int]) -> str | None:
        """The body that the viewer's endpoint would send for an event: type, instant, position; None for nothing.

        Raises:
            Invalid: the document is none for the viewer, or the body is too long.
        """


# Nodes are told apart by identity, which is theirs alone as long as the entry holds their document.
SELECTED: Cache[tuple[DocumentNode, dict[str, list[SelectionSetNode]]]] = Cache(1_000)


@dataclass
class Context:
    """One mutation request."""

    viewer: Viewer
    sessions: async_sessionmaker[WriteSession]
    document: DocumentNode
    variables: Mapping[str, Any]
    shape: Hashable
    request_id: str
    idempotency_key: str | None
    reads: Reads
    sending: Sending
    replayed: list[bool] = field(default_factory=list)
    unrepeatable: list[str] = field(default_factory=list)  # mutations that are committed, without an idempotency key

    async def read_in_work(
        self, work: Work, info: GraphQLResolveInfo[Any], entity: str, id: UUID, name: str
    ) -> dict[str, Any] | None:
        """Response key → the record as selected, for each place in the payload that selects the field `name`.

        Runs in the work's transaction. None when the payload does not select the record.
        """
        keys = self.selected(info, name)
        if not keys:
            return None
        statement = self.statement(entity, keys, info.field_nodes[0])
        found: dict[str, Any] = await self.fetch_in_work(work, statement, id=id)
        return found

    async def read_after(
        self, info: GraphQLResolveInfo[Any], entity: str, id: UUID, name: str
    ) -> dict[str, Any] | None:
        """As `read_in_work`, after its commit and on the pool of the reads: outsiders read as `crm_partner`."""
        keys = self.selected(info, name)
        if not keys:
            return None
        statement = self.statement(entity, keys, info.field_nodes[0])
        request = self.reads.request(self.viewer, self.variables, id=id)
        found: dict[str, Any] = orjson.loads(await self.reads.pool.fetch(statement.text, statement.parameters(request)))
        return found

    async def read_rows_in_work(
        self, work: Work, info: GraphQLResolveInfo[Any], entity: str, ids: Sequence[UUID | None], name: str
    ) -> dict[tuple[str, str], Any]:
        """(key of `results`, key of the field `name` in it) → the records, aligned with `ids`; one statement."""
        keys = self.selected_in_results(info, name)
        if not keys:
            return {}
        named = {f"{outer}.{inner}": sets for (outer, inner), sets in keys.items()}
        statement = self.statement(entity, named, info.field_nodes[0], many=True)
        text = await self.fetch_in_work(work, statement, ids=ids)
        return {key: text[f"{key[0]}.{key[1]}"] for key in keys}

    async def fetch_in_work(self, work: Work, statement: Statement, **facts: Any) -> Any:
        request = self.reads.request(self.viewer, self.variables, **facts)
        ((text,),) = await work.driven.fetch(statement.text, statement.parameters(request))
        return orjson.loads(text)

    async def read_back(self, info: GraphQLResolveInfo[Any], entity: str, id: UUID) -> Any:
        """The record that the present field stands for, outside any work."""
        sets = [node.selection_set for node in info.field_nodes if node.selection_set]
        statement = self.statement(entity, {"record": sets}, info.field_nodes[0])
        request = self.reads.request(self.viewer, self.variables, id=id)
        text = await self.reads.pool.fetch(statement.text, statement.parameters(request))
        return orjson.loads(text)["record"]

    def statement(
        self, entity: str, keys: dict[str, list[SelectionSetNode]], node: FieldNode, *, many: bool = False
    ) -> Statement:
        """The statement that reads back, compiled once for a document, shape and role.

        Nodes are told apart by identity, which is theirs alone as long as the entry holds their document.
        """
        visibility, compiler = self.reads.visibility(self.viewer), self.reads.compiler

        def compiled() -> tuple[DocumentNode, Statement]:
            made = compiler.records(self.document, entity, keys, self.variables, visibility, node=node, many=many)
            return self.document, made

        places = tuple((key, *(id(one) for one in sets)) for key, sets in keys.items())
        known = (id(self.document), entity, places, many, self.shape, self.viewer.capability.hash)
        return self.reads.read_backs.get(known, compiled)[1]

    def selected(self, info: GraphQLResolveInfo[Any], name: str) -> dict[str, list[SelectionSetNode]]:
        """Response key → selection sets of the payload's field `name`; found once for a document and shape."""

        def found() -> tuple[DocumentNode, dict[str, list[SelectionSetNode]]]:
            return self.document, self.below(info.return_type, info.field_nodes, name)

        known = (id(self.document), name, tuple(id(node) for node in info.field_nodes), self.shape)
        return SELECTED.get(known, found)[1]

    def selected_in_results(
        self, info: GraphQLResolveInfo[Any], name: str
    ) -> dict[tuple[str, str], list[SelectionSetNode]]:
        """(response key of `results`, response key below it) → selection sets of the field `name`."""
        result = get_named_type(info.return_type.fields["results"].type)  # type: ignore[union-attr]
        found = {}
        for outer, nodes in self.nodes(info.return_type, info.field_nodes, "results").items():
            for inner, sets in self.below(result, nodes, name).items():
                found[outer, inner] = sets
        return found

    def below(self, type_: Any, nodes: Sequence[FieldNode], name: str) -> dict[str, list[SelectionSetNode]]:
        return {
            key: [node.selection_set for node in found if node.selection_set]
            for key, found in self.nodes(type_, nodes, name).items()
        }

    def nodes(self, type_: Any, nodes: Sequence[FieldNode], name: str) -> dict[str, list[FieldNode]]:
        """Response key → field nodes of the field `name` among those selected below `nodes`."""
        sets = [node.selection_set for node in nodes if node.selection_set]
        fields = self.reads.compiler.selection(self.document, self.variables).fields(type_, sets)
        return {key: found for key, found in fields.items() if found[0].name.value == name}
