"""What all records have in common."""

from datetime import datetime
from decimal import Decimal

import strawberry

from .scalars import CurrencyCode


@strawberry.interface(description="Anything with an id of its own. Ids are opaque; keep them, do not take them apart.")
class Node:
    id: strawberry.ID = strawberry.field(description="Unique in the whole API, for ever.")


@strawberry.interface(description="A record that is versioned, audited, and archived instead of deleted.")
class Record(Node):
    version: int = strawberry.field(description="Starts at 1 and rises by 1 with each committed change.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was last changed.")
    archived_at: datetime | None = strawberry.field(description="When it was archived; null for a live record.")


@strawberry.type(description="An amount of money in one currency.")
class Money:
    amount: Decimal = strawberry.field(description="Major units with exactly the currency's decimal digits.")
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code.")
