"""Conditional requests: RFC 9110, sections 8.8.3 and 13.1.2."""

from __future__ import annotations

import hashlib
import re

from api.http.exchange import NOT_MODIFIED, Message

ETAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
LIST = re.compile(rb"[ \t,]*" + ETAG.pattern + rb"(?:[ \t]*,[ \t,]*" + ETAG.pattern + rb")*[ \t,]*")
DIGITS = 32
ABOUT_CONTENT = frozenset({b"content-type"})


def strong(*parts: bytes) -> bytes:
    """The tag of a representation that these parts determine."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return b'"' + digest.hexdigest()[:DIGITS].encode() + b'"'


def matches(if_none_match: bytes | None, tag: bytes) -> bool:
    """Whether the caller has this representation; a header that is not well-formed says nothing.

    >>> matches(b'"a", W/"b"', b'"b"'), matches(b"*", b'"b"'), matches(b"b", b'"b"')
    (True, True, False)
    """
    if if_none_match is None:
        return False
    given = if_none_match.strip()
    return given == b"*" or (LIST.fullmatch(given) is not None and tag in ETAG.findall(given))


def not_modified(message: Message) -> Message:
    """The answer to a caller who has what the message would bring him."""
    kept = [(name, value) for name, value in message["headers"] if name not in ABOUT_CONTENT]
    return {"status": NOT_MODIFIED, "headers": kept, "body": b""}
