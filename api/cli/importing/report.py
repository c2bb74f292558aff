"""What became of the rows: counts, and a file with those that were rejected."""

from __future__ import annotations

import csv
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from api.cli.output import CommandRefused
from api.domain.kernel import Outcome

HEADINGS = ("file", "line", "column", "code", "reason")


@dataclass
class Counts:
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def add(self, outcome: Outcome) -> None:
        self.read += 1
        if outcome is Outcome.CREATED:
            self.created += 1
        elif outcome is Outcome.UPDATED:
            self.updated += 1
        elif outcome is Outcome.UNCHANGED:
            self.unchanged += 1
        else:
            self.rejected += 1


@dataclass
class Report:
    """Counts as a whole and by kind of record; the file is made with the first rejection."""

    path: Path
    counts: Counts = field(default_factory=Counts)
    by_kind: dict[str, Counts] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _opened: ExitStack = field(default_factory=ExitStack)
    _writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def add(self, kind: str, outcome: Outcome) -> None:
        self.counts.add(outcome)
        self.by_kind.setdefault(kind, Counts()).add(outcome)

    def reject(self, kind: str, place: tuple[str, int], column: str | None, code: str, reason: str) -> None:
        self.add(kind, Outcome.FAILED)
        if self._writer is None:
            self._writer = self._open()
        self._writer.writerow([*place, column or "", code, reason])

    def _open(self) -> Any:
        try:
            file = self._opened.enter_context(self.path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise CommandRefused(
                "NOT_WRITABLE",
                f"{self.path} cannot be written ({error.strerror}): name another with --report and run it again.",
            ) from error
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        return writer

    def line(self) -> str:
        counts = self.counts
        return (
            f"read {counts.read}, created {counts.created}, updated {counts.updated}, unchanged {counts.unchanged}, "
            f"rejected {counts.rejected}, report {self.path if counts.rejected else 'none'}"
        )

    def facts(self) -> dict[str, Any]:
        return {
            **vars(self.counts),
            "report": str(self.path) if self.counts.rejected else None,
            "seconds": round(sum(self.seconds.values()), 3),
            "kinds": {
                kind: {**vars(counts), "rows_per_second": round(counts.read / max(self.seconds.get(kind, 0), 0.001))}
                for kind, counts in self.by_kind.items()
            },
        }


def report_path(name: str) -> Path:
    """In the working folder, else among temporary files."""
    here = Path.cwd()
    return (here if os.access(here, os.W_OK) else Path(tempfile.gettempdir())) / name
