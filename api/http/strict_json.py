"""JSON as RFC 8259 has it and nothing beside: what two programs could read differently is refused.

Python's own decoder accepts UTF-16, repeated keys, NaN, infinite numbers and halves of surrogate pairs, and counts on
the stack of the interpreter for depth. Every one of these has been somebody's vulnerability.
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any, NoReturn

from api.http.errors import Refused

MAX_DEPTH = 64
MAX_DIGITS = 19
BOM = b"\xef\xbb\xbf"
# An unfinished string runs to the end, so that each byte is looked at once.
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def loads(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        Refused: BAD_REQUEST for what is not JSON, BAD_USER_INPUT for characters that no text may hold.
    """
    if body.startswith(BOM):
        raise bad("The body must be JSON in UTF-8 without a byte order mark.")
    if deeper_than_allowed(body):
        raise bad(f"The JSON of the body is nested more than {MAX_DEPTH} levels deep.")
    try:
        value = DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise bad("The body must be JSON in UTF-8.") from error
    except ValueError as error:
        raise bad("The body is not valid JSON.") from error
    if b"\\u" in body:  # nothing else can bring them: raw ones are not valid in UTF-8 or JSON
        refuse_unstorable(value)
    return value


def deeper_than_allowed(body: bytes) -> bool:
    """Whether brackets outside of strings nest too deeply, without a stack."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    brackets = STRING.sub(b"", body).translate(None, NOT_BRACKETS)
    return max(accumulate(map(STEP.__getitem__, brackets)), default=0) > MAX_DEPTH


def refuse_unstorable(value: Any) -> None:
    """Raise BAD_USER_INPUT if a text anywhere in the value cannot be stored or sent as UTF-8."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            refuse_unstorable_text(item)
        elif isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item


def refuse_unstorable_text(text: str) -> None:
    if "\0" in text:
        raise Refused("BAD_USER_INPUT", "A text contains the character U+0000, which cannot be stored. Leave it out.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(
            "BAD_USER_INPUT", "A text contains half of a surrogate pair, which is not a character."
        ) from error


def bad(message: str) -> Refused:
    return Refused("BAD_REQUEST", message)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise bad("An object of the body has the same key twice.")
    return members


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise bad(f"A number of the body has more than {MAX_DIGITS} digits; send it as a string.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise bad("A number of the body is too large.")
    return value


def _constant(_name: str) -> NoReturn:
    raise bad("NaN and Infinity are not JSON.")


DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_constant, strict=True
)
