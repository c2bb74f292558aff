"""One row of a file: its texts by field, and the row of a bulk command made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.domain.kernel import ExternalKey, Invalid, Row, fold

from .kinds import CHOICES, KINDS, REFERENCES, Form
from .mapping import MappingFile, Records
from .references import References
from .table import Line
from .values import choice, day, flag, money, number, several, shown, whole

# An empty cell says nothing about these; other fields it clears.
KEPT = frozenset({Form.FLAG, Form.STAGE, Form.TEXTS, *CHOICES})


READERS: Mapping[Form, Callable[[str, Decimal, str, MappingFile], Any]] = {
    Form.TEXT: lambda text, _times, _name, _mapping: text,
    Form.DAY: lambda text, _times, name, mapping: day(text, mapping.dates, name),
    Form.MONEY: lambda text, times, name, mapping: money(text, times, mapping.currency, name, rounded=mapping.rounded),
    Form.NUMBER: lambda text, times, name, _mapping: whole(text, times, name),
    Form.DECIMAL: lambda text, times, name, _mapping: number(text, times, name),
    Form.FLAG: lambda text, _times, name, _mapping: flag(text, name),
    Form.TEXTS: lambda text, _times, _name, _mapping: several(text),
}


@dataclass(frozen=True)
class Draft:
    """What a row says of one record, still as texts."""

    number: int
    key: str | None
    texts: dict[str, str | None]


def drafts_of(records: Records, line: Line) -> Iterator[Draft]:
    cells = line.cells
    if records.aliases:
        cells = dict(cells)
        for column, words in records.aliases.items():
            if column in cells:
                cells[column] = words.get(cells[column], cells[column])
    key = records.key.text(cells) if records.key else None
    yield Draft(line.number, key, {name: source.text(cells) for name, source in records.fields.items()})


class RowMaker:
    """Makes rows of one kind."""

    def __init__(self, mapping: MappingFile, records: Records, references: References, stages: dict[str, UUID]) -> None:
        self.mapping, self.records, self.references, self.stages = mapping, records, references, stages
        self.kind = KINDS[records.kind]
        self.forms = [(name, self.kind.fields[name], source.times) for name, source in records.fields.items()]

    def row(self, draft: Draft) -> Row[Any]:
        """Raises Invalid for a text that is not what its field needs, with the field as path."""
        values: dict[str, Any] = {}
        if "stage" in self.kind.fields:
            values["currency"] = self.mapping.currency
        for name, form, times in self.forms:
            text = draft.texts[name]
            if form in REFERENCES:
                values[f"{name}_id"] = self.reference(REFERENCES[form], text, name)
            elif text is None:
                if form not in KEPT:
                    values[name] = None
            elif form is Form.STAGE:
                values["stage_id"] = self.stage(text, name)
            else:
                values[name] = self.value(form, text, times, name)
        keys = () if draft.key is None else (ExternalKey(self.mapping.source, draft.key),)
        if self.records.key is not None and not keys:
            raise Invalid(("external_ids",), "this cell must not be empty: it is the key of the row", "key")
        return self.kind.row(values, keys)

    def value(self, form: Form, text: str, times: Decimal, name: str) -> Any:
        read = READERS.get(form)
        return choice(text, CHOICES[form], name) if read is None else read(text, times, name, self.mapping)

    def reference(self, kind: str, text: str | None, name: str) -> UUID | None:
        if text is None:
            return None
        id = self.references.get(kind, text)
        if id is None:
            raise self.references.unknown(kind, text, name)
        return id

    def stage(self, text: str, name: str) -> UUID:
        id = self.stages.get(fold(text))
        if id is None:
            raise Invalid((name,), f"there is no stage {shown(text)} in this pipeline", "reference")
        return id
