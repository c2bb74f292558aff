"""What a caller may say over graphql-transport-ws. Anything else closes the connection.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from api.http import strict_json
from api.http.envelope import Envelope, envelope
from api.http.errors import Refused
from api.http.subscriptions.closes import Close, Closing

LONGEST_ID = 128
AUTHORIZATION = "authorization"


class Init(NamedTuple):
    """`authorization`: what the payload has under that name, in whatever case."""

    authorization: str | None


class Subscribe(NamedTuple):
    id: str
    envelope: Envelope


class Complete(NamedTuple):
    id: str


class Ping(NamedTuple):
    pass


class Pong(NamedTuple):
    pass


Message = Init | Subscribe | Complete | Ping | Pong


def read(frame: Mapping[str, Any]) -> Message:
    """The message in an ASGI event.

    Raises:
        Closing: it is none.
    """
    text = frame.get("text")
    if text is None:
        raise malformed("Messages are text, not binary.")
    try:
        members = strict_json.loads(text.encode())
    except (Refused, UnicodeEncodeError) as error:
        raise malformed("A message is not strict JSON.") from error
    if not isinstance(members, dict):
        raise malformed("A message is a JSON object.")
    kind = members.get("type")
    maker = MAKERS.get(kind) if isinstance(kind, str) else None
    if maker is None:
        raise malformed("The type of a message is one of: " + ", ".join(MAKERS) + ".")
    return maker(members)


def init(members: Mapping[str, Any]) -> Init:
    found = [value for name, value in payload_of(members).items() if name.lower() == AUTHORIZATION]
    if len(found) > 1 or not all(isinstance(value, str) for value in found):
        raise malformed("The payload of connection_init has one authorization, a string: Bearer crm_…")
    return Init(found[0] if found else None)


def subscribe(members: Mapping[str, Any]) -> Subscribe:
    id = id_of(members)
    payload = members.get("payload")
    if not isinstance(payload, dict):
        raise malformed("The payload of subscribe is an object.")
    try:
        return Subscribe(id, envelope(payload))
    except Refused as error:
        raise malformed(str(error)) from error


def complete(members: Mapping[str, Any]) -> Complete:
    return Complete(id_of(members))


def ping(members: Mapping[str, Any]) -> Ping:
    payload_of(members)
    return Ping()


def pong(members: Mapping[str, Any]) -> Pong:
    payload_of(members)
    return Pong()


MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "connection_init": init,
    "subscribe": subscribe,
    "complete": complete,
    "ping": ping,
    "pong": pong,
}


def payload_of(members: Mapping[str, Any]) -> Mapping[str, Any]:
    payload = members.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise malformed("The payload of a message is an object or null.")
    return payload


def id_of(members: Mapping[str, Any]) -> str:
    id = members.get("id")
    if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
        raise malformed(f"The id of a message is a string of 1 to {LONGEST_ID} characters.")
    return id


def malformed(reason: str) -> Closing:
    return Closing(Close.MALFORMED, reason)
