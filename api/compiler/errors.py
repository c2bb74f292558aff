"""Mistakes of the calling program, found while a request is compiled or its values are bound."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLError, Node


@dataclass(eq=False)
class RequestError(Exception):
    """A request that cannot be answered: a stable code of the closed list, a sentence, where in the document.

    Codes used here: BAD_USER_INPUT, BAD_CURSOR, BAD_PAGINATION, INVALID_FILTER, QUERY_TOO_EXPENSIVE.
    """

    code: str
    message: str
    path: tuple[str, ...] = ()  # leads into the arguments, in GraphQL names
    nodes: Sequence[Node] = ()

    def __str__(self) -> str:
        return self.message

    def located(self) -> GraphQLError:
        """The error in GraphQL's own form, with the locations of its nodes."""
        extensions = {"code": self.code, **({"argument": list(self.path)} if self.path else {})}
        return GraphQLError(self.message, nodes=list(self.nodes) or None, extensions=extensions)


@dataclass(eq=False)
class RequestErrors(Exception):
    """Several errors of one request, as when variables do not fit their types."""

    errors: Sequence[GraphQLError]
    code: str = "BAD_USER_INPUT"

    def __str__(self) -> str:
        return "; ".join(error.message for error in self.errors)
