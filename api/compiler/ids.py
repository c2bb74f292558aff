"""Ids in arguments: from their wire form to uuids."""

from typing import Any
from uuid import UUID

from graphql import FieldNode

from .arguments import PREFIX, Leaf, Leaves, converted
from .errors import RequestError
from .ir import Read
from .request import Getter

MOST_IDS = 250


def value_getter(read: Read, name: str) -> Getter:
    tree = read.arguments[name]
    if not isinstance(tree, Leaf | Leaves):
        raise TypeError(f"{read.owner}({name}:) is not a scalar")
    return tree.get


def uuid_of(get: Getter, read: Read) -> Getter:
    prefix, node = read.entity.prefix or "", read.node
    return converted(get, lambda text: wire_uuid(prefix, text, node))


def uuids_of(get: Getter, read: Read) -> Getter:
    def uuids(texts: Any) -> list[UUID]:
        if len(texts) > MOST_IDS:
            raise RequestError("BAD_USER_INPUT", f"at most {MOST_IDS} ids in one field", ("ids",), [read.node])
        return [wire_uuid(str(text)[:3], text, read.node) for text in texts]

    return converted(get, uuids)


def prefixes_of(get: Getter) -> Getter:
    return converted(get, lambda texts: [str(text)[:3] for text in texts])


def wire_uuid(prefix: str, text: Any, node: FieldNode | None = None) -> UUID:
    """The id behind its wire form.

    Raises:
        RequestError: BAD_USER_INPUT when it has another prefix or another form.
    """
    match = PREFIX.fullmatch(str(text))
    if match is None or match[1] != prefix:
        message = f"{str(text)[:100]!r} is not an id of this type; it looks like {prefix}_ and 32 hex digits"
        raise RequestError("BAD_USER_INPUT", message, ("id",), [node] if node else ())
    return UUID(match[0][4:])
