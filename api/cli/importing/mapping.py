"""What a mapping file says: which file becomes which records, column by column."""

from __future__ import annotations

import codecs
import tomllib
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from api.cli.output import CommandRefused
from api.domain.kernel import CURRENCIES
from api.domain.opportunities import StageValues, Status

from .kinds import KINDS
from .values import day_pattern


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Template(str):
    """A text with {columns}."""

    __slots__ = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Raise `ValueError` for braces that do not match, or with more than a name in them."""
        parts = list(Formatter().parse(self))
        if any(name == "" or form or conversion for _, name, form, conversion in parts):
            raise ValueError("write the heading of a column between braces, and nothing else")
        return tuple(name for _, name, _, _ in parts if name)


def template(value: Any) -> Any:
    if isinstance(value, str):
        made = Template(value)
        _ = made.columns
        return made
    raise ValueError("a text with {columns} is needed")


def as_source(value: Any) -> Any:
    """The short forms of a field: one text, or several of which the first counts."""
    if isinstance(value, str):
        return {"from": [value]}
    if isinstance(value, list):
        return {"from": value}
    if isinstance(value, dict) and isinstance(value.get("from"), str):
        return {**value, "from": [value["from"]]}
    return value


class Source(Strict):
    """Where a field has its value from."""

    texts: Annotated[tuple[Annotated[Any, BeforeValidator(template)], ...], Field(alias="from", min_length=1)]
    times: Decimal = Decimal(1)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for text in self.texts for column in text.columns))

    @cached_property
    def ways(self) -> tuple[tuple[str, tuple[str, ...], str | None], ...]:
        """Each text with its columns, and the column that it is a copy of, if it is nothing else."""
        return tuple(
            (text, text.columns, text.columns[0] if text == f"{{{''.join(text.columns[:1])}}}" else None)
            for text in self.texts
        )

    def text(self, cells: dict[str, str]) -> str | None:
        """The first of the texts whose columns all have a value."""
        for text, columns, copied in self.ways:
            if copied is not None:
                if value := cells[copied]:
                    return value
            elif all(cells[column] for column in columns):
                return text.format_map(cells)
        return None


FieldSource = Annotated[Source, BeforeValidator(as_source)]


class Records(Strict):
    """One kind of record made of the rows of one file. `distinct`: many rows may speak of the same record.

    `table`: the file is a PostgreSQL script, and the rows are those it puts into this table.
    """

    kind: str
    file: str | None = None
    table: str | None = None
    key: FieldSource | None = None
    distinct: bool = False
    fields: dict[str, FieldSource]
    aliases: dict[str, dict[str, str]] = {}

    @field_validator("kind")
    @classmethod
    def known_kind(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"there is no such kind; the kinds are {', '.join(KINDS)}")
        return value

    @model_validator(mode="after")
    def known_fields(self) -> Records:
        known = KINDS[self.kind].fields
        for name, source in self.fields.items():
            if name not in known:
                raise ValueError(f"{self.kind} has no field {name}; it has {', '.join(known)}")
            if source.times != 1 and known[name].name not in {"MONEY", "NUMBER"}:
                raise ValueError(f"{name} is no number: remove `times`")
        if self.distinct and self.key is None:
            raise ValueError("`distinct` needs a `key`")
        return self

    @cached_property
    def columns(self) -> tuple[str, ...]:
        sources = [self.key, *self.fields.values()] if self.key else list(self.fields.values())
        return tuple(dict.fromkeys(column for source in sources for column in source.columns))


class StageFacts(Strict):
    name: str
    kind: Status = Status.OPEN
    probability: int | None = Field(default=None, ge=0, le=100)

    def values(self) -> StageValues:
        values: StageValues = {"name": self.name, "kind": self.kind}
        if self.probability is not None:
            values["probability"] = self.probability
        return values


class PipelineFacts(Strict):
    name: str
    stages: tuple[StageFacts, ...]


class MappingFile(Strict):
    source: str = Field(min_length=1, max_length=100)
    currency: str
    dates: str = "YYYY-MM-DD"
    encoding: str = "utf-8"
    rounded: bool = False  # amounts are floats of another program: round them to the currency's digits
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    pipeline: PipelineFacts | None = None
    records: tuple[Records, ...] = Field(min_length=1)

    @field_validator("currency")
    @classmethod
    def known_currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError("this is not an ISO 4217 code, such as USD")
        return value

    @field_validator("dates")
    @classmethod
    def known_dates(cls, value: str) -> str:
        day_pattern(value)
        return value

    @field_validator("encoding")
    @classmethod
    def known_encoding(cls, value: str) -> str:
        try:
            return codecs.lookup(value).name
        except LookupError as error:
            raise ValueError("there is no such encoding; usual ones are utf-8, latin-1 and cp1252") from error


def load_mapping(path: Path) -> MappingFile:
    """Raise `CommandRefused` with the place in the file that is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandRefused("NOT_FOUND", f"The mapping {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandRefused("MAPPING", f"{path} is not TOML ({error}): correct it there.") from error
    try:
        return MappingFile.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        raise CommandRefused("MAPPING", f"{path}: {place}: {reason}; correct it there.") from error
