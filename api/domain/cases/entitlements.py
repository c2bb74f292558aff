"""Commands for entitlements: who has which policy, until when, for how many cases."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    Row,
    TextField,
    Work,
    Written,
    assign,
    checked_day,
    checked_number,
    checked_references,
    checked_texts,
    load_references,
    refuse_null,
    require,
    write_rows,
)

from .levels import Entitlement, SlaPolicy

TEXTS = {"name": TextField(255, required=True, folded="name_sort")}
REFERENCES = {"account_id": Account, "contact_id": Contact, "policy_id": SlaPolicy}
DAYS = ("starts_on", "ends_on")
MOST_CASES = 1_000_000


class EntitlementValues(TypedDict, total=False):
    """Of an account or of a contact. `remaining_cases`: None for any number."""

    name: str
    account_id: UUID | None
    contact_id: UUID | None
    policy_id: UUID
    starts_on: date
    ends_on: date | None
    remaining_cases: int | None


EntitlementRow = Row[EntitlementValues]


async def create_entitlement(
    work: Work, values: EntitlementValues, *, external_ids: Sequence[ExternalKey] = ()
) -> Entitlement:
    """From today on unless the values say otherwise.

    Raises:
        Invalid: it is of an account and a contact, or of neither, or ends before it starts.
    """
    row = EntitlementRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update_entitlement(
    work: Work, id: UUID, values: EntitlementValues, *, if_version: int | None = None
) -> Entitlement:
    row = EntitlementRow(values=values, id=id, if_version=if_version)
    return (await upsert_entitlements(work, [row]))[0].unwrap()


async def upsert_entitlements(work: Work, rows: Sequence[EntitlementRow]) -> list[Written[Entitlement]]:
    return await write_rows(work, MATCHING, rows, prepare)


async def archive_entitlement(work: Work, id: UUID, *, if_version: int | None = None) -> Entitlement:
    entitlement = await work.edit(Entitlement, id, if_version=if_version, archived=True)
    entitlement.archived_at = entitlement.archived_at or work.now
    return entitlement


async def restore_entitlement(work: Work, id: UUID, *, if_version: int | None = None) -> Entitlement:
    entitlement = await work.edit(Entitlement, id, if_version=if_version, archived=True)
    entitlement.archived_at = None
    return entitlement


async def prepare(work: Work, rows: Sequence[EntitlementRow], _records: Mapping[UUID, Entitlement]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    today = (await work.tenant_settings()).day_of(work.now)

    def write(row: EntitlementRow, entitlement: Entitlement | None) -> tuple[Entitlement, bool]:
        values = row.values if entitlement is not None else {"starts_on": today, **row.values}
        if entitlement is None:
            require(values, "name", "policy_id")
        refuse_null(values, "policy_id", "starts_on")
        columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, entitlement)
        columns |= {name: checked_day(values[name], name) for name in DAYS if name in values}  # type: ignore[literal-required]
        if "remaining_cases" in values:
            columns["remaining_cases"] = checked_number(values["remaining_cases"], "remaining_cases", 0, MOST_CASES)
        check_whole(columns, entitlement)
        if entitlement is None:
            return work.add(Entitlement(**columns)), True
        return entitlement, assign(entitlement, columns)

    return write


def check_whole(columns: Mapping[str, Any], entitlement: Entitlement | None) -> None:
    """Raises Invalid for what the columns would make of the entitlement."""
    before = {name: getattr(entitlement, name, None) for name in (*REFERENCES, *DAYS)}
    known = {**before, **columns}
    if (known["account_id"] is None) == (known["contact_id"] is None):
        raise Invalid(("account",), "an entitlement is of an account or of a contact; give one of them", "holder")
    if known["ends_on"] is not None and known["ends_on"] < known["starts_on"]:
        raise Invalid(("ends_on",), "it cannot end before it starts; give a later day", "order")


def no_keys(_values: Mapping[str, Any]) -> Sequence[str]:
    return ()


async def nobody(_work: Work, _keys: Sequence[str]) -> Mapping[str, UUID]:
    return {}


MATCHING = Matching(Entitlement, "external_ids", no_keys, nobody)
