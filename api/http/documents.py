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
from api.http.errors import Refused, of_graphql
from api.http.introspection import Parts, split
from api.http.limits import Limits
from api.http.strict_json import refuse_unstorable_text

MOST_ERRORS = 10
TOO_MANY_TOKENS = "tokens. Parsing aborted"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, taken apart into what data and what the schema answers."""

    node: OperationDefinitionNode
    parts: Parts


@dataclass(frozen=True, slots=True)
class Document:
    """A document that fits the schema; `key` stands for its text."""

    key: bytes
    node: DocumentNode
    operations: tuple[Operation, ...]
    tokens: int

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
        self._limits = limits
        self._held: OrderedDict[bytes, Document] = OrderedDict()
        self._room = tokens_held

    def get(self, text: str) -> Document:
        """Raise `Refused` for a document that cannot be run; it is not kept."""
        if len(text) > self._limits.characters:
            most = f"{self._limits.characters:,} characters"
            raise Refused(
                "QUERY_TOO_EXPENSIVE", f"The document has {len(text):,} characters; at most {most} are allowed."
            )
        key = hashlib.sha256(text.encode()).digest()
        document = self._held.get(key)
        if document is not None:
            self._held.move_to_end(key)
            return document
        document = self._made(key, text)
        self._held[key] = document
        self._room -= document.tokens
        while self._room < 0:
            _, dropped = self._held.popitem(last=False)
            self._room += dropped.tokens
        return document

    def _made(self, key: bytes, text: str) -> Document:
        node = self._parsed(text)
        if "\\u" in text:  # an escape is the only way a document can bring in U+0000
            visit(node, StorableStrings())
        document_limits.check(node, self._limits)
        errors = validate(self._schema, node, max_errors=MOST_ERRORS, hide_suggestions=True)
        if errors:
            raise of_graphql("GRAPHQL_VALIDATION_FAILED", errors)
        operations = [part for part in node.definitions if isinstance(part, OperationDefinitionNode)]
        if not operations:
            raise Refused("GRAPHQL_VALIDATION_FAILED", "The document contains no operation.")
        taken_apart = tuple(Operation(operation, split(node, operation)) for operation in operations)
        return Document(key, node, taken_apart, node.token_count or 1)

    def _parsed(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            if TOO_MANY_TOKENS in error.message:
                most = f"at most {self._limits.tokens:,} are allowed"
                raise Refused("QUERY_TOO_EXPENSIVE", f"The document has too many tokens; {most}.") from error
            raise of_graphql("GRAPHQL_PARSE_FAILED", [error]) from error


class StorableStrings(Visitor):
    """Refuses string values that no text column can hold."""

    def enter_string_value(self, node: StringValueNode, *_args: object) -> None:
        refuse_unstorable_text(node.value)
