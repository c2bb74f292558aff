"""What the schema cannot tell of the examples: values that people would type, and records in the state a verb needs.

A new field has its example without a line here; it has a line if what `examples.py` makes of it says little or is
refused by the tenant of `crm demo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCALARS: Mapping[str, Any] = {
    "Boolean": True,
    "CountryCode": "DE",
    "CurrencyCode": "USD",
    "Date": "2026-03-02",
    "DateTime": "2026-03-02T09:15:00Z",
    "Decimal": "1250.00",
    "Float": 1.5,
    "Int": 1,
    "Locale": "de",
    "TimeZone": "Europe/Berlin",
}
TEXTS: Mapping[str, str] = {
    "closes": "17:00",
    "code": "EXAMPLE-1",
    "customerDomain": "example.com",
    "domain": "example.com",
    "email": "jane.doe@example.com",
    "firstName": "Jane",
    "lastName": "Doe",
    "name": "Example",
    "number": "+49 30 901820",
    "opens": "09:00",
    "quantity": "2",
    "percent": "100",
    "phone": "+49 30 901820",
    "reason": "No budget this year",
    "source": "example",
    "value": "1",
}
NUMBERS: Mapping[str, int] = {"firstYear": 2026, "lastYear": 2027, "probability": 40, "rank": 9}
TOLD = "subscription { events { id type position changedFields } }"
# Arguments that need not be given, but show what the field is for.
SHOWN_ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "opportunities": {"filter": {"status": {"eq": "OPEN"}}, "orderBy": [{"field": "AMOUNT", "direction": "DESC"}]},
    "opportunitiesAggregate": {"groupBy": ["STAGE"]},
    "accounts": {"orderBy": [{"field": "NAME"}]},
    "roleCreate": {
        "input": {
            "name": "auditor",
            "description": "Looks at deals",
            "rights": [{"object": "opportunity", "read": "ALL", "export": True}],
        }
    },
    "fieldProfileCreate": {
        "input": {
            "name": "Distributors",
            "description": "They see what a deal is worth",
            "sets": [{"object": "opportunity", "fieldSet": "commercial"}],
        }
    },
    "tokenCreate": {"input": {"name": "Shop", "role": {"name": "integration"}, "expiresInDays": 90}},
    "escalationRuleUpsert": {"values": {"name": "Waits for a day", "trigger": "AGE", "minutes": 1440}},
    "escalationRuleBulkUpsert": {
        "rows": [
            {
                "match": {"externalId": {"source": "example", "value": "1"}},
                "values": {"name": "Waits for a day", "trigger": "AGE", "minutes": 1440},
            }
        ]
    },
    "knowledgeSearch": {"words": "export pages"},
    "satisfactionRequestCreate": {"input": {"kind": "NPS", "contact": {"id": "<id of a record of type Contact>"}}},
    "userSetRoles": {"roles": [{"name": "sales_rep"}]},
    "webhookDeliveryReplay": {"after": "0", "through": "1"},
    "webhookEndpointCreate": {"input": {"name": "Shop", "url": "https://example.com/crm", "document": TOLD}},
    "webhookPreview": {"document": TOLD},
}
# Input fields that need not be given, but without which the example would say little.
SHOWN_FIELDS: Mapping[str, tuple[str, ...]] = {
    "AccountCreateInput": ("industry",),
    "BusinessHoursCreateInput": ("intervals",),
    "BusinessHoursPatch": ("name", "zone", "intervals"),
    "CasePatch": ("subject",),
    "CommissionPlanPatch": ("program", "name", "basis", "startsOn"),
    "ContactCreateInput": ("firstName", "email", "account"),
    "ContactPatch": ("firstName", "lastName", "title"),
    "DealRegistrationCreateInput": ("partner", "customerDomain", "customerCountry"),
    "DealRegistrationPatch": ("partner", "name"),
    "EntitlementCreateInput": ("account",),
    "EntitlementPatch": ("name", "account", "policy"),
    "EscalationRuleCreateInput": ("minutes",),
    "KnowledgeArticlePatch": ("title", "body"),
    "LeadCreateInput": ("lastName", "company"),
    "LeadPatch": ("lastName", "company"),
    "OpportunityCreateInput": ("account", "amount", "closeDate"),
    "OpportunityLineInput": ("product", "quantity"),
    "OpportunityPatch": ("name", "nextStep"),
    "PartnerMarketingBudgetPatch": ("name", "startsOn", "endsOn", "amount"),
    "PartnerMembershipApplyInput": ("account",),
    "PartnerTierPatch": ("program", "name", "rank"),
    "ProductCreateInput": ("listPrice",),
    "RecordShareCreateInput": ("contact", "level"),
    "RecordSharePatch": ("level",),
    "RolePatch": ("description",),
    "SlaPolicyCreateInput": ("targets",),
    "SlaPolicyPatch": ("name", "targets"),
    "StageCreateInput": ("probability",),
    "StagePatch": ("pipeline", "name", "probability"),
    "ProductPatch": ("code", "name", "listPrice"),
}
PATCHED = ("name", "notes", "title", "description")

OPEN = "opportunities(first: 1, filter: {status: {eq: OPEN}})"
ANY_ACCOUNT = "{ accounts(first: 1) { nodes { id } } }"


@dataclass(frozen=True)
class Lookup:
    """Where the values of variables are found in the data of a tenant; see `src/examples.ts`."""

    document: str
    rows: str
    into: Mapping[str, str]


def opportunity(document: str, **into: str) -> Lookup:
    return Lookup(document, "opportunities.nodes", {name.replace("__", "."): path for name, path in into.items()})


WITH_LINES = opportunity(
    '{ opportunities(first: 100, filter: {status: {eq: OPEN}, currency: {eq: "USD"}}) { nodes { id lines { id } } } }',
    where__id="id",
    lineId="lines.0.id",
)
IN_DOLLARS = opportunity(
    '{ opportunities(first: 1, filter: {status: {eq: OPEN}, currency: {eq: "USD"}}) { nodes { id } } }', where__id="id"
)


def contact(document: str, **into: str) -> Lookup:
    return Lookup(document, "contacts.nodes", {name.replace("__", "."): path for name, path in into.items()})


WITH_ACCOUNT = contact(
    "{ contacts(first: 1, filter: {account: {isNull: false}}) { nodes { id account { id } } } }",
    where__id="id",
    account__id="account.id",
)


def partner(into: str) -> Lookup:
    """An account that is an active partner."""
    filtered = "accounts(first: 1, filter: {partnerMemberships: {some: {status: {eq: ACTIVE}}}})"
    return Lookup(f"{{ {filtered} {{ nodes {{ id }} }} }}", "accounts.nodes", {into: "id"})


def in_state(records: str, status: str, into: str = "where.id") -> Lookup:
    """A record in the state that a verb begins with."""
    filtered = f"{records}(first: 1, filter: {{status: {{eq: {status}}}}})"
    return Lookup(f"{{ {filtered} {{ nodes {{ id }} }} }}", f"{records}.nodes", {into: "id"})


def reviewed(has_conflict: str) -> Lookup:
    """A registration that waits for a decision."""
    conditions = f"status: {{eq: UNDER_REVIEW}}, hasConflict: {{eq: {has_conflict}}}"
    filtered = f"dealRegistrations(first: 1, filter: {{{conditions}}})"
    return Lookup(f"{{ {filtered} {{ nodes {{ id }} }} }}", "dealRegistrations.nodes", {"where.id": "id"})


UNUSED_BUDGET = "{ partnerMarketingBudgets(first: 1, filter: {allocations: {none: {}}}) { nodes { id } } }"
IS_OPEN = opportunity(f"{{ {OPEN} {{ nodes {{ id }} }} }}", where__id="id")
# The records of each verb, and the state it begins with.
BEGINNINGS: Mapping[str, Mapping[str, str]] = {
    "cases": {
        "caseRelease": "OPEN",
        "caseRoute": "OPEN",
        "caseCancel": "OPEN",
        "caseClose": "RESOLVED",
        "caseMarkDuplicate": "OPEN",
        "caseReopen": "RESOLVED",
        "caseResolve": "OPEN",
        "caseResume": "WAITING_CUSTOMER",
        "caseStart": "NEW",
        "caseWaitForCustomer": "OPEN",
        "caseWaitForThirdParty": "OPEN",
    },
    "dealRegistrations": {
        "dealRegistrationConvert": "APPROVED",
        "dealRegistrationExtend": "APPROVED",
        "dealRegistrationReject": "UNDER_REVIEW",
        "dealRegistrationReview": "SUBMITTED",
        "dealRegistrationSubmit": "DRAFT",
        "dealRegistrationWithdraw": "SUBMITTED",
    },
    "knowledgeArticles": {
        "knowledgeArticlePublish": "DRAFT",
        "knowledgeArticleWithdraw": "PUBLISHED",
    },
    "leads": {
        "leadConvert": "QUALIFIED",
        "leadDisqualify": "WORKING",
        "leadNurture": "WORKING",
        "leadQualify": "WORKING",
        "leadReopen": "NURTURING",
        "leadStart": "NEW",
    },
    "partnerCommissions": {
        "partnerCommissionApprove": "ACCRUED",
        "partnerCommissionPay": "APPROVED",
        "partnerCommissionReverse": "ACCRUED",
    },
    "partnerFundClaims": {
        "partnerFundClaimApprove": "SUBMITTED",
        "partnerFundClaimPay": "APPROVED",
        "partnerFundClaimReject": "SUBMITTED",
        "partnerFundClaimWithdraw": "SUBMITTED",
    },
    "partnerFundRequests": {
        "partnerFundRequestApprove": "SUBMITTED",
        "partnerFundRequestReject": "SUBMITTED",
        "partnerFundRequestWithdraw": "SUBMITTED",
    },
    "partnerLeadOffers": {"partnerLeadOfferAccept": "OFFERED", "partnerLeadOfferDecline": "OFFERED"},
    "partnerMemberships": {
        "partnerMembershipActivate": "APPROVED",
        "partnerMembershipApprove": "APPLIED",
        "partnerMembershipChangeTier": "ACTIVE",
        "partnerMembershipResume": "SUSPENDED",
        "partnerMembershipReview": "ACTIVE",
        "partnerMembershipSuspend": "ACTIVE",
        "partnerMembershipTerminate": "ACTIVE",
    },
}
# Where a verb needs a record in a certain state.
STATES: Mapping[str, Lookup | tuple[Lookup, ...]] = {
    **{field: in_state(records, status) for records, verbs in BEGINNINGS.items() for field, status in verbs.items()},
    "caseTake": Lookup(
        "{ cases(first: 1, filter: {status: {eq: NEW}, owner: {isNull: true}}) { nodes { id } } }",
        "cases.nodes",
        {"where.id": "id"},
    ),
    "contactAddressRemove": contact(
        "{ contacts(first: 10) { nodes { id addresses { kind } } } }", where__id="id", kind="addresses.0.kind"
    ),
    "contactEmailRemove": contact(
        "{ contacts(first: 10) { nodes { id emails { email } } } }", where__id="id", email="emails.0.email"
    ),
    "contactPhoneRemove": contact(
        "{ contacts(first: 10, filter: {phone: {isNull: false}}) { nodes { id phone } } }",
        where__id="id",
        phone="phone",
    ),
    "contactRelationEnd": WITH_ACCOUNT,
    "contactRelationMakePrimary": WITH_ACCOUNT,
    "dealRegistrationApprove": reviewed("false"),
    "dealRegistrationOverride": reviewed("true"),
    "dealRegistrationBulkUpsert": partner("rows.0.values.partner.id"),
    "dealRegistrationCreate": partner("input.partner.id"),
    "dealRegistrationUpsert": partner("values.partner.id"),
    "dealRegistrationUpdate": Lookup(
        "{ dealRegistrations(first: 1, filter: {status: {eq: DRAFT}}) { nodes { id partner { id } } } }",
        "dealRegistrations.nodes",
        {"where.id": "id", "patch.partner.id": "partner.id"},
    ),
    "explainAccess": Lookup(ANY_ACCOUNT, "accounts.nodes", {"id": "id"}),
    "knowledgeArticleUnlink": Lookup(
        "{ knowledgeArticles(first: 10, filter: {status: {eq: PUBLISHED}}) { nodes {"
        " id cases(first: 1) { nodes { case { id } } } } } }",
        "knowledgeArticles.nodes",
        {"where.id": "id", "case.id": "cases.nodes.0.case.id"},
    ),
    "leadDistribute": Lookup(
        "{ leads(first: 1, filter: {status: {eq: NEW}, routing: {isNull: true}}) { nodes { id } } }",
        "leads.nodes",
        {"where.id": "id"},
    ),
    "node": Lookup(ANY_ACCOUNT, "accounts.nodes", {"id": "id"}),
    "nodes": Lookup(ANY_ACCOUNT, "accounts.nodes", {"ids.0": "id"}),
    "opportunityAdvance": opportunity(
        "{ opportunities(first: 1, filter: {status: {eq: OPEN}, stage: {position: {eq: 1}}}) { nodes { id pipeline {"
        " stages(first: 1, filter: {kind: {eq: OPEN}, position: {eq: 2}}) { nodes { id } } } } } }",
        where__id="id",
        to__id="pipeline.stages.nodes.0.id",
    ),
    "opportunityContactRoleRemove": opportunity(
        "{ opportunities(first: 100, filter: {status: {eq: OPEN}}) { nodes { id contactRoles { contact { id } } } } }",
        where__id="id",
        contact__id="contactRoles.0.contact.id",
    ),
    "opportunityContactRoleSet": IS_OPEN,
    "opportunityLineAdd": IN_DOLLARS,
    "opportunityLineRemove": WITH_LINES,
    "opportunityLineUpdate": WITH_LINES,
    "opportunityLose": IS_OPEN,
    "opportunityMovePipeline": (
        Lookup(
            "{ pipelines(first: 1, orderBy: {field: CREATED_AT}) { nodes {"
            " opportunities(first: 1, filter: {status: {eq: OPEN}}) { nodes { id } } } } }",
            "pipelines.nodes",
            {"where.id": "opportunities.nodes.0.id"},
        ),
        Lookup(
            "{ pipelines(first: 1) { nodes { stages(first: 1, filter: {kind: {eq: OPEN}}) { nodes { id } } } } }",
            "pipelines.nodes",
            {"to.id": "stages.nodes.0.id"},
        ),
    ),
    "opportunityPartnerRemove": opportunity(
        "{ opportunities(first: 100, filter: {status: {eq: WON}}) { nodes { id partners { account { id } } } } }",
        where__id="id",
        partner__id="partners.0.account.id",
    ),
    "opportunityReopen": opportunity(
        "{ opportunities(first: 1, filter: {status: {eq: LOST}}) { nodes { id pipeline {"
        " stages(first: 1, filter: {kind: {eq: OPEN}}) { nodes { id } } } } } }",
        where__id="id",
        to__id="pipeline.stages.nodes.0.id",
    ),
    "opportunitySplitsSet": IS_OPEN,
    "partnerCommissionAccrue": Lookup(
        "{ partnerCommissions(first: 1, filter: {status: {eq: ACCRUED}}) { nodes {"
        " account { id } opportunity { id } plan { id } } } }",
        "partnerCommissions.nodes",
        {"input.account.id": "account.id", "input.opportunity.id": "opportunity.id", "input.plan.id": "plan.id"},
    ),
    "partnerCommissionStatementIssue": Lookup(
        "{ partnerCommissionEntries(first: 1) { nodes { account { id } bookedOn } } }",
        "partnerCommissionEntries.nodes",
        {"input.account.id": "account.id", "input.endsOn": "bookedOn"},
    ),
    "partnerFundAllocationCreate": (
        partner("input.account.id"),
        Lookup(UNUSED_BUDGET, "partnerMarketingBudgets.nodes", {"input.budget.id": "id"}),
    ),
    "partnerFundClaimSubmit": in_state("partnerFundRequests", "APPROVED", "input.request.id"),
    "partnerLeadProfileCreate": Lookup(
        "{ accounts(first: 1, filter: {leadProfiles: {none: {}}}) { nodes { id } } }",
        "accounts.nodes",
        {"input.partner.id": "id"},
    ),
    "partnerMarketingBudgetUpdate": Lookup(UNUSED_BUDGET, "partnerMarketingBudgets.nodes", {"where.id": "id"}),
    "partnerMembershipApply": Lookup(
        "{ accounts(first: 1, filter: {partnerMemberships: {none: {}}}) { nodes { id } } }",
        "accounts.nodes",
        {"input.account.id": "id"},
    ),
    "recordShareCreate": opportunity(f"{{ {OPEN} {{ nodes {{ id }} }} }}", input__record="id"),
    "satisfactionRequestCreate": contact(
        "{ contacts(first: 1, filter: {satisfactionRequests: {none: {}}}) { nodes { id } } }", input__contact__id="id"
    ),
    "satisfactionRequestDecline": in_state("satisfactionRequests", "ASKED"),
    "shareReport": contact(
        "{ contacts(first: 1, filter: {account: {shares: {some: {}}}}) { nodes { id } } }", principal="id"
    ),
    "stageUpdate": Lookup(
        "{ stages(first: 1, filter: {kind: {eq: OPEN}}) { nodes { id pipeline { id } } } }",
        "stages.nodes",
        {"where.id": "id", "patch.pipeline.id": "pipeline.id"},
    ),
    "opportunityWin": opportunity(
        "{ opportunities(first: 1, filter: {status: {eq: OPEN}, account: {isNull: false}}) { nodes { id } } }",
        where__id="id",
    ),
    "webhookPreview": Lookup("{ events(first: 1) { nodes { id } } }", "events.nodes", {"event": "id"}),
}
