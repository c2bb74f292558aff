"""Commands for escalation rules."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked_number,
    checked_references,
    checked_texts,
    fold,
    load_references,
    refuse_null,
    require,
    write_rows,
)
from api.domain.queues import Queue

from .escalating import HIGHEST, schedule_age
from .handling import EscalationRule
from .level_states import MilestoneType
from .states import CasePriority, EscalationTrigger

TEXTS = {"name": TextField(100, required=True, folded="name_sort")}
REFERENCES = {"to_queue_id": Queue}
NUMBERS = {"minutes": 525_600, "times": 100, "to_level": HIGHEST, "place": 1_000}
PLAIN = ("is_active", "trigger", "milestone", "to_priority")
CLOCKS = frozenset({EscalationTrigger.MILESTONE_WARNED, EscalationTrigger.MILESTONE_VIOLATED})


class EscalationRuleValues(TypedDict, total=False):
    """`minutes` is for AGE only, `times` for REOPENED only, `milestone` for those of milestones (None: any)."""

    name: str
    is_active: bool
    place: int
    trigger: EscalationTrigger
    milestone: MilestoneType | None
    minutes: int | None
    times: int | None
    to_level: int
    to_priority: CasePriority | None
    to_queue_id: UUID | None


EscalationRuleRow = Row[EscalationRuleValues]


async def create_rule(
    work: Work, values: EscalationRuleValues, *, external_ids: Sequence[ExternalKey] = ()
) -> EscalationRule:
    """Raises Required without a name or a trigger."""
    row = EscalationRuleRow(values=values, external_ids=external_ids)
    return (await write_rules(work, [row], create=True))[0].unwrap()


async def update_rule(
    work: Work, id: UUID, values: EscalationRuleValues, *, if_version: int | None = None
) -> EscalationRule:
    """It does not act again on cases on which it has acted."""
    row = EscalationRuleRow(values=values, id=id, if_version=if_version)
    return (await upsert_rules(work, [row]))[0].unwrap()


async def upsert_rules(work: Work, rows: Sequence[EscalationRuleRow]) -> list[Written[EscalationRule]]:
    """Create or update rules; a row means the one with its id, external id or name."""
    return await write_rules(work, rows)


async def archive_rule(work: Work, id: UUID, *, if_version: int | None = None) -> EscalationRule:
    rule = await work.edit(EscalationRule, id, if_version=if_version, archived=True)
    rule.archived_at = rule.archived_at or work.now
    return rule


async def restore_rule(work: Work, id: UUID, *, if_version: int | None = None) -> EscalationRule:
    """Raises RestoreConflict if a live rule has the name."""
    rule = await work.edit(EscalationRule, id, if_version=if_version, archived=True)
    if rule.archived_at is not None:
        for holder in (await MATCHING.holders(work, [rule.name_sort])).values():
            raise RestoreConflict("escalation_rule", holder, ("name",))
    rule.archived_at = None
    await watch(work, [rule])
    return rule


async def write_rules(
    work: Work, rows: Sequence[EscalationRuleRow], *, create: bool = False
) -> list[Written[EscalationRule]]:
    changed: list[EscalationRule] = []

    async def prepare(work: Work, rows: Sequence[EscalationRuleRow], _records: Mapping[UUID, EscalationRule]) -> Any:
        await load_references(work, [row.values for row in rows], REFERENCES)

        def write(row: EscalationRuleRow, rule: EscalationRule | None) -> tuple[EscalationRule, bool]:
            if rule is None:
                require(row.values, "name", "trigger")
            columns = columns_of_values(work, row.values, rule)
            is_changed = rule is None or assign(rule, columns)
            rule = rule or work.add(EscalationRule(**columns))
            changed.extend([rule] if is_changed else [])
            return rule, is_changed

        return write

    written = await write_rows(work, MATCHING, rows, prepare, create=create)
    await watch(work, changed)
    return written


async def watch(work: Work, rules: Sequence[EscalationRule]) -> None:
    """Let the worker look at what is old enough already."""
    for rule in rules:
        if rule.trigger is EscalationTrigger.AGE and rule.is_active:
            await schedule_age(work, rule, work.now)


def columns_of_values(work: Work, values: EscalationRuleValues, rule: EscalationRule | None) -> dict[str, Any]:
    """Raises Invalid if what the rule would be does not fit its trigger."""
    refuse_null(values, "is_active", "place", "trigger", "to_level")
    columns: dict[str, Any] = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, rule)
    columns |= {name: values[name] for name in PLAIN if name in values}  # type: ignore[literal-required]
    for name, most in NUMBERS.items():
        if name in values:
            columns[name] = checked_number(values[name], name, 1, most)  # type: ignore[literal-required]
    known = {name: getattr(rule, name, None) for name in ("trigger", "minutes", "times", "milestone")} | columns
    trigger = known["trigger"]
    for name, its in (("minutes", EscalationTrigger.AGE), ("times", EscalationTrigger.REOPENED)):
        if (trigger is its) != (known[name] is not None):
            raise Invalid((name,), f"give {name} for {its.value}, and for no other trigger", "trigger")
    if known["milestone"] is not None and trigger not in CLOCKS:
        raise Invalid(("milestone",), "give a milestone only for MILESTONE_WARNED or MILESTONE_VIOLATED", "trigger")
    return columns


def names(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["name"])] if values.get("name") else []


MATCHING = Matching(EscalationRule, "name", names, by_column(EscalationRule, "name_sort"))
