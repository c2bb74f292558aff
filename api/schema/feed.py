"""The feed for those who send events on: subscriptions and webhooks.

`feed_page` answers a subscription operation, as a client or the owner of an endpoint wrote it, for the events after a
position: `(position, bytes of {"data": …})` for each, in their order. What the viewer may see is asked at this moment.
`feed_start` is the `after` that the operation itself gives, and `newest` where the feed of a tenant ends.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, OperationDefinitionNode

from api.compiler import Cache, Leaf
from api.domain.kernel import Viewer

from .reading import SHAPES, Reads

FAR = str(10**18 - 1)
MOST = 100


@dataclass(frozen=True)
class Page:
    """`events`: positions and answers; `position`: how far was looked, from where to read on."""

    events: Sequence[tuple[int, bytes]]
    position: int


async def feed_page(
    reads: Reads,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    viewer: Viewer,
    *,
    key: Hashable,
    after: int,
    until: int | None = None,
    limit: int = MOST,
) -> Page:
    """At most `limit` (1 to 100) events behind `after` and not behind `until`, as the viewer may see them now.

    `reads` are those of the viewer's edition, `key` identifies document and operation. One statement; it looks at
    10,000 positions at most, so a page without events may still have a `position` to go on from.

    Raises:
        RequestErrors, RequestError: as `Reads.execute`; POSITION_EXPIRED if `after` is older than what is kept.
    """
    coerced, shape = reads.coerced(operation, variables)
    statements = reads.shapes.get(("feed", key, viewer.capability.hash), lambda: Cache(SHAPES))
    compiler, visibility = reads.compiler, reads.visibility(viewer)
    statement = statements.get(shape, lambda: compiler.feed(document, operation, coerced, visibility))
    asked = {"after": str(after), "until": FAR if until is None else str(until), "limit": limit}
    answer = orjson.loads(await reads.fetch(statement, reads.request(viewer, coerced, **asked)))
    ((name, found),) = answer.items()
    events = [(int(edge["cursor"]), orjson.dumps({"data": {name: edge["node"]}})) for edge in found["edges"]]
    return Page(events, min(int(found["position"]), until if until is not None else int(FAR)))


def feed_start(
    reads: Reads,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    viewer: Viewer,
) -> str | None:
    """The `after` that a subscription operation gives, None if it gives none.

    Raises:
        RequestErrors: variables do not fit their types.
    """
    coerced, _ = reads.coerced(operation, variables)
    selection = reads.compiler.selection(document, coerced)
    _, (node, *_) = selection.subscribed(operation)
    after = selection.arguments(node, selection.object_type("Subscription").fields[node.name.value]).get("after")
    return str(after.get(reads.request(viewer, coerced))) if isinstance(after, Leaf) else None


NEWEST = """
SELECT CASE WHEN set_config('crm.tenant', $1, true) IS NOT NULL
       THEN (SELECT coalesce(max(position), 0)::text FROM feed_heads WHERE tenant_id = $2) END"""


async def newest(reads: Reads, viewer: Viewer) -> int:
    """The position of the newest event of the viewer's tenant; 0 before the first."""
    return int(await reads.pool.fetch(NEWEST, [str(viewer.tenant), viewer.tenant]))
