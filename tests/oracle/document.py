"""A query document small enough to change: written as text, and walked for simpler ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any


class Enum(str):
    """A value written without quotes."""

    __slots__ = ()


@dataclass(frozen=True)
class Var:
    """A variable where a value may stand."""

    name: str


@dataclass
class Part:
    """A field, an inline fragment (no name), or a spread (`spread`)."""

    name: str = ""
    alias: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    on: str | None = None
    spread: str | None = None
    directives: list[tuple[str, Any]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def text(self, indent: str = "  ") -> str:
        directives = "".join(f" @{name}(if: {literal(value)})" for name, value in self.directives)
        if self.spread:
            return f"{indent}...{self.spread}{directives}"
        if self.name:
            arguments = ", ".join(f"{name}: {literal(value)}" for name, value in self.arguments.items())
            head = f"{self.alias}: {self.name}" if self.alias else self.name
            head += f"({arguments})" if arguments else ""
        else:
            head = f"... on {self.on}" if self.on else "..."
        return f"{indent}{head}{directives}{block(self.parts, indent) if self.parts else ''}"


@dataclass
class Variable:
    """Its declared type, and the value sent along: none if it is left out."""

    type: str
    value: Any = None
    given: bool = True
    default: Any = None
    has_default: bool = False


@dataclass
class Query:
    """An operation with its fragments and its variables."""

    parts: list[Part]
    fragments: dict[str, Part] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    def text(self) -> str:
        used = set(self.spreads())
        bodies: list[Query | Part] = [self, *(self.fragments[name] for name in used)]
        named = {name for body in bodies for name in variables_of(body.parts)}
        declared = [self.declared(name) for name in self.variables if name in named]
        head = f"query({', '.join(declared)})" if declared else "query"
        fragments = [
            f"fragment {name} on {one.on}{block(one.parts, '')}" for name, one in self.fragments.items() if name in used
        ]
        return "\n".join([f"{head}{block(self.parts, '')}", *fragments])

    def declared(self, name: str) -> str:
        one = self.variables[name]
        return f"${name}: {one.type}" + (f" = {literal(one.default)}" if one.has_default else "")

    def values(self) -> dict[str, Any]:
        """What is sent as `variables`."""
        text = self.text()
        sent = {name: one.value for name, one in self.variables.items() if one.given and f"${name}:" in text}
        return json.loads(json.dumps(sent))  # type: ignore[no-any-return]

    def spreads(self) -> Iterator[str]:
        waiting, seen = list(self.parts), set[str]()
        while waiting:
            part = waiting.pop()
            waiting += part.parts
            if part.spread and part.spread not in seen:
                seen.add(part.spread)
                yield part.spread
                waiting += self.fragments[part.spread].parts

    # -- simpler ones ------------------------------------------------------------------------------------------------

    def simpler(self) -> Iterator[Query]:
        """Every query with one thing less; big things first."""
        for path in sorted(self.places(), key=lambda path: (len(path), str(path))):
            for change in (without_part, lifted, without_directives, without_alias):
                made = deepcopy(self)
                if change(made.list_at(path[:-1]), path[-1]):
                    yield made
            for name in list(self.list_at(path[:-1])[path[-1]].arguments):
                yield from self.with_simpler_argument(path, name)
        for name, variable in self.variables.items():
            if variable.given:
                yield self.with_literal(name)

    def places(self) -> list[tuple[Any, ...]]:
        """Paths of all parts: the body they are in (None for the operation), then indexes."""
        found: list[tuple[Any, ...]] = []

        def walk(parts: list[Part], path: tuple[Any, ...]) -> None:
            for at, part in enumerate(parts):
                found.append((*path, at))
                walk(part.parts, (*path, at))

        walk(self.parts, (None,))
        for name in self.spreads():
            walk(self.fragments[name].parts, (name,))
        return found

    def list_at(self, path: tuple[Any, ...]) -> list[Part]:
        parts = self.parts if path[0] is None else self.fragments[path[0]].parts
        for at in path[1:]:
            parts = parts[at].parts
        return parts

    def with_simpler_argument(self, path: tuple[Any, ...], name: str) -> Iterator[Query]:
        without = deepcopy(self)
        without.list_at(path[:-1])[path[-1]].arguments.pop(name)
        yield without
        for value in simpler_values(self.list_at(path[:-1])[path[-1]].arguments[name]):
            made = deepcopy(self)
            made.list_at(path[:-1])[path[-1]].arguments[name] = value
            yield made

    def with_literal(self, name: str) -> Query:
        """The variable's value where the variable stood."""
        made = deepcopy(self)
        bodies: list[Query | Part] = [made, *made.fragments.values()]
        for body in bodies:
            replace(body.parts, Var(name), self.variables[name].value)
        made.variables.pop(name)
        return made


def without_part(parts: list[Part], at: int) -> bool:
    if len(parts) == 1:
        return False
    del parts[at]
    return True


def lifted(parts: list[Part], at: int) -> bool:
    """What a fragment holds, in its place."""
    if parts[at].name or not parts[at].parts:
        return False
    parts[at : at + 1] = parts[at].parts
    return True


def without_directives(parts: list[Part], at: int) -> bool:
    changed, parts[at].directives = bool(parts[at].directives), []
    return changed


def without_alias(parts: list[Part], at: int) -> bool:
    changed, parts[at].alias = parts[at].alias is not None, None
    return changed


def simpler_values(value: Any) -> Iterator[Any]:
    """The value with one field or item less, at any depth."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: one for name, one in value.items() if name != key}
            yield from ({**value, key: simple} for simple in simpler_values(part))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield value[:at] + value[at + 1 :]
            yield from ([*value[:at], simple, *value[at + 1 :]] for simple in simpler_values(part))


def replace(parts: list[Part], old: Any, new: Any) -> None:
    for part in parts:
        part.arguments = {name: replaced(value, old, new) for name, value in part.arguments.items()}
        part.directives = [(name, replaced(value, old, new)) for name, value in part.directives]
        replace(part.parts, old, new)


def replaced(value: Any, old: Any, new: Any) -> Any:
    if value == old:
        return new
    if isinstance(value, dict):
        return {name: replaced(one, old, new) for name, one in value.items()}
    return [replaced(one, old, new) for one in value] if isinstance(value, list) else value


def variables_of(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        for value in [*part.arguments.values(), *(value for _, value in part.directives)]:
            yield from variables_in(value)
        yield from variables_of(part.parts)


def variables_in(value: Any) -> Iterator[str]:
    if isinstance(value, Var):
        yield value.name
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from variables_in(one)


def block(parts: list[Part], indent: str) -> str:
    return " {\n" + "\n".join(part.text(indent + "  ") for part in parts) + f"\n{indent}}}"


def literal(value: Any) -> str:
    if isinstance(value, Var):
        return f"${value.name}"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
