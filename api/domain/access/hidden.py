"""What the history must not tell: fields that are hidden from a principal, by the names the history has for them."""

from collections.abc import Mapping
from functools import cache

from api.domain.kernel import (
    DEFAULT_FIELDS,
    Capability,
    FieldAccess,
    Model,
    Part,
    Record,
    camel,
    guarded_fields,
    shown_columns,
)

from .capabilities import field_sets, owners


def unseen_names(capability: Capability, object: str) -> frozenset[str]:
    """The public names of all fields, of such records and of their parts, that are hidden from the principal."""
    found = set()
    for mapper in Model.registry.mappers:
        model: type[Model] = mapper.class_
        if object in owners(model):
            guarded = guarded_fields(model).items()
            found |= {name for name, key in guarded if capability.field(object, key) is FieldAccess.HIDDEN}
    return frozenset(found)


@cache
def names_of_set(object: str, field_set: str) -> frozenset[str]:
    """The history's names of what a set of fields is part of; a part counts as one field with all it holds."""
    found = set()
    for mapper in Model.registry.mappers:
        model = mapper.class_
        if object in owners(model) and issubclass(model, Record | Part):
            columns = mapper.local_table.columns
            within = {shown.name for shown in shown_columns(model) if columns[shown.key].info["field_set"] == field_set}
            if issubclass(model, Record):
                found |= within
            elif any(column.info["field_set"] == field_set for column in columns):
                found.add(camel(model.field))
    return frozenset(found)


def hidden_names(capability: Capability) -> Mapping[str, frozenset[str]]:
    """Kind of object → names of its fields that are hidden from the principal; only kinds with any."""
    found: dict[str, frozenset[str]] = {}
    for object, field_set in sorted(field_sets()):
        if field_set != DEFAULT_FIELDS and capability.field(object, field_set) is FieldAccess.HIDDEN:
            found[object] = found.get(object, frozenset()) | names_of_set(object, field_set)
    return {object: names for object, names in found.items() if names}
