"""Which terms a new case begins with: those of its entitlement, else of the first policy that is for such cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from api.domain.contacts import Contact
from api.domain.kernel import Work, among

from .level_states import EntitlementStatus
from .levels import Entitlement, SlaPolicy, SlaVersion
from .states import CaseOrigin


@dataclass(frozen=True)
class Choice:
    """`policies` with their newest versions, in their order; `entitlements` of those whom the cases are of, locked."""

    today: date
    policies: Sequence[tuple[SlaPolicy, UUID]]
    entitlements: Sequence[Entitlement]

    def terms_of(self, columns: Mapping[str, Any]) -> dict[str, UUID]:
        """The columns that tie a new case to its terms. An entitlement for so many cases has one less afterwards."""
        versions = {policy.id: version for policy, version in self.policies}
        for one in self.entitlements:
            holder = columns.get("contact_id") if one.contact_id else columns.get("account_id")
            if holder != (one.contact_id or one.account_id) or one.policy_id not in versions:
                continue
            if status_of(one, self.today) is not EntitlementStatus.ACTIVE:
                continue
            if one.remaining_cases is not None:
                one.remaining_cases -= 1
            return {"entitlement_id": one.id, "sla_version_id": versions[one.policy_id]}
        for policy, version in self.policies:
            if policy.is_active and is_for(policy, columns):
                return {"sla_version_id": version}
        return {}


def status_of(entitlement: Entitlement, today: date) -> EntitlementStatus:
    if today < entitlement.starts_on:
        return EntitlementStatus.PLANNED
    if entitlement.ends_on is not None and today > entitlement.ends_on:
        return EntitlementStatus.EXPIRED
    return EntitlementStatus.EXHAUSTED if entitlement.remaining_cases == 0 else EntitlementStatus.ACTIVE


def is_for(policy: SlaPolicy, columns: Mapping[str, Any]) -> bool:
    """Whether a case of this type and origin is one that the policy is for."""
    origin = columns.get("origin", CaseOrigin.API)
    return (not policy.types or columns.get("type") in policy.types) and (
        not policy.origins or origin in policy.origins
    )


async def open_choice(work: Work, rows: Sequence[Mapping[str, Any]], senders: Iterable[UUID]) -> Choice:
    """For new cases with these values; two statements if the tenant has policies, else one."""
    if not rows:
        return Choice(date.min, (), ())
    await work.flush()
    policies = await policies_of(work)
    if not policies:
        return Choice(date.min, (), ())
    contacts = {*senders, *(row["contact_id"] for row in rows if row.get("contact_id"))}
    known = (await work.load(Contact, contacts)).values()
    accounts = {one.account_id for one in known if one.account_id}
    accounts |= {row["account_id"] for row in rows if row.get("account_id")}
    today = (await work.tenant_settings()).day_of(work.now)
    query = select(Entitlement.id).where(
        Entitlement.tenant_id == work.tenant,
        Entitlement.archived_at.is_(None),
        among(Entitlement.contact_id, contacts) | among(Entitlement.account_id, accounts),
    )
    held = await work.affect(Entitlement, (await work.session.scalars(query)).all())
    # A contact's own goes before the account's, and what ends soon is used first.
    held.sort(key=lambda one: (one.contact_id is None, one.ends_on or date.max, one.starts_on, one.id))
    return Choice(today, policies, held)


async def policies_of(work: Work) -> Sequence[tuple[SlaPolicy, UUID]]:
    newest = (
        select(SlaVersion.policy_id, func.max(SlaVersion.revision).label("revision"))
        .where(SlaVersion.tenant_id == work.tenant)
        .group_by(SlaVersion.policy_id)
        .subquery("newest")
    )
    query = (
        select(SlaPolicy, SlaVersion.id)
        .join(newest, newest.c.policy_id == SlaPolicy.id)
        .join(SlaVersion, (SlaVersion.policy_id == SlaPolicy.id) & (SlaVersion.revision == newest.c.revision))
        .where(
            SlaPolicy.tenant_id == work.tenant,
            SlaVersion.tenant_id == work.tenant,
            SlaPolicy.archived_at.is_(None),
        )
        .order_by(SlaPolicy.place, SlaPolicy.id)
    )
    return [(policy, version) for policy, version in await work.session.execute(query)]
