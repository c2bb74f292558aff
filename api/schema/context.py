"""What a mutation's resolvers get to work with, and how they read records back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from graphql import DocumentNode, FieldNode, GraphQLResolveInfo, SelectionSetNode
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.compiler import Statement
from api.domain.kernel import Viewer, Work

if TYPE_CHECKING:
    from .reading import Reads


@dataclass
class Context:
    """One mutation request."""

    viewer: Viewer
    sessions: async_sessionmaker[AsyncSession]
    document: DocumentNode
    variables: Mapping[str, Any]
    request_id: str
    idempotency_key: str | None
    reads: Reads
    replayed: list[bool] = field(default_factory=list)

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
        request = self.reads.request(self.viewer, self.variables, id=id)
        raw = (await (await work.session.connection()).get_raw_connection()).driver_connection
        text = await raw.fetchval(statement.text, *statement.parameters(request))  # type: ignore[union-attr]
        return orjson.loads(text)  # type: ignore[no-any-return]

    async def read_back(self, info: GraphQLResolveInfo[Any], entity: str, id: UUID) -> Any:
        """The record that the present field stands for, outside any work."""
        sets = [node.selection_set for node in info.field_nodes if node.selection_set]
        statement = self.statement(entity, {"record": sets}, info.field_nodes[0])
        request = self.reads.request(self.viewer, self.variables, id=id)
        text = await self.reads.pool.fetch(statement.text, statement.parameters(request))
        return orjson.loads(text)["record"]

    def statement(self, entity: str, keys: dict[str, list[SelectionSetNode]], node: FieldNode) -> Statement:
        visibility = self.reads.visibility(self.viewer)
        return self.reads.compiler.records(self.document, entity, keys, self.variables, visibility, node=node)

    def selected(self, info: GraphQLResolveInfo[Any], name: str) -> dict[str, list[SelectionSetNode]]:
        """Response key → selection sets of the payload's field `name`."""
        payload = info.return_type
        sets = [node.selection_set for node in info.field_nodes if node.selection_set]
        selection = self.reads.compiler.selection(self.document, self.variables)
        fields = selection.fields(payload, sets)  # type: ignore[arg-type] # payloads are object types
        return {
            key: [node.selection_set for node in nodes if node.selection_set]
            for key, nodes in fields.items()
            if nodes[0].name.value == name
        }
