"""The second ring: what the database itself refuses, whatever the program asks of it."""

from typing import Any

import asyncpg
import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.db.protection import READER_COLUMNS, SEALED, Kind, Unprotectable, kind_of
from api.db.urls import Urls
from api.domain.kernel import Model, new_id
from api.domain.users import Team
from tests.cluster import Cluster
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.people import a_tenant, a_user

TENANT = "(tenant_id = (NULLIF(current_setting('crm.tenant'::text, true), ''::text))::uuid)"
CRM_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def set_tenant(tenant: object) -> str:
    return f"SET crm.tenant = '{tenant}'"


async def rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


# What is written in the catalogue


async def test_every_table_forces_the_policy_of_its_tenant(database: Urls):
    expected = {
        (table.name, TENANT.replace("tenant_id", "id") if table.name == "tenants" else TENANT)
        for table in Model.metadata.tables.values()
    }
    found = await rows(
        database.app,
        """SELECT tablename::text, qual FROM pg_policies WHERE policyname = 'tenant' AND cmd = 'ALL'
              AND permissive = 'PERMISSIVE' AND roles = '{crm_app}' AND qual = with_check""",
    )
    assert set(found) == expected
    unforced = f"{CRM_TABLES} AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity)"
    assert await rows(database.app, unforced) == []


async def test_only_the_reader_and_the_worker_see_every_tenant(database: Urls):
    query = """SELECT tablename::text, roles::text, cmd FROM pg_policies
                WHERE policyname NOT IN ('tenant', 'outside') ORDER BY 1, 2"""
    assert await rows(database.app, query) == [
        ("accounts", "{crm_reader}", "SELECT"),
        ("contacts", "{crm_reader}", "SELECT"),
        ("feed_heads", "{crm_worker}", "ALL"),
        ("idempotency_keys", "{crm_worker}", "ALL"),
        ("identities", "{crm_reader}", "SELECT"),
        ("invitations", "{crm_reader}", "SELECT"),
        ("jobs", "{crm_worker}", "ALL"),
        ("knowledge_articles", "{crm_reader}", "SELECT"),
        ("outbox", "{crm_worker}", "ALL"),
        ("partner_users", "{crm_reader}", "SELECT"),
        ("role_field_rights", "{crm_reader}", "SELECT"),
        ("role_rights", "{crm_reader}", "SELECT"),
        ("roles", "{crm_reader}", "SELECT"),
        ("teams", "{crm_reader}", "SELECT"),
        ("tenants", "{crm_reader}", "SELECT"),
        ("tokens", "{crm_reader}", "SELECT"),
        ("user_roles", "{crm_reader}", "SELECT"),
        ("users", "{crm_reader}", "SELECT"),
        ("webhook_deliveries", "{crm_worker}", "ALL"),
        ("webhook_endpoints", "{crm_reader}", "SELECT"),
        ("webhook_endpoints", "{crm_worker}", "ALL"),
        ("webhook_health", "{crm_worker}", "ALL"),
        ("webhook_secrets", "{crm_worker}", "ALL"),
    ]


async def test_every_key_leads_with_the_tenant(database: Urls):
    """Otherwise a row could point at another tenant's row, or tell that its value exists."""
    query = """
        SELECT c.conrelid::regclass::text, c.conname::text FROM pg_constraint c
         WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('f', 'p', 'u')
           AND (SELECT attname FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = c.conkey[1]) <> 'tenant_id'
        UNION
        SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_index i
          JOIN pg_class k ON k.oid = i.indexrelid AND k.relnamespace = 'public'::regnamespace
         WHERE i.indisunique
           AND (SELECT attname FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = i.indkey[0]) <> 'tenant_id'
    """
    found = await rows(database.app, query)
    assert {table for table, _ in found} == {"tenants", "alembic_version"}


async def test_the_application_may_do_what_the_kind_of_a_row_says(database: Urls):
    query = """
        SELECT relname::text, concat_ws(' ', CASE WHEN has_table_privilege(oid, 'SELECT') THEN 'select' END,
               CASE WHEN has_table_privilege(oid, 'INSERT') THEN 'insert' END,
               CASE WHEN has_table_privilege(oid, 'UPDATE') THEN 'update' END,
               CASE WHEN has_table_privilege(oid, 'DELETE') THEN 'delete' END,
               CASE WHEN has_table_privilege(oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN 'more' END)
          FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    """
    may = dict(await rows(database.app, query))
    kinds = {mapper.class_.__tablename__: kind_of(mapper.class_) for mapper in Model.registry.mappers}
    taken_away = {"deprecated_uses", *(name for name, kind in kinds.items() if kind is Kind.PART)}
    assert may == {
        "alembic_version": "select",
        **{name: "select insert delete" if name in taken_away else "select insert" for name in kinds},
        "feed_heads": "select",
    }


@pytest.mark.parametrize(
    ("table", "changeable"),
    [
        ("change_events", set()),
        ("change_values", set()),
        ("exchange_rates", set()),
        ("outbox", set()),
        ("feed_heads", set()),
        (
            "jobs",
            {
                *("payload", "due_at", "state", "lease_until", "attempts", "crashes", "finished_at"),
                *("applied", "skipped", "rejected"),
            },
        ),
        ("idempotency_keys", {"result"}),
        ("deprecated_uses", {"uses", "last_used_at"}),
        ("stage_history", {"left_at"}),
        ("account_domains", {"archived_at"}),
        ("tokens", {"name", "expires_at", "revoked_at", "version", "updated_at", "archived_at"}),
        ("identities", {"version", "updated_at", "archived_at"}),
        ("invitations", {"accepted_at", "version", "updated_at", "archived_at"}),
        ("tenants", {"name", "currency", "zone", "fiscal_year_start", "archived_at"}),
        ("teams", {"name", "name_sort", "parent_id", "manager_id", "version", "updated_at", "archived_at"}),
    ],
)
async def test_the_application_may_change_these_columns_only(database: Urls, table: str, changeable: set[str]):
    query = f"""SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0
                   AND has_column_privilege(attrelid, attnum, 'UPDATE')"""
    assert {name for (name,) in await rows(database.app, query)} == changeable


async def test_nobody_makes_a_record_another_one(database: Urls):
    query = """SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                  AND attname IN ('tenant_id', 'id', 'created_at')
                  AND has_column_privilege(attrelid, attnum, 'UPDATE')"""
    assert await rows(database.app, query) == []


# What a share without a profile shows, what profiles can add, and what the rules look up.
KEYS_OF_SHARED = {"tenant_id", "id", "version", "created_at", "updated_at", "archived_at"}
PARTNERS_READ = {
    "accounts": KEYS_OF_SHARED | {"name", "name_sort", "legal_name", "industry", "industry_sort"},
    "alembic_version": {"version_num"},
    "contacts": {
        *KEYS_OF_SHARED,
        *("name", "name_sort", "first_name", "last_name", "last_name_sort", "salutation", "title", "account_id"),
        *("email", "email_sort", "phone", "language", "zone"),
    },
    "field_profile_sets": {"tenant_id", "profile_id", "object", "field_set"},
    "opportunities": {
        *KEYS_OF_SHARED,
        *("name", "name_sort", "account_id", "status", "amount_minor", "currency", "close_date", "closed_on"),
        "next_step",
    },
    "record_shares": {
        *("tenant_id", "object_type", "object_id", "account_id", "contact_id", "field_profile_id"),
        *("expires_at", "revoked_at"),
    },
    "partner_programs": {
        *("tenant_id", "id", "name", "name_sort", "description", "accepts_applications", "review_months"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "partner_tiers": {
        *("tenant_id", "id", "program_id", "name", "name_sort", "rank", "commission_percent", "mdf_percent"),
        *("benefits", "min_revenue_minor", "currency", "version", "created_at", "updated_at", "archived_at"),
    },
    "partner_memberships": {
        *("tenant_id", "id", "program_id", "account_id", "tier_id", "status", "application", "applied_on"),
        *("started_on", "ended_on", "review_on", "version", "created_at", "updated_at", "archived_at"),
    },
    "partner_users": {
        *("tenant_id", "id", "contact_id", "scope", "version", "created_at", "updated_at", "archived_at"),
    },
    "certifications": {
        *("tenant_id", "id", "name", "name_sort", "description", "valid_months"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "partner_tier_certifications": {"tenant_id", "tier_id", "certification_id", "least"},
    "partner_certifications": {
        *("tenant_id", "id", "certification_id", "account_id", "contact_id", "reference", "awarded_on"),
        *("expires_on", "revoked_on", "version", "created_at", "updated_at", "archived_at"),
    },
    "partner_commissions": {
        *("tenant_id", "id", "account_id", "opportunity_id", "source_key", "status", "closed_on", "tier_id", "basis"),
        *("currency", "revenue_minor", "revenue_percent", "cap_minor", "amount_minor", "reversed_minor", "paid_minor"),
        *("accrued_on", "approved_on", "paid_on", "payment_reference", "reversed_on", "reversal_reason"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "partner_commission_entries": {
        *("tenant_id", "id", "account_id", "currency", "sequence", "commission_id", "kind", "amount_minor"),
        *("opening_minor", "balance_minor", "booked_on", "text", "version", "created_at", "updated_at", "archived_at"),
    },
    "partner_commission_statements": {
        *("tenant_id", "id", "account_id", "currency", "starts_on", "ends_on", "from_sequence", "to_sequence"),
        *("opening_minor", "accrued_minor", "reversed_minor", "paid_minor", "closing_minor"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "partner_fund_allocations": {
        *("tenant_id", "id", "account_id", "starts_on", "ends_on", "currency", "amount_minor", "committed_minor"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "partner_fund_requests": {
        *("tenant_id", "id", "allocation_id", "account_id", "contact_id", "title", "title_sort", "activity"),
        *("description", "starts_on", "ends_on", "status", "currency", "amount_minor", "approved_minor"),
        *("claimed_minor", "decided_on", "decision_reason", "version", "created_at", "updated_at", "archived_at"),
    },
    "partner_fund_claims": {
        *("tenant_id", "id", "request_id", "account_id", "contact_id", "invoice", "evidence", "status", "currency"),
        *("amount_minor", "approved_minor", "decided_on", "decision_reason", "paid_on", "payment_reference"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "leads": {
        *("tenant_id", "id", "name", "name_sort", "first_name", "last_name", "title", "company"),
        *("company_sort", "email", "email_sort", "phone", "domain", "country", "territory", "territory_sort"),
        *("product_family", "product_family_sort", "rating", "status", "unqualified_reason"),
        *("unqualified_detail", "partner_id", "description", "next_step", "version", "created_at"),
        *("updated_at", "archived_at"),
    },
    "partner_lead_offers": {
        *("tenant_id", "id", "lead_id", "partner_id", "status", "offered_at", "expires_at", "decided_at"),
        *("decline_reason", "decline_detail", "country", "territory", "product_family", "description"),
        *("version", "created_at", "updated_at", "archived_at"),
    },
    "partner_lead_profiles": {
        *("tenant_id", "id", "partner_id", "territories", "skills", "capacity", "is_paused", "version"),
        *("created_at", "updated_at", "archived_at"),
    },
    "deal_registrations": {
        *("tenant_id", "id", "partner_id", "registered_by_id", "status", "name", "name_sort"),
        *("customer_domain", "customer_tax_id", "customer_country", "product_family", "product_family_sort"),
        *("estimated_amount_minor", "currency", "estimated_close", "evidence", "has_conflict", "submitted_at"),
        *("decision_due_at", "decided_at", "rejection_reason", "rejection_detail", "approved_at", "expires_at"),
        *("extensions", "progress", "opportunity_id", "version", "created_at", "updated_at", "archived_at"),
    },
    "cases": {
        *("tenant_id", "id", "subject", "subject_sort", "description", "account_id", "contact_id", "follows_id"),
        *("origin", "type", "status", "status_since", "first_response_at", "resolved_at", "resolution_code"),
        *("closes_at", "closed_at", "version", "created_at", "updated_at", "archived_at"),
    },
    "case_comments": {
        *("tenant_id", "id", "case_id", "contact_id", "body", "is_public", "is_automated", "created_at"),
    },
    "knowledge_articles": {
        *("tenant_id", "id", "title", "title_sort", "summary", "body", "language", "visibility", "status"),
        *("published_at", "version", "created_at", "updated_at", "archived_at"),
    },
    "tenants": {"id", "name", "zone"},
}
# By the rules of partner users.
REACHED = {
    *("partner_programs", "partner_tiers", "partner_memberships", "partner_users", "certifications"),
    *("partner_tier_certifications", "partner_certifications"),
    *("partner_fund_allocations", "partner_fund_requests", "partner_fund_claims"),
    *("partner_commissions", "partner_commission_entries", "partner_commission_statements"),
    *("leads", "partner_lead_offers", "partner_lead_profiles", "deal_registrations"),
}

# By shares, of which those with accounts below count by the scope of partner users.
SHARED_BELOW = {"accounts", "contacts", "opportunities", "cases", "case_comments", "record_shares"}
PUBLISHED = {"knowledge_articles"}  # for all outsiders, or for those who act for an account


async def test_partners_read_these_columns_and_write_none(database: Urls):
    query = """SELECT relname::text, attname::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
                  AND has_column_privilege(attrelid, attnum, %s)"""
    read = await rows(database.partner, query % "'SELECT'")
    assert set(read) == {(table, column) for table, columns in PARTNERS_READ.items() for column in columns}
    assert await rows(database.partner, query % "'INSERT, UPDATE, REFERENCES'") == []
    tables = f"{CRM_TABLES} AND has_table_privilege(oid, 'DELETE, TRUNCATE, TRIGGER')"
    assert await rows(database.partner, tables) == []


async def test_partners_see_rows_of_their_tenant_by_one_rule_for_each_table(database: Urls):
    query = """SELECT tablename::text, qual FROM pg_policies
                WHERE policyname = 'outside' AND roles = '{crm_partner}' AND cmd = 'SELECT'
                  AND permissive = 'PERMISSIVE' AND with_check IS NULL"""
    rules = dict(await rows(database.app, query))
    assert rules.keys() == PARTNERS_READ.keys() - {"alembic_version"}
    for table, rule in rules.items():
        own = TENANT.replace("tenant_id", "id") if table == "tenants" else TENANT
        column, _, once = own[1:-1].partition(" = ")
        assert rule.startswith(f'(({column} = ( SELECT {once} AS "nullif")) AND '), table
    open_to_all = {table for table, rule in rules.items() if rule.endswith(" AND true)")}
    assert open_to_all == {"field_profile_sets", "tenants"}
    assert {table for table, rule in rules.items() if "crm.principal" in rule} == rules.keys() - open_to_all - PUBLISHED
    assert {
        table for table, rule in rules.items() if "revoked_at IS NULL" in rule and "expires_at" in rule
    } == SHARED_BELOW - {"record_shares"}
    assert {table for table, rule in rules.items() if "crm_partner_reach" in rule} == REACHED | SHARED_BELOW


async def test_the_worker_works_on_events_jobs_and_what_grows_old(database: Urls):
    query = """SELECT relname::text,
               concat_ws(' ', CASE WHEN has_table_privilege(oid, 'SELECT') THEN 'select' END,
               CASE WHEN has_table_privilege(oid, 'INSERT') THEN 'insert' END,
               CASE WHEN has_table_privilege(oid, 'DELETE') THEN 'delete' END)
          FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND has_any_column_privilege(oid, 'SELECT, INSERT, UPDATE, REFERENCES')"""
    assert dict(await rows(database.worker, query)) == {
        "alembic_version": "select",
        "outbox": "select delete",
        "feed_heads": "select insert",
        "jobs": "select delete",
        "idempotency_keys": "delete",
        "webhook_deliveries": "select insert delete",
        "webhook_endpoints": "select",
        "webhook_health": "select",
        "webhook_secrets": "select",
    }
    columns = """SELECT attrelid::regclass::text, string_agg(attname::text, ' ' ORDER BY attnum) FROM pg_attribute
                   JOIN pg_class c ON c.oid = attrelid
                  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
                    AND has_column_privilege(attrelid, attnum, 'UPDATE') GROUP BY 1"""
    assert dict(await rows(database.worker, columns)) == {
        "outbox": "position",
        "feed_heads": "position pruned",
        "jobs": "due_at state lease_until attempts crashes last_error finished_at",
        "webhook_deliveries": "state attempts due_at lease_until status error duration_ms excerpt finished_at",
        "webhook_health": "failures failing_since closed_until succeeded_at",
    }
    seen = """SELECT string_agg(attname::text, ' ' ORDER BY attnum) FROM pg_attribute
               WHERE attrelid = 'idempotency_keys'::regclass AND has_column_privilege(attrelid, attnum, 'SELECT')"""
    assert await rows(database.worker, seen) == [("tenant_id principal_id key created_at",)]


async def test_the_reader_reads_what_its_functions_need(database: Urls, cluster: Cluster):
    query = """SELECT attrelid::regclass::text, attname::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
                  AND has_column_privilege('crm_reader', attrelid, attnum, 'SELECT, INSERT, UPDATE, REFERENCES')"""
    wanted = {(table, column) for table, columns in READER_COLUMNS.items() for column in columns}
    assert set(await rows(database.app, query)) == wanted


@pytest.mark.parametrize("role", ["app", "partner", "worker"])
async def test_no_serving_role_makes_a_table_even_a_temporary_one(database: Urls, role: str):
    for statement in ("CREATE TABLE mine (id int)", "CREATE TEMP TABLE mine (id int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(getattr(database, role), statement)


def test_a_table_of_no_kind_cannot_be_protected():
    class Base(DeclarativeBase):
        pass

    class Loose(Base):
        __tablename__ = "loose"
        id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(Unprotectable, match="Loose: make it a Record, a Part or an Entry"):
        kind_of(Loose)


# What happens to rows


async def with_a_team(committed: Committed) -> Team:
    async with committed.open_as() as work:
        return work.add(Team(name="Sales", name_sort="sales"))


async def test_without_a_tenant_there_are_no_rows(committed: Committed):
    await with_a_team(committed)

    assert await ask(committed.urls.app, "SELECT count(*) FROM teams") == 0
    assert await ask(committed.urls.app, "SET crm.tenant = ''", "SELECT count(*) FROM teams") == 0
    assert await ask(committed.urls.app, set_tenant(committed.tenant.id), "SELECT count(*) FROM teams") == 1


async def test_the_rows_of_another_tenant_are_neither_read_nor_changed_nor_added(committed: Committed):
    sales = await with_a_team(committed)
    other = await a_tenant(committed.sessions, "Globex")
    url, as_other, as_own = committed.urls.app, set_tenant(other.id), set_tenant(committed.tenant.id)

    assert await ask(url, as_other, "SELECT count(*) FROM teams") == 0
    update = "WITH changed AS (UPDATE teams SET name = 'stolen' RETURNING 1) SELECT count(*) FROM changed"
    assert await ask(url, as_other, update) == 0
    insert = f"""INSERT INTO teams (tenant_id, id, name, name_sort, version, created_at, updated_at)
                 VALUES ('{committed.tenant.id}', '{new_id()}', 'planted', 'planted', 1, now(), now())"""
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await ask(url, as_other, insert)

    assert await ask(url, as_own, "SELECT string_agg(name, ',') FROM teams") == sales.name == "Sales"


async def test_a_row_cannot_point_at_a_row_of_another_tenant(committed: Committed):
    sales = await with_a_team(committed)
    other = await a_tenant(committed.sessions, "Globex")
    stranger = await a_user(committed.sessions, other.id, "Hank Scorpio")
    url, as_own = committed.urls.app, set_tenant(committed.tenant.id)

    with pytest.raises(asyncpg.ForeignKeyViolationError, match="fk_teams_tenant_id_manager_id"):
        await ask(url, as_own, f"UPDATE teams SET manager_id = '{stranger.id}' WHERE id = '{sales.id}' RETURNING id")

    assert await ask(url, as_own, "SELECT count(*) FROM teams WHERE manager_id IS NULL") == 1


@pytest.mark.parametrize("table", SEALED)
async def test_the_application_cannot_change_history(committed: Committed, table: str):
    await with_a_team(committed)
    url, as_own = committed.urls.app, set_tenant(committed.tenant.id)
    before = await ask(url, as_own, f"SELECT count(*) FROM {table}")

    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=f"permission denied for table {table}"):
            await ask(url, as_own, statement)

    assert await ask(url, as_own, f"SELECT count(*) FROM {table}") == before


@pytest.mark.parametrize("table", SEALED)
async def test_not_even_a_superuser_changes_history_by_accident(committed: Committed, table: str):
    await with_a_team(committed)
    before = await ask(committed.superuser_url, f"SELECT count(*) FROM {table}")

    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="is sealed: it is only ever added to"):
            await ask(committed.superuser_url, statement)

    assert await ask(committed.superuser_url, f"SELECT count(*) FROM {table}") == before


async def test_the_worker_sees_the_events_of_every_tenant_and_none_of_the_rows(committed: Committed):
    await with_a_team(committed)

    assert await ask(committed.urls.worker, "SELECT string_agg(types[1], ',') FROM outbox") == "team.created"
    assert await ask(committed.urls.worker, "UPDATE outbox SET position = 1 RETURNING position") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(committed.urls.worker, "SELECT count(*) FROM teams")


# The functions that read across tenants


async def a_token(committed: Committed) -> None:
    columns = "tenant_id, id, name, key, digest, pepper_version, kind, user_id, version, created_at, updated_at"
    values = f"""'{committed.tenant.id}', '{new_id()}', 'laptop', '0123456789abcdef', sha256('x'), 1, 'STAFF',
                 '{committed.admin.id}', 1, now(), now()"""
    insert = f"INSERT INTO tokens ({columns}) VALUES ({values})"
    await ask(committed.urls.app, set_tenant(committed.tenant.id), insert)


AUTHENTICATE = """SELECT format('%s|%s|%s|%s|%s|%s|%s', tenant_name, name, kind, roles->0->>'name', user_name,
                                archived, digest = sha256('x')) FROM crm_authenticate('0123456789abcdef')"""


async def test_a_token_is_found_before_its_tenant_is_known(committed: Committed):
    await a_token(committed)

    assert await ask(committed.urls.app, AUTHENTICATE) == "Acme|laptop|STAFF|admin|Ada Admin|f|t"
    assert await ask(committed.urls.app, "SELECT count(*) FROM crm_authenticate('0123456789abcdeg')") == 0
    assert await ask(committed.urls.app, "SELECT count(*) FROM tokens") == 0


@pytest.mark.parametrize("table", ["tenants", "users", "tokens"])
async def test_a_token_says_that_its_tenant_its_person_or_itself_is_archived(committed: Committed, table: str):
    await a_token(committed)
    archive = f"UPDATE {table} SET archived_at = now() RETURNING true"
    assert await ask(committed.urls.app, set_tenant(committed.tenant.id), archive) is True

    assert await ask(committed.urls.app, AUTHENTICATE) == "Acme|laptop|STAFF|admin|Ada Admin|t|t"


IDENTIFY = """SELECT format('%s|%s|%s|%s|%s|%s', tenant_name, name, kind, roles->0->>'name', user_name, archived)
                FROM crm_identify('https://id.example.com', 'ada')"""


async def test_an_account_of_an_issuer_is_found_before_its_tenant_is_known(committed: Committed):
    as_own = set_tenant(committed.tenant.id)
    columns = "tenant_id, id, user_id, issuer, subject, version, created_at, updated_at"
    values = f"'{committed.tenant.id}', '{new_id()}', '{committed.admin.id}', 'https://id.example.com', 'ada'"
    await ask(committed.urls.app, as_own, f"INSERT INTO identities ({columns}) VALUES ({values}, 1, now(), now())")

    assert await ask(committed.urls.app, IDENTIFY) == "Acme|Ada Admin|STAFF|admin|Ada Admin|f"
    for subject in ("", "ad", "Ada", "ada ", "ada%"):
        count = f"SELECT count(*) FROM crm_identify('https://id.example.com', '{subject}')"
        assert await ask(committed.urls.app, count) == 0
    assert await ask(committed.urls.app, "SELECT count(*) FROM identities") == 0
    await ask(committed.urls.app, as_own, "UPDATE users SET is_active = false RETURNING true")
    assert await ask(committed.urls.app, IDENTIFY) == "Acme|Ada Admin|STAFF|admin|Ada Admin|t"
    await ask(committed.urls.app, as_own, "UPDATE identities SET archived_at = now() RETURNING true")
    assert await ask(committed.urls.app, IDENTIFY) is None


async def test_the_worker_lists_the_tenants(committed: Committed):
    await a_tenant(committed.sessions, "Globex")

    query = "SELECT string_agg(format('%s %s %s', name, currency, zone), ',' ORDER BY name) FROM crm_tenants()"
    assert await ask(committed.urls.worker, query) == "Acme USD UTC,Globex USD UTC"


@pytest.mark.parametrize(
    ("role", "call"),
    [
        ("partner", "crm_authenticate('0123456789abcdef')"),
        ("worker", "crm_authenticate('0123456789abcdef')"),
        ("partner", "crm_identify('https://issuer.example', '1')"),
        ("worker", "crm_identify('https://issuer.example', '1')"),
        ("partner", "crm_invitation('0123456789abcdef')"),
        ("worker", "crm_invitation('0123456789abcdef')"),
        ("worker", "crm_partner_reach(NULL, NULL, true)"),
        ("app", "crm_tenants()"),
        ("partner", "crm_tenants()"),
    ],
)
async def test_nobody_else_may_read_across_tenants(database: Urls, role: str, call: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for function"):
        await ask(getattr(database, role), f"SELECT count(*) FROM {call}")
