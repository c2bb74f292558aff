"""Why a WebSocket is closed: one table, public and closed as the codes of errors are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Close(IntEnum):
    """Those of 4400 to 4429 are graphql-transport-ws's own, below are RFC 6455's; 4480 is ours."""

    TOO_LARGE = 1009
    SILENT = 1011
    STOPPING = 1012
    LATER = 1013
    MALFORMED = 4400
    UNACKNOWLEDGED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    SAME_ID = 4409
    TOO_MANY = 4429
    SLOW = 4480
    INTERNAL = 4500


MEANINGS: Mapping[Close, str] = MappingProxyType(
    {
        Close.TOO_LARGE: "A message has more than 65,536 bytes.",
        Close.SILENT: "A ping was not answered within 10 seconds.",
        Close.STOPPING: "The server stops or starts anew; connect again and resume with `after`.",
        Close.LATER: "The database, or the issuer of JWTs, does not answer at the moment.",
        Close.MALFORMED: "A message is not one of graphql-transport-ws, or not well-formed.",
        Close.UNACKNOWLEDGED: "`subscribe` came before `connection_ack`.",
        Close.FORBIDDEN: "The token is missing, wrong, expired or revoked.",
        Close.SUBPROTOCOL: "The subprotocol is not graphql-transport-ws.",
        Close.INIT_TIMEOUT: "`connection_init` did not come within 10 seconds.",
        Close.SAME_ID: "A subscription with this id is running already.",
        Close.TOO_MANY: "Too many connections of one principal, too many messages, or a second `connection_init`.",
        Close.SLOW: "Messages were not read for 5 seconds; connect again and resume with `after`.",
        Close.INTERNAL: "Something went wrong on the server.",
    }
)


@dataclass(eq=False)
class Closing(Exception):
    """The connection is to be closed. The reason, at most 123 bytes, is ours and quotes nothing of the caller."""

    code: Close
    reason: str

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"
