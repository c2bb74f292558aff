"""GraphQL documents by their SHA-256: parsed, measured and validated once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from api.http import limits as document_limits
from api.http.cost import Costing, Prices, costings
from api.http.errors import Refused, of_graphql
from api.http.introspection import Parts, split
from api.http.limits import Limits
from api.http.strict_json import refuse_unstorable_text
from api.schema.deprecations import Deprecated

MOST_ERRORS = 10
DIGITS = 16
TOO_MANY_TOKENS = "tokens. Parsing aborted"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, taken apart into what data and what the schema answers."""

    node: OperationDefinitionNode
    parts: Parts
    cost: Costing
    deprecated: tuple[str, ...] = ()  # coordinates of what it uses


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A document that fits the schema; `key` stands for its text, `fits` are the limits that it is within.

    `made`: those of them that it was made within, which are mostly asked for again.
    """

    key: bytes
    name: str  # for the log: the first digits of the key
    node: DocumentNode
    operations: tuple[Operation, ...]
    tokens: int
    made: Limits
    fits: set[Limits]

    def operation(self, name: str | None) -> Operation:
        """The operation to run; `name` may be left out if there is only one.

        Raises:
            Refused: BAD_USER_INPUT, no such operation, or several and no name.
        """
        if name is None:
            if len(self.operations) == 1:
                return self.operations[0]
            raise Refused("BAD_USER_INPUT", "The document has several operations; name one in operationName.")
        for operation in self.operations:
            if operation.node.name and operation.node.name.value == name:
                return operation
        raise Refused("BAD_USER_INPUT", "The document has no operation with the name given in operationName.")


class Documents:
    """The documents used last. They are bounded by tokens, because memory goes with those and not with their number."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits = document_limits.STAFF, *, tokens_held: int = 200_000
    ) -> None:
        self._schema = schema
        self._prices = Prices(schema)
        self._deprecated = Deprecated(schema)
        self.limits = limits
        self._held: OrderedDict[bytes, Document] = OrderedDict()
        self._room = tokens_held

    def key(self, text: str) -> bytes:
        """The SHA-256 of the text.

        Raises:
            Refused: QUERY_TOO_EXPENSIVE, it is too long to be looked at.
        """
        if len(text) > self.limits.characters:
            most = f"{self.limits.characters:,} characters"
            raise Refused(
                "QUERY_TOO_EXPENSIVE", f"The document has {len(text):,} characters; at most {most} are allowed."
            )
        return hashlib.sha256(text.encode()).digest()

    def held(self, key: bytes) -> Document | None:
        """The document of this hash, if it is among those used last."""
        document = self._held.get(key)
        if document is not None:
            self._held.move_to_end(key)
        return document

    def get(self, text: str, *, key: bytes | None = None, limits: Limits | None = None) -> Document:
        """The document, within these limits or our own. `key`, if the caller has it already, is that of the text.

        Raises:
            Refused: it cannot be run; it is not kept.
        """
        key, limits = key or self.key(text), limits or self.limits
        document = self.held(key)
        if document is not None:
            if limits is not document.made and limits not in document.fits:  # somebody else may have sent it
                if document.tokens > limits.tokens:
                    raise too_many_tokens(limits)
                document_limits.check(document.node, limits)
                document.fits.add(limits)
            return document
        document = self._made(key, text, limits)
        self._held[key] = document
        self._room -= document.tokens
        while self._room < 0:
            _, dropped = self._held.popitem(last=False)
            self._room += dropped.tokens
        return document

    def _made(self, key: bytes, text: str, limits: Limits) -> Document:
        """Everything that is done to a document once, when it is registered or first sent."""
        node = parsed(text, limits)
        if "\\u" in text:  # an escape is the only way a document can bring in U+0000
            visit(node, StorableStrings())
        document_limits.check(node, limits)
        costs = costings(self._prices, node, limits.cost)
        errors = validate(self._schema, node, max_errors=MOST_ERRORS, hide_suggestions=True)
        if errors:
            raise of_graphql("GRAPHQL_VALIDATION_FAILED", errors)
        operations = [part for part in node.definitions if isinstance(part, OperationDefinitionNode)]
        if not operations:
            raise Refused("GRAPHQL_VALIDATION_FAILED", "The document contains no operation.")
        found = zip(operations, costs, self._deprecated.used(node), strict=True)
        taken_apart = tuple(Operation(one, split(node, one), cost, deprecated=used) for one, cost, used in found)
        return Document(key, key.hex()[:DIGITS], node, taken_apart, node.token_count or 1, limits, {limits})


def parsed(text: str, limits: Limits) -> DocumentNode:
    try:
        return parse(text, max_tokens=limits.tokens, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        if TOO_MANY_TOKENS in error.message:
            raise too_many_tokens(limits) from error
        raise of_graphql("GRAPHQL_PARSE_FAILED", [error]) from error


def too_many_tokens(limits: Limits) -> Refused:
    most = f"at most {limits.tokens:,} are allowed"
    return Refused("QUERY_TOO_EXPENSIVE", f"The document has too many tokens; {most}.")


class StorableStrings(Visitor):
    """Refuses string values that no text column can hold."""

    def enter_string_value(self, node: StringValueNode, *_args: object) -> None:
        refuse_unstorable_text(node.value)
