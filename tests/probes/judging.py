"""The oracles: nothing hidden is in what comes out, and what is hidden is answered like what is not there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.probes.place import Answer
from tests.probes.principals import Principal
from tests.probes.values import CANARY, ID, LETTERS, NUMBER, TWIN, YEAR
from tests.probes.world import Row, World

MASK = b"?"


@dataclass(frozen=True)
class Leak:
    """What came out, to whom, and how to ask for it again."""

    principal: str
    path: str
    what: str
    text: str = field(default="", compare=False)
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.principal}: {self.path}: {self.what}"


@dataclass
class Judge:
    """Knows the world; remembers what was found out about a text and a principal."""

    world: World
    known: dict[tuple[str, str], str | None] = field(default_factory=dict)
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    ids: dict[str, Row] = field(default_factory=dict)  # as they stand in texts

    def __post_init__(self) -> None:
        self.ids = {id.hex: row for id, row in self.world.by_id.items()}
        for table, model in self.world.models.items():
            for column in model.__table__.columns:
                base = re.sub(r"_(norm|sort)$", "", column.name)
                name = base if base in model.__table__.c else column.name
                self.columns.setdefault(f"{table}_{base}", (table, name))

    def found(self, principal: Principal, answer: Answer, sent: Iterable[Any]) -> list[str]:
        """What the bytes of an answer tell that this principal may not know; what it said itself is no news."""
        said = b" ".join(str(one).encode() for one in flat(sent))
        text = answer.body + b"\n" + answer.headers
        return self.forbidden(principal, text.decode("utf8", "replace"), said.decode())

    def forbidden(self, principal: Principal, text: str, said: str) -> list[str]:
        complaints = []
        for pattern, judge in ((CANARY, self.canary), (ID, self.id), (NUMBER, self.series), (YEAR, self.year)):
            for match in {one[0]: one for one in pattern.finditer(text)}.values():
                key = (principal.name, match[0])
                if key not in self.known:
                    self.known[key] = judge(principal, match)
                complaint = self.known[key]
                if complaint is not None and match[0] not in said:
                    complaints.append(f"{match[0]} ({complaint})")
        return complaints

    def canary(self, principal: Principal, match: re.Match[str]) -> str | None:
        letter, where, n = match[1], match[2].replace("-", "_"), int(match[3])
        if where.startswith("tenants_"):
            return None if letter == principal.letter else "of another tenant"
        if letter != TWIN.get(principal.letter, principal.letter):
            return "of another tenant"
        if where not in self.columns:
            return "of no column"
        table, column = self.columns[where]
        rows = [row for row in self.world.of(principal.letter, table) if row.n == n]
        if (table, column) == ("tokens", "name") and rows and rows[0].id == principal.itself:
            return None
        if not rows or not principal.sees(self.world, rows[0]):
            return "of a hidden row"
        return "of a hidden column" if principal.hides(rows[0], column) else None

    def id(self, principal: Principal, match: re.Match[str]) -> str | None:
        if match[1] != str(LETTERS.index(principal.letter) + 1):
            return "id of another tenant"
        row = self.ids.get(match[0])
        if row is None or row.id == principal.itself or principal.sees(self.world, row):
            return None
        return f"id of a hidden row of {row.table}"

    def series(self, principal: Principal, match: re.Match[str]) -> str | None:
        return None if match[1] == str(LETTERS.index(principal.letter) + 1) else "number of another tenant"

    def year(self, principal: Principal, match: re.Match[str]) -> str | None:
        return None if match[1] == str(LETTERS.index(principal.letter) + 3) else "day of another tenant"


def flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from flat(value)
        elif isinstance(value, Mapping):
            yield from flat(value.values())
        else:
            yield value


def masked(value: Any, sent: Iterable[Any]) -> bytes:
    """The JSON of an answer without what was sent, so that answers to two questions can be compared."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    for one in sorted({str(one).encode() for one in flat(sent) if len(str(one)) > 3}, key=len, reverse=True):
        text = text.replace(one, MASK)
    return text


def told(value: Any) -> bool:
    """Whether an operand is one row's alone, so that it cannot fit rows that may be seen."""
    if isinstance(value, list):
        return all(told(one) for one in value)
    text = str(value)
    return bool(CANARY.search(text) or ID.search(text) or NUMBER.search(text) or YEAR.search(text))


def speaks(value: Any) -> bool:
    """Whether there is any value in what a path selects: what a positive control must show."""
    if isinstance(value, dict):
        return any(speaks(one) for name, one in value.items() if name not in {"__typename", "cursor"})
    if isinstance(value, list):
        return any(speaks(one) for one in value)
    return value is not None and value != ""
