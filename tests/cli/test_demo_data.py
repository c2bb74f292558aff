import asyncio
from datetime import date

from api.cli.database import open_database
from api.cli.demo_data import fill
from api.cli.tenants import create_tenant
from tests.cli.conftest import Asking

TODAY = date(2026, 3, 2)
ALL = """
SELECT opportunity.name, account.name, owner.name, stage.name, opportunity.amount_minor, opportunity.currency,
       opportunity.opened_on, opportunity.closed_on, opportunity.close_date, opportunity.push_count
  FROM opportunities AS opportunity JOIN accounts AS account ON account.id = opportunity.account_id
  JOIN users AS owner ON owner.id = opportunity.owner_id JOIN stages AS stage ON stage.id = opportunity.stage_id
  JOIN tenants AS tenant ON tenant.id = opportunity.tenant_id
 WHERE tenant.name = $1 ORDER BY opportunity.name
"""


def make(*names: str) -> None:
    with open_database() as database:
        for name in names:
            tenant = asyncio.run(create_tenant(database, name))
            asyncio.run(fill(database, tenant.id, TODAY))


def test_the_demo_tenant_shows_a_year_of_selling_in_every_stage_and_is_the_same_each_time(asking: Asking):
    make("one", "two")

    assert asking.rows(ALL, "one") == asking.rows(ALL, "two")
    one = "(SELECT id FROM tenants WHERE name = 'one')"

    def count(rest: str) -> int:
        number = asking.value(f"SELECT count(*) FROM {rest} {'AND' if 'WHERE' in rest else 'WHERE'} tenant_id = {one}")
        assert isinstance(number, int)
        return number

    assert (count("accounts"), count("opportunities"), count("products")) == (32, 142, 10)
    assert (count("users"), count("teams"), count("pipelines")) == (10, 3, 2)
    assert (count("account_domains"), count("account_addresses")) == (31, 32)
    assert (count("contacts"), count("contact_emails"), count("contact_phones")) == (61, 90, 60)
    assert (count("account_contacts WHERE is_primary_contact"), count("opportunity_splits")) == (30, 56)
    assert count("accounts WHERE parent_id IS NOT NULL") >= 5
    assert count("accounts WHERE type = 'CUSTOMER'") >= 5
    assert count("opportunities WHERE push_count > 0") >= 5
    in_stages = asking.rows(
        f"SELECT count(opportunity.id) FROM stages LEFT JOIN opportunities AS opportunity ON opportunity.stage_id ="
        f" stages.id WHERE stages.tenant_id = {one} GROUP BY stages.id"
    )
    assert len(in_stages) == 10
    assert min(in_stages) >= (5,)

    states = f"SELECT status, count(*) FROM cases WHERE tenant_id = {one} GROUP BY 1 ORDER BY 1"
    assert dict(asking.rows(states)) == {
        "NEW": 4,
        "OPEN": 8,
        "WAITING_CUSTOMER": 4,
        "WAITING_THIRD_PARTY": 4,
        "RESOLVED": 8,
        "CLOSED": 4,
        "CANCELLED": 4,
        "DUPLICATE": 4,
    }
    assert count("case_milestones WHERE status = 'IN_PROGRESS'") >= 10
    assert count("case_milestones WHERE status = 'PAUSED'") >= 4
    assert count("jobs WHERE kind LIKE 'case.%' AND state = 'WAITING'") >= 10
    assert count("entitlements WHERE remaining_cases < 5") == 1

    registrations = asking.rows(
        f"SELECT status, has_conflict, count(*) FROM deal_registrations WHERE tenant_id = {one} GROUP BY 1, 2"
    )
    ones = ("DRAFT", "SUBMITTED", "UNDER_REVIEW", "APPROVED", "REJECTED", "CONVERTED", "EXPIRED", "WITHDRAWN")
    assert sorted(registrations) == sorted([*((status, False, 1) for status in ones), ("UNDER_REVIEW", True, 1)])
    leads = asking.rows(f"SELECT DISTINCT status FROM leads WHERE tenant_id = {one} ORDER BY 1")
    assert leads == [("CONVERTED",), ("NEW",), ("NURTURING",), ("QUALIFIED",), ("UNQUALIFIED",), ("WORKING",)]
    assert (count("partner_lead_profiles"), count("partner_marketing_budgets")) == (2, 2)
    assert count("partner_lead_offers WHERE status = 'OFFERED' AND expires_at > '2026-03-30'") == 2

    assert asking.value("SELECT max(at)::date FROM change_events WHERE operation = 'demo'") < TODAY
    assert asking.value("SELECT count(DISTINCT at::date) FROM change_events WHERE operation = 'demo'") > 40
    assert count("opportunities WHERE closed_on > '2026-03-01'") == 0
    assert count("stage_history") > 350
    assert count("outbox WHERE types @> '{opportunity.won}'") == count("opportunities WHERE status = 'WON'")
