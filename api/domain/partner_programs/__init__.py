"""Partner programs: tiers, memberships and the people of partners.

For other slices (records: `PartnerProgram`, `PartnerTier`, `PartnerMembership`, `PartnerTierHistory`, `PartnerUser`,
`PartnerCertification`; part of an opportunity: `OpportunityPartner`):

* `active_memberships(work, accounts=…, program_id=…)`: active memberships with their tiers (`tier.weight`,
  `tier.commission_percent`), for distribution and commissions.
* `check_active_member(work, account_id)`: refuses business of whom is no active member.
* `tiers_at(work, account_id, instant)`: program → tier that an account was in, for commissions at close.
* `set_opportunity_partner(work, opportunity_id, account_id, PartnerRole.ORIGINATOR)`: whose sale it is; sourced and
  influenced revenue, and eligibility for tiers, are counted by it.
* `accounts_of(work)`: the accounts that the asking outsider acts for; `acted_for(work, account_id)`: the account that a
  command of staff or an outsider is about.
* `edit_seen(work, entity, id)` and `add_as_either(work, row)`: `Work.edit` and `Work.add` for commands that outsiders
  have, too. A record that outsiders see by such a rule says `reached = True` (it cannot be shared then), declares
  columns with `partner=FieldAccess.READ`, and its `visible` for `context.outside` is made of
  `outside.acts_for(t.account_id)` (any user of the partner, by the subtree of his scope) or
  `outside.works_on(t.account_id, t.contact_id)` (with the scope OWN only what the contact himself did).
  A mutation is theirs with `for_outsiders_too(…)` in `api/schema`.
"""

from .certifications import CertificationRow, CertificationValues, award, revoke
from .certifications import archive as archive_certification
from .certifications import create as create_certification
from .certifications import restore as restore_certification
from .certifications import upsert_many as upsert_certifications
from .days import months_after, today
from .events import (
    CertificationAwarded,
    CertificationRevoked,
    MembershipActivated,
    MembershipApplied,
    MembershipApproved,
    MembershipResumed,
    MembershipReviewDue,
    MembershipReviewed,
    MembershipSuspended,
    MembershipTerminated,
    OpportunityPartnerSet,
    TierChanged,
)
from .memberships import (
    MembershipValues,
    activate,
    active_memberships,
    apply,
    approve,
    change_tier,
    check_active_member,
    current_membership,
    resume,
    review,
    suspend,
    terminate,
    tiers_at,
    update,
)
from .models import (
    Certification,
    OpportunityPartner,
    PartnerCertification,
    PartnerMembership,
    PartnerProgram,
    PartnerTier,
    PartnerTierCertification,
    PartnerTierHistory,
    PartnerUser,
)
from .opportunity_partners import name_originator, partners_of, remove_opportunity_partner, set_opportunity_partner
from .programs import (
    ProgramRow,
    ProgramValues,
    TierRow,
    TierValues,
    archive_program,
    archive_tier,
    checked_percent,
    create_program,
    create_tier,
    restore_program,
    restore_tier,
    upsert_programs,
    upsert_tiers,
)
from .reach import accounts_of, acted_for, add_as_either, edit_seen
from .reviews import REVIEW, review_due
from .states import TRANSITIONS, MembershipStatus, PartnerRole, PartnerScope
from .users import archive as archive_user
from .users import create as create_user
from .users import restore as restore_user
from .users import set_scope

__all__ = [
    "REVIEW",
    "TRANSITIONS",
    "Certification",
    "CertificationAwarded",
    "CertificationRevoked",
    "CertificationRow",
    "CertificationValues",
    "MembershipActivated",
    "MembershipApplied",
    "MembershipApproved",
    "MembershipResumed",
    "MembershipReviewDue",
    "MembershipReviewed",
    "MembershipStatus",
    "MembershipSuspended",
    "MembershipTerminated",
    "MembershipValues",
    "OpportunityPartner",
    "OpportunityPartnerSet",
    "PartnerCertification",
    "PartnerMembership",
    "PartnerProgram",
    "PartnerRole",
    "PartnerScope",
    "PartnerTier",
    "PartnerTierCertification",
    "PartnerTierHistory",
    "PartnerUser",
    "ProgramRow",
    "ProgramValues",
    "TierChanged",
    "TierRow",
    "TierValues",
    "accounts_of",
    "acted_for",
    "activate",
    "active_memberships",
    "add_as_either",
    "apply",
    "approve",
    "archive_certification",
    "archive_program",
    "archive_tier",
    "archive_user",
    "award",
    "change_tier",
    "check_active_member",
    "checked_percent",
    "create_certification",
    "create_program",
    "create_tier",
    "create_user",
    "current_membership",
    "edit_seen",
    "months_after",
    "name_originator",
    "partners_of",
    "remove_opportunity_partner",
    "restore_certification",
    "restore_program",
    "restore_tier",
    "restore_user",
    "resume",
    "review",
    "review_due",
    "revoke",
    "set_opportunity_partner",
    "set_scope",
    "suspend",
    "terminate",
    "tiers_at",
    "today",
    "update",
    "upsert_certifications",
    "upsert_programs",
    "upsert_tiers",
]
