"""Commands for service-level policies. A change of the terms makes a version; cases keep the one they began with."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.business_hours import BusinessHours
from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    among,
    assign,
    by_column,
    checked_number,
    checked_references,
    checked_texts,
    fold,
    load_references,
    new_id,
    refuse_null,
    require,
    under,
    write_rows,
)

from .level_states import MilestoneType
from .levels import SlaPolicy, SlaTarget, SlaVersion
from .states import CaseOrigin, CasePriority, CaseType

TEXTS = {"name": TextField(100, required=True, folded="name_sort")}
REFERENCES = {"business_hours_id": BusinessHours}
TERMS = ("business_hours_id", "warn_percent", "pauses_for_customer", "pauses_for_third_party")
PLAIN = ("is_active", "pauses_for_customer", "pauses_for_third_party")
MOST_MINUTES = 366 * 24 * 60
Promises = dict[tuple[CasePriority, MilestoneType], tuple[int, UUID | None]]


class TargetValues(TypedDict):
    """`minutes` of business time; `business_hours_id` goes before that of the policy."""

    priority: CasePriority
    milestone: MilestoneType
    minutes: int
    business_hours_id: NotRequired[UUID | None]


class SlaPolicyValues(TypedDict, total=False):
    """What is known of a policy; a missing key leaves the value alone. `targets` are all it has then.

    `place`: of several policies for a case, the first counts. `warn_percent` of a target is when a warning is given.
    """

    name: str
    is_active: bool
    place: int
    types: Sequence[CaseType]
    origins: Sequence[CaseOrigin]
    business_hours_id: UUID | None
    warn_percent: int
    pauses_for_customer: bool
    pauses_for_third_party: bool
    targets: Sequence[TargetValues]


SlaPolicyRow = Row[SlaPolicyValues]


async def create_policy(work: Work, values: SlaPolicyValues, *, external_ids: Sequence[ExternalKey] = ()) -> SlaPolicy:
    """Raises Required without a name or targets."""
    row = SlaPolicyRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update_policy(work: Work, id: UUID, values: SlaPolicyValues, *, if_version: int | None = None) -> SlaPolicy:
    return (await upsert_policies(work, [SlaPolicyRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_policies(work: Work, rows: Sequence[SlaPolicyRow]) -> list[Written[SlaPolicy]]:
    """Create or update policies; a row means the one with its id, external id or name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive_policy(work: Work, id: UUID, *, if_version: int | None = None) -> SlaPolicy:
    """New cases do without it; those that have it keep it."""
    policy = await work.edit(SlaPolicy, id, if_version=if_version, archived=True)
    policy.archived_at = policy.archived_at or work.now
    return policy


async def restore_policy(work: Work, id: UUID, *, if_version: int | None = None) -> SlaPolicy:
    """Raises RestoreConflict if a live policy has the name."""
    policy = await work.edit(SlaPolicy, id, if_version=if_version, archived=True)
    if policy.archived_at is not None:
        for holder in (await MATCHING.holders(work, [policy.name_sort])).values():
            raise RestoreConflict("sla_policy", holder, ("name",))
    policy.archived_at = None
    return policy


async def prepare(work: Work, rows: Sequence[SlaPolicyRow], records: Mapping[UUID, SlaPolicy]) -> Any:
    targets = [target for row in rows for target in row.values.get("targets") or ()]
    await load_references(work, [*(row.values for row in rows), *targets], REFERENCES)
    newest = await newest_versions(work, list(records))
    promised = await promises_of(work, [version.id for version in newest.values()])

    def write(row: SlaPolicyRow, policy: SlaPolicy | None) -> tuple[SlaPolicy, bool]:
        if policy is None:
            require(row.values, "name", "targets")
        refuse_null(row.values, "targets", "types", "origins", "place", "warn_percent", *PLAIN)
        columns = columns_of_values(work, row.values, policy)
        promises = checked_targets(work, row.values["targets"]) if "targets" in row.values else None
        changed = policy is None or assign(policy, columns)
        policy = policy or work.add(SlaPolicy(**{"types": [], "origins": [], **columns}))
        before = newest.get(policy.id)
        terms = {name: getattr(policy, name) for name in TERMS}
        known = promised.get(before.id, {}) if before else {}
        promises = known if promises is None else promises
        if before is None or promises != known or any(getattr(before, name) != terms[name] for name in TERMS):
            newest[policy.id] = made = add_version(work, policy, before.revision + 1 if before else 1, terms, promises)
            promised[made.id] = promises
            changed = True
        return policy, changed

    return write


def columns_of_values(work: Work, values: SlaPolicyValues, policy: SlaPolicy | None) -> dict[str, Any]:
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, policy)
    columns |= {name: values[name] for name in PLAIN if name in values}  # type: ignore[literal-required]
    if "place" in values:
        columns["place"] = checked_number(values["place"], "place", 1, 1_000)
    if "warn_percent" in values:
        columns["warn_percent"] = checked_number(values["warn_percent"], "warn_percent", 1, 99)
    for name in ("types", "origins"):
        if name in values:
            columns[name] = sorted({one.value for one in values[name]})
    return columns


def checked_targets(work: Work, given: Sequence[TargetValues]) -> Promises:
    found: Promises = {}
    for index, one in enumerate(given):
        with under("targets", str(index)):
            minutes = checked_number(one["minutes"], "minutes", 1, MOST_MINUTES) or 0
            key = (one["priority"], one["milestone"])
            if key in found:
                raise Invalid(("milestone",), "one target for each priority and milestone; leave one out", "unique")
            hours = one.get("business_hours_id")
            if hours is not None:
                work.loaded(BusinessHours, hours, "business_hours")
            found[key] = (minutes, hours)
    return found


def add_version(
    work: Work, policy: SlaPolicy, revision: int, terms: Mapping[str, Any], promises: Promises
) -> SlaVersion:
    made = SlaVersion(id=new_id(), policy_id=policy.id, revision=revision, created_at=work.now, **terms)
    work.add(made)
    for (priority, milestone), (minutes, hours) in promises.items():
        work.add(
            SlaTarget(
                version_id=made.id,
                policy_id=policy.id,
                priority=priority,
                milestone=milestone,
                minutes=minutes,
                business_hours_id=hours,
            )
        )
    return made


async def newest_versions(work: Work, policies: Sequence[UUID]) -> dict[UUID, SlaVersion]:
    if not policies:
        return {}
    query = select(SlaVersion).where(SlaVersion.tenant_id == work.tenant, among(SlaVersion.policy_id, policies))
    return {one.policy_id: one for one in await work.session.scalars(query.order_by(SlaVersion.revision))}


async def promises_of(work: Work, versions: Sequence[UUID]) -> dict[UUID, Promises]:
    found: dict[UUID, Promises] = {}
    if versions:
        query = select(SlaTarget).where(SlaTarget.tenant_id == work.tenant, among(SlaTarget.version_id, versions))
        for one in await work.session.scalars(query):
            found.setdefault(one.version_id, {})[one.priority, one.milestone] = (one.minutes, one.business_hours_id)
    return found


def names(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["name"])] if values.get("name") else []


MATCHING = Matching(SlaPolicy, "name", names, by_column(SlaPolicy, "name_sort"))
