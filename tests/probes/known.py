"""Leaks that are known: each with its reason. `make probes` counts and names them, and fails for one that is gone.

An entry that says `always` is the price of a rule that the product keeps on purpose; the others are faults to mend.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.probes.judging import Leak


@dataclass(frozen=True)
class Known:
    reason: str
    pattern: re.Pattern[str]
    always: bool = False

    def fits(self, leak: Leak) -> bool:
        return self.pattern.search(str(leak)) is not None


KNOWN = (
    Known(
        "a key is unique in the whole tenant, so an upsert by a key that a hidden record has cannot make a second one",
        re.compile(r"(Upsert\(match|BulkUpsert\(rows\.0\.match) by (?!id\)).* hidden: answers"),
        always=True,
    ),
    Known(
        "what a record points at already is not checked again, so its writer can confirm the id of a hidden target",
        re.compile(r"\((values|patch|rows\.0\.values)\.\w+ by id\) hidden: answers"),
        always=True,
    ),
)


def told_apart(leaks: Iterable[Leak]) -> tuple[list[Leak], dict[Known, list[Leak]]]:
    """The leaks that nobody knows, and the others by what is known of them."""
    new: list[Leak] = []
    known: dict[Known, list[Leak]] = {}
    for leak in leaks:
        entry = next((one for one in KNOWN if one.fits(leak)), None)
        if entry is None:
            new.append(leak)
        else:
            known.setdefault(entry, []).append(leak)
    return new, known
