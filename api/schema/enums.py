"""Enums of the domain as GraphQL enums, every value described."""

from enum import StrEnum

import strawberry


def described_enum(enum: type[StrEnum], name: str, description: str, **values: str) -> None:
    """Register a domain enum under a GraphQL name.

    Raises:
        TypeError: at import, if a value has no description or a description no value.
    """
    if set(values) != {member.name for member in enum}:
        raise TypeError(f"{name}: describe exactly {', '.join(member.name for member in enum)}")
    strawberry.enum(enum, name=name, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
