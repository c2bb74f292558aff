"""What the API says of each field, in Python over plain rows: domain.md §3 and the descriptions of the SDL.

A new slice adds itself to the tables below; what follows from the names of its columns needs no line.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from operator import attrgetter
from typing import Any
from uuid import UUID

from tests.oracle import partner_rules, service_rules
from tests.oracle.memory import Row
from tests.oracle.seeing import MODELS, PREFIXES, World, object_of
from tests.oracle.wire import Money, half_away, same

DAY = 86_400
ACTORS = {"STAFF": "usr_", "INTEGRATION": "tok_", "PARTNER": "con_", "CUSTOMER": "con_"}  # the system has no id
Fact = Callable[[Row, World], Any]


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def wire_id(type_: str, id: UUID) -> str:
    return f"{PREFIXES[type_]}_{id.hex}"


# -- facts: what a field of a row is, before it is written ----------------------------------------------------------


def fact(world: World, row: Row, name: str) -> Any:
    """The value of a field: text, number, truth value, day, instant, Money, a list of texts."""
    known = FACTS.get((row.typename, name))
    if known is not None:
        return known(row, world)
    if name == "id":
        return wire_id(row.typename, row.id)
    column = snake(name)
    if f"{column}_minor" in vars(row):
        return Money(getattr(row, f"{column}_minor"), row.currency)
    return getattr(row, column)


def age_days(row: Row, world: World) -> int:
    opened = row.opened_on or row.created_at.astimezone(UTC).date()
    ended = row.closed_on or world.now.astimezone(UTC).date()
    return int((ended - opened).days)


def days_in_stage(row: Row, world: World) -> int | None:
    if row.status != "OPEN":
        return None
    return max(full_days(row.stage_entered_at, world.now), 0)


def full_days(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // DAY)


def is_rotting(row: Row, world: World) -> bool:
    days, stage = days_in_stage(row, world), world.one("Stage", row.stage_id)
    return days is not None and stage is not None and stage.max_days is not None and days > stage.max_days


def expected_revenue(row: Row, _world: World) -> Money:
    if row.amount_minor is None:
        return Money(None, row.currency)
    return Money(int(half_away(Fraction(row.amount_minor * row.probability, 100))), row.currency)


def domains(row: Row, world: World) -> list[str]:
    return sorted(one.domain for one in world.all("AccountDomain") if one.account_id == row.id)


def days_of_stay(row: Row, world: World) -> int:
    return full_days(row.entered_at, row.left_at or world.now)


def actor(row: Row, _world: World) -> dict[str, Any]:
    prefix = ACTORS.get(row.actor_kind)
    return {"kind": row.actor_kind, "id": prefix and prefix + row.actor_id.hex, "name": row.actor_name}


def is_primary(point: str) -> Fact:
    """Whether an e-mail address or phone number is the one that its contact has in that field."""

    def fact_(row: Row, world: World) -> bool:
        contact = world.one("Contact", row.contact_id)
        return contact is not None and getattr(contact, point) == getattr(row, "number" if point == "phone" else point)

    return fact_


def is_primary_account(row: Row, world: World) -> bool:
    contact = world.one("Contact", row.contact_id)
    return contact is not None and row.ended_on is None and contact.account_id == row.account_id


FACTS: Mapping[tuple[str, str], Fact] = {
    ("Account", "domains"): domains,
    ("AccountContact", "isPrimaryAccount"): is_primary_account,
    ("ChangeEvent", "actor"): actor,
    ("ChangeEvent", "changedFields"): lambda row, _world: row.changed,
    ("ContactEmail", "isPrimary"): is_primary("email"),
    ("ContactPhone", "isPrimary"): is_primary("phone"),
    ("Opportunity", "ageDays"): age_days,
    ("Opportunity", "daysInStage"): days_in_stage,
    ("Opportunity", "expectedRevenue"): expected_revenue,
    ("Opportunity", "isRotting"): is_rotting,
    ("StageHistoryEntry", "days"): days_of_stay,
    ("Tenant", "id"): lambda row, _world: f"ten_{row.id.hex}",
    **service_rules.FACTS,
    **partner_rules.FACTS,
}


# -- other records -------------------------------------------------------------------------------------------------


def pointed_at(world: World, row: Row, name: str, target: str) -> Row | None:
    """The record in a field: by default the one whose id the column has."""
    known = ONES.get((row.typename, name))
    return known(row, world) if known is not None else world.one(target, getattr(row, f"{snake(name)}_id"))


def primary_contact(row: Row, world: World) -> Row | None:
    ties = [one for one in world.all("AccountContact") if one.account_id == row.id and one.is_primary_contact]
    return world.one("Contact", ties[0].contact_id) if ties else None


ONES: Mapping[tuple[str, str], Callable[[Row, World], Row | None]] = {
    ("Account", "primaryContact"): primary_contact,
    ("ExternalIdHolder", "record"): lambda row, world: world.one(of_object(row.type), row.record_id),
    **service_rules.ONES,
}


def of_object(object_: str) -> str:
    """The type of the records that rights and events call so."""
    return next(type_ for type_, model in MODELS.items() if getattr(model, "object", None) == object_)


def holders(world: World, source: str, value: str) -> list[Row]:
    """The keys of all types that are these and lead to a record the asker sees."""
    keys = [one for one in world.all("ExternalId") if (one.source, one.value) == (source, value)]
    rows = [Row("ExternalIdHolder", {"type": one.type, "record_id": one.record_id}) for one in keys]
    return sorted((row for row in rows if ONES["ExternalIdHolder", "record"](row, world)), key=lambda row: row.type)


# -- lists: which rows belong to a field of a row -------------------------------------------------------------------


def listed(world: World, row: Row, name: str, target: str) -> list[Row]:
    """The rows of a list, those of a short list in its order. By default the rows that point back, if only one way."""
    known = LISTS.get((row.typename, name)) or LISTS.get(("", name))
    if known is not None:
        return known(row, world)
    back = pointing_back(target, row.typename)
    rows = [one for one in world.all(target) if getattr(one, back) == row.id]
    order = SHORT_LISTS.get((row.typename, name))
    return sorted(rows, key=attrgetter(*order)) if order else rows


def pointing_back(target: str, to: str) -> str:
    """The column of `target` that points at rows of `to`."""
    table = MODELS[to].__tablename__
    found = [column.name for column in MODELS[target].__table__.c if column.info.get("references") == table]
    if len(found) != 1:
        raise LookupError(f"say in LISTS how {target} rows belong to {to}: {found or 'no column'} points at it")
    return str(found[0])


def external_ids(row: Row, world: World) -> list[Row]:
    keys = [one for one in world.all("ExternalId") if one.record_id == row.id and one.type == object_of(row.typename)]
    return sorted(keys, key=lambda one: (one.source, one.value))


def history(row: Row, world: World) -> list[Row]:
    object_type = object_of(row.typename)
    return [one for one in world.all("ChangeEvent") if (one.object_type, one.object_id) == (object_type, row.id)]


def changes(row: Row, world: World) -> list[Row]:
    found = [one for one in world.all("ChangeValues") if one.id == row.id]
    return [
        Row("FieldChange", {"field": name, "before": text_of(one.before.get(name)), "after": text_of(one.after[name])})
        for one in found
        for name in sorted(one.after)
    ]


def text_of(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def transitions(row: Row, world: World) -> list[Row]:
    """domain.md §3: what the verbs would accept, verb by verb, the stages in the order of their pipeline."""
    if row.archived_at is not None or not world.changes(row):
        return []
    live = [stage for stage in world.all("Stage") if stage.archived_at is None]
    pipelines = {one.id: one for one in world.all("Pipeline")}
    live = sorted(
        (one for one in live if pipelines[one.pipeline_id].archived_at is None), key=lambda one: (one.position, one.id)
    )
    here = [stage for stage in live if stage.pipeline_id == row.pipeline_id]
    steps: list[tuple[str, list[Row]]]
    if row.status == "OPEN":
        steps = [
            ("ADVANCE", advances(row, here, world, strict=pipelines[row.pipeline_id].strict_order)),
            ("MOVE_PIPELINE", [one for one in live if one.pipeline_id != row.pipeline_id and one.kind == "OPEN"]),
            ("WIN", [one for one in here if one.kind == "WON"]),
            ("LOSE", [one for one in here if one.kind == "LOST"]),
        ]
    else:
        steps = [("REOPEN", [one for one in here if one.kind == "OPEN"])]
    return [
        Row("OpportunityTransition", {"verb": verb, "stage_id": one.id, "tenant_id": row.tenant_id})
        for verb, stages in steps
        for one in stages
    ]


def advances(row: Row, here: list[Row], world: World, *, strict: bool) -> list[Row]:
    """The other open stages; in strict order any before and the next one."""
    others = [stage for stage in here if stage.kind == "OPEN" and stage.id != row.stage_id]
    now = world.one("Stage", row.stage_id)
    if not strict or now is None:
        return others
    back = [stage for stage in others if stage.position <= now.position]
    return back + [stage for stage in others if stage.position > now.position][:1]


LISTS: Mapping[tuple[str, str], Callable[[Row, World], list[Row]]] = {
    ("", "externalIds"): external_ids,
    ("", "history"): history,
    ("ChangeEvent", "changes"): changes,
    ("Opportunity", "availableTransitions"): transitions,
    **service_rules.LISTS,
    **partner_rules.LISTS,
}
SHORT_LISTS: Mapping[tuple[str, str], Sequence[str]] = {
    ("Account", "addresses"): ["kind"],
    ("Contact", "addresses"): ["kind"],
    ("Contact", "emails"): ["key"],
    ("Contact", "phones"): ["number"],
    ("Opportunity", "contactRoles"): ["created_at", "id"],
    ("Opportunity", "lines"): ["position"],
    ("Opportunity", "splits"): ["kind", "user_id"],
    **service_rules.SHORT_LISTS,
    **partner_rules.SHORT_LISTS,
}

# Lists that are not ordered by `orderBy`: the columns, and whether they run downwards.
FIXED_ORDERS: Mapping[str, tuple[Sequence[str], bool]] = {
    "ChangeEvent": (["version", "id"], True),
    "StageHistoryEntry": (["entered_at", "id"], True),
    **service_rules.FIXED_ORDERS,
    **partner_rules.FIXED_ORDERS,
}


# -- references ------------------------------------------------------------------------------------------------------


def named(world: World, type_: str, reference: Mapping[str, Any]) -> Row | None:
    """The record that a reference names: archived ones by id or external id, live ones by their natural key."""
    ((name, value),) = reference.items()
    rows = world.all(type_)
    if name == "id":
        return next((row for row in rows if wire_id(type_, row.id) == value), None)
    if name == "externalId":
        key = (object_of(type_), value["source"], value["value"])
        keys = [one for one in world.all("ExternalId") if (one.type, one.source, one.value) == key]
        return next((row for row in rows if keys and row.id == keys[0].record_id), None)
    fits = NATURAL_KEYS.get((type_, name), lambda row, given, _world: same(getattr(row, snake(name)), given))
    return next((row for row in rows if row.archived_at is None and fits(row, value, world)), None)


def stage_by_name(row: Row, names: Mapping[str, str], world: World) -> bool:
    pipeline = world.one("Pipeline", row.pipeline_id)
    if pipeline is None or pipeline.archived_at is not None:
        return False
    return same(row.name, names["name"]) and same(pipeline.name, names["pipeline"])


NATURAL_KEYS: Mapping[tuple[str, str], Callable[[Row, Any, World], bool]] = {
    ("Account", "domain"): lambda row, name, world: name.lower() in domains(row, world),
    ("Contact", "email"): lambda row, email, _world: row.email is not None and row.email.lower() == email.lower(),
    ("Stage", "byName"): stage_by_name,
    **partner_rules.NATURAL_KEYS,
}
