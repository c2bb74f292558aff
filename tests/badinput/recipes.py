"""The small language in which the case files write long texts.

A recipe is a text, a list of recipes that follow each other, or a table:

* `{repeat = RECIPE, times = 40, from = 0, between = ","}`: again and again; `<n>` is the number, `<n+1>` the next one
* `{hex = "ff fe"}`: bytes
* `{of = RECIPE, encoding = "utf-16"}`: in another encoding
* `{random = SEED, length = 20, alphabet = "01"}`: characters drawn from an alphabet, the same for the same seed
* `{gzip = RECIPE}`: compressed
* `{json = RECIPE}`: as a JSON string
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

Recipe = str | Sequence["Recipe"] | Mapping[str, Any]


def text_of(recipe: Recipe) -> str:
    """The text of a recipe that makes no bytes.

    >>> text_of([{"repeat": "{a<n> ", "times": 2}, "x", {"repeat": "}", "times": 2}])
    '{a0 {a1 x}}'
    """
    return bytes_of(recipe).decode()


def bytes_of(recipe: Recipe) -> bytes:
    """What a recipe makes, a text in UTF-8."""
    if isinstance(recipe, str):
        return recipe.encode()
    if isinstance(recipe, Mapping):
        kind = next(name for name in MAKERS if name in recipe)
        return MAKERS[kind](recipe)
    return b"".join(bytes_of(part) for part in recipe)


def repeated(recipe: Mapping[str, Any]) -> bytes:
    text = bytes_of(recipe["repeat"])
    first, times = int(recipe.get("from", 0)), int(recipe["times"])
    between = bytes_of(recipe.get("between", ""))
    if b"<n" not in text:
        return between.join([text] * times)
    return between.join(
        text.replace(b"<n>", b"%d" % number).replace(b"<n+1>", b"%d" % (number + 1))
        for number in range(first, first + times)
    )


def drawn(recipe: Mapping[str, Any]) -> bytes:
    random = Random(recipe["random"])
    return "".join(random.choices(recipe["alphabet"], k=int(recipe["length"]))).encode()


MAKERS: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = {
    "repeat": repeated,
    "hex": lambda recipe: bytes.fromhex(recipe["hex"]),
    "encoding": lambda recipe: text_of(recipe["of"]).encode(recipe["encoding"]),
    "random": drawn,
    "gzip": lambda recipe: gzip.compress(bytes_of(recipe["gzip"]), mtime=0),
    "json": lambda recipe: json.dumps(text_of(recipe["json"]), ensure_ascii=False).encode(),
}


def filled(recipe: Any, name: str, value: object) -> Any:
    """The recipe with `<name>` replaced by a value; where it stands alone the value keeps its type.

    >>> filled({"repeat": "x<each>", "times": "<each>"}, "each", 3)
    {'repeat': 'x3', 'times': 3}
    """
    if isinstance(recipe, str):
        return value if recipe == f"<{name}>" else recipe.replace(f"<{name}>", str(value))
    if isinstance(recipe, Mapping):
        return {filled(key, name, value): filled(part, name, value) for key, part in recipe.items()}
    if isinstance(recipe, Sequence):
        return [filled(part, name, value) for part in recipe]
    return recipe
