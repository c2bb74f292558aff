"""A GraphQL request as it arrives: headers and body, or a query string, to `Envelope`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from api.http import strict_json
from api.http.deadlines import Deadlines
from api.http.errors import Refused

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Headers = Iterable[tuple[bytes, bytes]]
Head = Mapping[bytes, bytes]  # the values by name

JSON = b"application/json"
CONTENT_TYPE = re.compile(rb'\s*application/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)
BEGUN = "crm.begun"  # in the scope: when the first byte of the request came, by the monotonic clock
BODY_SECONDS = 10.0  # from then on
MAX_LENGTH_DIGITS = 18  # of a Content-Length; more are no length of anything
USUAL = frozenset({"query", "variables"})
PARAMETERS = frozenset({"query", "documentId", "operationName", "variables", "extensions", "onError"})
ON_ERROR = {None: True, "PROPAGATE": True, "NULL": False}
MOST_PARAMETERS = 20
SHA256 = re.compile(r"[0-9a-f]{64}")
ID_PREFIX = "sha256:"
APQ_VERSION = 1
CLOSE = (b"connection", b"close")


class Disconnected(Exception):
    """The caller went away before the request was complete; there is nobody to answer."""


class Envelope(NamedTuple):
    """Has a document, the hash of one, or both: then the caller says that they belong together.

    A `sha256` is what the caller sent, of whatever length and with whatever in it. `propagates`: a field that fails and
    may not be null takes its parent with it.
    """

    query: str | None
    sha256: str | None
    operation_name: str | None
    variables: Mapping[str, Any]
    extensions: Mapping[str, Any]
    propagates: bool = True


def head_of(headers: Sequence[tuple[bytes, bytes]]) -> Head:
    """Headers by name; the values of one that was sent more than once are joined with commas."""
    head = dict(headers)
    if len(head) < len(headers):
        head.clear()
        for name, value in headers:
            head[name] = head[name] + b", " + value if name in head else value
    return head


def check_media_type(head: Head) -> None:
    """Raise UNSUPPORTED_MEDIA_TYPE unless the body is announced as plain JSON."""
    content_type = head.get(b"content-type")
    if content_type != JSON and (content_type is None or not CONTENT_TYPE.fullmatch(content_type)):
        raise Refused("UNSUPPORTED_MEDIA_TYPE", "Send the request as Content-Type: application/json.", headers=[CLOSE])
    encoding = head.get(b"content-encoding")
    if encoding and encoding.strip().lower() != b"identity":
        raise Refused("UNSUPPORTED_MEDIA_TYPE", "Send the body without a Content-Encoding.", headers=[CLOSE])


async def read_body(
    head: Head, receive: Receive, limit: int, deadlines: Deadlines, seconds: float = BODY_SECONDS
) -> bytes:
    """The whole body.

    Raises:
        Refused: PAYLOAD_TOO_LARGE as soon as more than `limit` bytes are announced or have come, TIMEOUT (408) if
            it is not complete after `seconds`.
        Disconnected: the caller is gone.
    """
    announced = head.get(b"content-length")
    if announced is not None and announced.isdigit() and int(announced[:MAX_LENGTH_DIGITS]) > limit:
        raise too_large(limit)
    chunks: list[bytes] = []
    size, more = 0, True
    try:
        with deadlines.within(seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise too_large(limit)
                chunks.append(chunk)
                more = message.get("more_body", False)
    except TimeoutError as error:
        message_text = f"The request was not complete within {BODY_SECONDS:.0f} seconds."
        raise Refused("TIMEOUT", message_text, status=408, headers=[CLOSE]) from error
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def too_large(limit: int) -> Refused:
    return Refused("PAYLOAD_TOO_LARGE", f"The body may have at most {limit} bytes.", headers=[CLOSE])


def from_body(body: bytes) -> Envelope:
    """Raise `Refused` for anything but one well-formed request."""
    members = strict_json.loads(body)
    if isinstance(members, list):
        raise strict_json.bad("Batches are not supported; send one request at a time.")
    if not isinstance(members, dict):
        raise strict_json.bad("The body must be a JSON object with the member query.")
    return envelope(members)


def from_query_string(query_string: bytes, document_id: str | None = None) -> Envelope:
    """The same from the query string of a GET: `variables` and `extensions` are JSON there.

    `document_id` is that of the path.
    """
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:  # also UnicodeDecodeError
        raise strict_json.bad("The query string is malformed or not UTF-8.") from error
    known = [(key, value) for key, value in pairs if key in PARAMETERS]
    members: dict[str, Any] = dict(known)
    if len(members) < len(known):
        raise strict_json.bad("A parameter of the query string is given twice.")
    for name in ("variables", "extensions"):
        if members.get(name):
            members[name] = strict_json.loads(members[name].encode())
        else:
            members.pop(name, None)
    strict_json.refuse_unstorable(members)
    if document_id is not None:
        if "documentId" in members:
            raise named_twice()
        members["documentId"] = document_id
    return envelope(members)


def envelope(members: Mapping[str, Any]) -> Envelope:
    if members.keys() == USUAL and members["query"].__class__ is str and members["variables"].__class__ is dict:
        usual = Envelope(members["query"], None, None, members["variables"], {})
        if usual.query:
            return usual
    variables = checked(members, "variables", dict, "an object")
    extensions = checked(members, "extensions", dict, "an object")
    operation_name = checked(members, "operationName", str, "a string")
    query = checked(members, "query", str, "a string") or None
    document_id = checked(members, "documentId", str, "a string")
    on_error = checked(members, "onError", str, "a string")
    if on_error not in ON_ERROR:
        raise strict_json.bad("The member onError is PROPAGATE or NULL; the server knows no other way to go on.")
    automatic = automatic_hash(extensions or {})
    if document_id is not None and (query is not None or automatic is not None):
        raise named_twice()
    sha256 = automatic if document_id is None else hash_of(document_id)
    if query is None and sha256 is None:
        raise strict_json.bad("The member query is missing: it holds the GraphQL document.")
    return Envelope(query, sha256, operation_name, variables or {}, extensions or {}, ON_ERROR[on_error])


def hash_of(document_id: str) -> str:
    sha256 = document_id.removeprefix(ID_PREFIX)
    if sha256 == document_id or not SHA256.fullmatch(sha256):
        raise strict_json.bad("A documentId is sha256: and the 64 hexadecimal digits, in lower case, of its hash.")
    return sha256


def automatic_hash(extensions: Mapping[str, Any]) -> str | None:
    """The hash in the extension of Apollo's clients."""
    given = checked(extensions, "persistedQuery", dict, "an object")
    if given is None:
        return None
    if given.get("version") is not True and given.get("version") == APQ_VERSION:
        if isinstance(given.get("sha256Hash"), str):
            return str(given["sha256Hash"])
        raise strict_json.bad("The member sha256Hash of persistedQuery must be a string.")
    raise strict_json.bad("Unsupported persisted query version; it is 1.")


def named_twice() -> Refused:
    return strict_json.bad("Name the document once: by query, by documentId, or by persistedQuery with its query.")


def checked(members: Mapping[str, Any], name: str, kind: type, said: str) -> Any:
    value = members.get(name)
    if value is not None and not isinstance(value, kind):
        raise Refused("BAD_REQUEST", f"The member {name} must be {said} or null.", draft=422)
    return value
