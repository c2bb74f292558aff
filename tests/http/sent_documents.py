"""Registering documents and tokens of each mode, for tests of who may send what."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from api.domain import documents, tokens
from api.domain.tokens import DocumentMode
from tests.graphql_client import SECRET, bearer
from tests.people import OpenAs

NAME = "{ viewer { name } }"
REGISTERED = f"query Registered {NAME}"
FREE = f"query Free {NAME}"
MUTATION = 'mutation Create { accountCreate(input: {name: "Acme"}) { outcome } }'


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def document_id(text: str) -> str:
    return f"sha256:{sha256(text)}"


def automatic(text: str) -> dict[str, object]:
    """What Apollo's clients put into `extensions`."""
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}


def in_query_string(members: Mapping[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in members.items()}


async def register(open_as: OpenAs, texts: Sequence[str]) -> None:
    async with open_as() as work:
        await documents.register(work, texts, "tests")


async def retire(open_as: OpenAs, text: str) -> None:
    async with open_as() as work:
        await documents.retire(work, sha256(text))


async def token_of_mode(open_as: OpenAs, mode: DocumentMode, user_id: UUID | None = None) -> dict[str, str]:
    """The Authorization header of a new token."""
    pepper = tokens.pepper(SECRET)
    async with open_as() as work:
        _, text = await tokens.create(work, "admin", "test", pepper=pepper, user_id=user_id, documents=mode)
    return bearer(text)
