"""Commands for commission plans. What a plan has accrued stays as it was reckoned, whatever becomes of the plan."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    Money,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked_currency,
    checked_day,
    checked_money,
    checked_references,
    checked_texts,
    fold,
    load_references,
    refuse_null,
    require,
    write_rows,
)
from api.domain.partner_programs import PartnerProgram, PartnerRole, checked_percent

from .models import CommissionPlan
from .states import CommissionBasis

TEXTS = {"name": TextField(100, required=True, folded="name_sort"), "notes": TextField(5_000)}
REFERENCES = {"program_id": PartnerProgram}
DAYS = ("starts_on", "ends_on")


class PlanValues(TypedDict, total=False):
    """What is known of a plan; a missing key leaves the value alone, None clears it.

    `percent` is the rate where the partner's tier says none; `cap` the most for one sale, in the plan's currency.
    """

    name: str
    program_id: UUID
    basis: CommissionBasis
    role: PartnerRole
    starts_on: date
    ends_on: date | None
    currency: str | None
    percent: Decimal | None
    cap: Money | None
    notes: str | None


PlanRow = Row[PlanValues]


async def create_plan(work: Work, values: PlanValues, *, external_ids: Sequence[ExternalKey] = ()) -> CommissionPlan:
    row = PlanRow(values=values, external_ids=external_ids)
    return (await write_rows(work, PLANS, [row], prepare, create=True))[0].unwrap()


async def upsert_plans(work: Work, rows: Sequence[PlanRow]) -> list[Written[CommissionPlan]]:
    """Create or update plans; a row means the plan with its id, external id or name."""
    return await write_rows(work, PLANS, rows, prepare)


async def archive_plan(work: Work, id: UUID, *, if_version: int | None = None) -> CommissionPlan:
    """From now on it accrues nothing."""
    plan = await work.edit(CommissionPlan, id, if_version=if_version, archived=True)
    plan.archived_at = plan.archived_at or work.now
    return plan


async def restore_plan(work: Work, id: UUID, *, if_version: int | None = None) -> CommissionPlan:
    """Raises RestoreConflict if a live plan has the name."""
    plan = await work.edit(CommissionPlan, id, if_version=if_version, archived=True)
    if plan.archived_at is not None:
        for holder in (await PLANS.holders(work, [plan.name_sort])).values():
            raise RestoreConflict(CommissionPlan.object, holder, ("name",))
    plan.archived_at = None
    return plan


async def prepare(work: Work, rows: Sequence[PlanRow], _records: Mapping[UUID, CommissionPlan]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)

    def write(row: PlanRow, plan: CommissionPlan | None) -> tuple[CommissionPlan, bool]:
        columns = plan_columns(work, row.values, plan)
        if plan is None:
            return work.add(CommissionPlan(**columns)), True
        return plan, assign(plan, columns)

    return write


def plan_columns(work: Work, values: PlanValues, plan: CommissionPlan | None) -> dict[str, Any]:
    if plan is None:
        require(values, "name", "program_id", "basis", "starts_on")
    refuse_null(values, "program_id", "basis", "role", "starts_on")
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, plan)
    columns |= {name: values[name] for name in ("basis", "role") if name in values}
    if plan is None:
        columns.setdefault("role", PartnerRole.ORIGINATOR)
    columns |= checked_days(values, plan)
    if "percent" in values:
        columns["percent"] = checked_percent(values["percent"], "percent") or None
    return columns | checked_terms(values, plan)


def checked_terms(values: PlanValues, plan: CommissionPlan | None) -> dict[str, Any]:
    """Raises Invalid for an unknown currency, or a cap in another one than the plan's."""
    currency = plan.currency if plan else None
    cap = Money(plan.cap_minor, plan.currency) if plan and plan.cap_minor and plan.currency else None
    if "currency" in values:
        currency = None if values["currency"] is None else checked_currency(values["currency"])
    if "cap" in values:
        cap = checked_money(values["cap"], "cap")
    if cap is not None and cap.minor <= 0:
        raise Invalid(("cap",), "a cap is more than nothing; leave it out for none", "positive", 0)
    if cap is not None and cap.currency != currency:
        raise Invalid(("cap",), "a plan with a cap is for sales in one currency: give it that of the cap", "currency")
    return {"currency": currency, "cap_minor": cap and cap.minor}


def checked_days(values: PlanValues, plan: CommissionPlan | None) -> dict[str, Any]:
    """Raises Invalid for a day that is none, or an end before the start."""
    days = {name: checked_day(values[name], name) for name in DAYS if name in values}  # type: ignore[literal-required]
    start, end = (days.get(name, getattr(plan, name, None)) for name in DAYS)
    if start is not None and end is not None and end < start:
        raise Invalid(("ends_on",), f"this plan begins later, on {start}", "period")
    return days


def names_of(values: Mapping[str, Any]) -> Sequence[str]:
    return (fold(values["name"]),) if values.get("name") else ()


PLANS = Matching(CommissionPlan, "name", names_of, by_column(CommissionPlan, "name_sort"))
