"""From cells, as roles have them, to the capability of a principal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from api.domain.kernel import DEFAULT_FIELDS, Capability, FieldAccess, Level, Model, Record, Right, records
from api.domain.kernel.viewer import FIELD_ACCESSES, LEVELS, NOTHING

EVERY = "*"
LEDGERS = frozenset({"document", "exchange_rate"})  # kinds of objects that are no records
UNOPENED = "secret"  # a set of fields that no role opens


@dataclass(frozen=True)
class Cells:
    """The rights of one or several roles: by object, and by object and set of fields. `*` is every one."""

    rights: Sequence[tuple[str, Right]]
    fields: Sequence[tuple[str, str, FieldAccess]] = ()


@cache
def objects() -> frozenset[str]:
    """Every kind of object that rights are about."""
    return frozenset(record.object for record in records().values()) | LEDGERS


@cache
def field_sets() -> frozenset[tuple[str, str]]:
    """Every set of fields that is not the default one, with its kind of object; a part's belong to its record."""
    found = set()
    for mapper in Model.registry.mappers:
        model = mapper.class_
        named = {column.info["field_set"] for column in mapper.local_table.columns} - {DEFAULT_FIELDS, UNOPENED}
        for object in owners(model):
            found |= {(object, name) for name in named}
    return frozenset(found)


@cache
def decided_by(object: str) -> str:
    """The kind of object whose rights on sets of fields count for this kind: mostly its own."""
    return next(
        (record.fields_as for record in records().values() if record.object == object and record.fields_as), object
    )


def owners(model: type[Model]) -> Iterable[str]:
    """The kind of object whose rights are about a model's rows: a record's own, or that of which they are part."""
    if issubclass(model, Record):
        return [model.object]
    whole: str | None = getattr(model, "whole", None)
    if whole is not None:
        target = model.__table__.c[whole].info["references"]
        return [record.object for record in records().values() if record.__tablename__ == target]
    return []


def capability(roles: Iterable[str], cells: Cells) -> Capability:
    """What the roles allow together."""
    rights: dict[str, Right] = {}
    for object in (*objects(), EVERY):  # its own entry, so that only who has it can give it
        right = NOTHING
        for named, one in cells.rights:
            if named in {object, EVERY}:
                right |= one
        if right != NOTHING:
            rights[object] = right
    fields: dict[tuple[str, str], FieldAccess] = {}
    for object, field_set in (*field_sets(), (EVERY, EVERY)):
        decides = decided_by(object)
        found = [
            access
            for named, of_set, access in cells.fields
            if named in {decides, EVERY} and of_set in {field_set, EVERY}
        ]
        if found and (access := max(found, key=FIELD_ACCESSES.index)) is not FieldAccess.HIDDEN:
            fields[object, field_set] = access
    return Capability(tuple(sorted(roles)), MappingProxyType(rights), MappingProxyType(fields))


def meet(one: Capability, other: Capability) -> Capability:
    """What both allow: a token may be narrower than its user."""
    rights = {object: right & other.on(object) for object, right in one.rights.items()}
    fields = {key: min(access, other.field(*key), key=FIELD_ACCESSES.index) for key, access in one.fields.items()}
    return Capability(
        other.roles,
        MappingProxyType({object: right for object, right in rights.items() if right != NOTHING}),
        MappingProxyType({key: access for key, access in fields.items() if access is not FieldAccess.HIDDEN}),
    )


def beyond(wanted: Capability, held: Capability) -> list[str]:
    """In words, the rights of `wanted` that `held` does not allow: `account: write ALL`."""
    found, fields = [], []
    for object, right in wanted.rights.items():
        most = held.on(object)
        for verb in ("read", "write"):
            level = getattr(right, verb)
            if LEVELS.index(level) > LEVELS.index(getattr(most, verb)):
                found.append(f"{object}: {verb} {level}")
        found += [
            f"{object}: {verb}"
            for verb in ("create", "delete", "export")
            if getattr(right, verb) and not getattr(most, verb)
        ]
    for (object, field_set), access in wanted.fields.items():
        if decided_by(object) != object:
            continue
        if FIELD_ACCESSES.index(access) > FIELD_ACCESSES.index(held.field(object, field_set)):
            fields.append(f"{object}.{field_set}: {access}")
    return sorted(found) + sorted(fields)


def cells_of(rights: Iterable[Mapping[str, object]], fields: Iterable[Mapping[str, object]]) -> Cells:
    """Cells as the database writes them in JSON."""
    return Cells(
        [
            (
                str(row["object"]),
                Right(
                    Level(str(row["read"])),
                    Level(str(row["write"])),
                    create=bool(row["create"]),
                    delete=bool(row["delete"]),
                    export=bool(row["export"]),
                ),
            )
            for row in rights
        ],
        [(str(row["object"]), str(row["field_set"]), FieldAccess(str(row["access"]))) for row in fields],
    )
