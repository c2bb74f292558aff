"""Reading what EXPLAIN says of a statement."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]
LISTED = re.compile(r"t(\d+)")


@dataclass(frozen=True)
class Scan:
    """How a table reference is reached, and the kinds of nodes around it, the nearest last."""

    alias: str
    kind: str
    conditions: str  # those that an index answers
    above: tuple[str, ...]

    def uses(self, column: str) -> bool:
        """Whether an index finds its rows by the column."""
        return re.search(rf"\b{column}\b", self.conditions) is not None

    @property
    def is_by_index(self) -> bool:
        return "Index" in self.kind or self.kind == "Bitmap Heap Scan"

    @property
    def is_sorted_whole(self) -> bool:
        """Whether all its rows are read and sorted before the first of them are known."""
        inside = self.above[max((at for at, kind in enumerate(self.above) if kind == "Limit"), default=0) :]
        return "Sort" in inside


def scans_in(plan: Node, above: tuple[str, ...] = ()) -> Iterator[Scan]:
    """Every table reference of a plan."""
    if "Alias" in plan and "Relation Name" in plan:
        yield Scan(plan["Alias"], plan["Node Type"], " ".join(conditions_in(plan)), above)
    for part in plan.get("Plans", ()):
        yield from scans_in(part, (*above, plan["Node Type"]))


def conditions_in(plan: Node) -> Iterator[str]:
    """The conditions that indexes answer for a scan: its own, or those of the bitmaps it is made of."""
    if "Index Cond" in plan:
        yield plan["Index Cond"]
    for part in plan.get("Plans", ()):
        if "Bitmap" in part["Node Type"]:
            yield from conditions_in(part)


def lists_in(plan: Node) -> list[Scan]:
    """How the lists of an operation are reached, in the order of the operation."""
    lists = [scan for scan in scans_in(plan) if LISTED.fullmatch(scan.alias)]
    return sorted(lists, key=lambda scan: int(scan.alias[1:]))
