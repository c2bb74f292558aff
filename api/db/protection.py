"""What each table allows to whom, as DDL: row-level security, grants, triggers.

Rendered from the kind of the model (`Record`, `Part`, `Entry`; the layers forbid importing them here) and written as
text into migrations. Whoever may do more than the rule of the kind says is named in the constants below, one by one.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase

from api.db.functions import FEED_START, FUNCTIONS
from api.db.roles import APP, PARTNER, READER, SERVING_ROLES, WORKER

TENANTS = "tenants"
TENANT = "NULLIF(current_setting('crm.tenant', true), '')::uuid"

# Columns of ledgers that are filled in later, once; everything else in a ledger stays as it was written.
COMPLETED_LATER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "idempotency_keys": ("result",),
        "stage_history": ("left_at",),
        "partner_tier_history": ("left_at",),
        "case_history": ("left_at",),
        "knowledge_article_versions": ("status", "published_at", "replaced_at"),
        "stored_documents": ("retired_at",),
        "jobs": ("payload", "due_at", "state", "lease_until", "attempts", "crashes", "finished_at"),
    }
)
# How the sending of an event stands: the application begins it anew, the worker sends.
BEGUN = ("state", "attempts", "due_at", "lease_until", "error", "finished_at")
# What counts, and so changes with every request.
COUNTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rate_buckets": ("millipoints", "filled_at"),
        "case_numbers": ("last",),
        "deprecated_uses": ("uses", "last_used_at"),
        "jobs": ("applied", "skipped", "rejected"),
        "webhook_health": ("failures", "failing_since", "closed_until"),
        "webhook_deliveries": BEGUN,
    }
)
FORGOTTEN = ("deprecated_uses",)  # entries that are taken away when they are old
# Whose a credential is and what opens with it.
OF_A_TOKEN = (
    "key",
    "digest",
    "pepper_version",
    "kind",
    "role_id",
    "documents",
    "user_id",
    "contact_id",
    "account_id",
)
# A credential is never pointed at another person or role, nor a share at another record, nor what a partner does at
# another partner; a new one is made.
NEVER_CHANGED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tokens": OF_A_TOKEN,
        "record_shares": ("object_type", "object_id", "account_id", "contact_id"),
        "deal_registrations": ("partner_id", "registered_by_id"),
        "partner_users": ("contact_id",),
        "satisfaction_requests": ("kind", "contact_id", "case_id", "expires_at"),
        "partner_memberships": ("program_id", "account_id"),
        "partner_certifications": ("certification_id", "account_id", "contact_id", "awarded_on"),
        "partner_fund_allocations": ("budget_id", "account_id", "currency"),
        "partner_fund_requests": ("allocation_id", "account_id", "contact_id", "currency", "amount_minor"),
        "partner_fund_claims": ("request_id", "account_id", "contact_id", "currency", "amount_minor"),
        "partner_commissions": (
            *("account_id", "plan_id", "opportunity_id", "source_key", "closed_on", "tier_id", "basis", "currency"),
            *("revenue_minor", "cost_minor", "basis_minor", "percent", "uncapped_minor", "cap_minor"),
            *("amount_minor", "accrued_on"),
        ),
        "partner_commission_statements": (
            *("account_id", "currency", "starts_on", "ends_on", "from_sequence", "to_sequence"),
            *("opening_minor", "accrued_minor", "reversed_minor", "paid_minor", "closing_minor"),
        ),
        "webhook_secrets": ("endpoint_id", "sealed", "key_version", "made_at"),
        "identities": ("user_id", "issuer", "subject"),
        "invitations": ("user_id", "key", "digest", "pepper_version", "expires_at"),
    }
)
# Nobody changes these, not even the owner of the tables.
SEALED = ("change_events", "change_values", "partner_commission_entries")
# What `crm_reader` reads for its functions, across all tenants.
READER_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tenants": ("id", "name", "currency", "zone", "created_at", "archived_at"),
        "users": ("tenant_id", "id", "name", "team_id", "is_active", "archived_at"),
        "accounts": ("tenant_id", "id", "parent_id", "archived_at"),
        "contacts": ("tenant_id", "id", "name", "account_id", "archived_at"),
        "teams": ("tenant_id", "id", "parent_id", "manager_id", "archived_at"),
        "partner_users": ("tenant_id", "contact_id", "scope", "archived_at"),
        "roles": ("tenant_id", "id", "name", "archived_at"),
        "role_rights": ("tenant_id", "role_id", "object", "read", "write", "create", "delete", "export"),
        "role_field_rights": ("tenant_id", "role_id", "object", "field_set", "access"),
        "user_roles": ("tenant_id", "user_id", "role_id"),
        "tokens": ("tenant_id", "id", "name", *OF_A_TOKEN, "expires_at", "revoked_at", "archived_at"),
        "identities": ("tenant_id", "user_id", "issuer", "subject", "archived_at"),
        "invitations": ("tenant_id", "id", "user_id", "key", "digest", "pepper_version"),
        "webhook_endpoints": ("tenant_id", "id", "owner_id", "token_id", "role_id"),
        "knowledge_articles": ("tenant_id", "id", "visibility", "status", "lexemes", "archived_at"),
    }
)
# What the rules for outsiders look up: each sees of it what is about itself.
# A subquery: PostgreSQL reads the setting once, and not for each row.
OUTSIDER = "(SELECT NULLIF(current_setting('crm.{}', true), '')::uuid)"
REACH = f"crm_partner_reach({OUTSIDER.format('principal')}, {OUTSIDER.format('account')}, false)"
PARTNER_LOOKS: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "record_shares": (
            (
                "tenant_id",
                "object_type",
                "object_id",
                "account_id",
                "contact_id",
                "field_profile_id",
                "expires_at",
                "revoked_at",
            ),
            (
                f"contact_id = {OUTSIDER.format('principal')} OR account_id = {OUTSIDER.format('account')}"
                f" OR account_id = ANY (array((SELECT reach.id FROM {REACH} AS reach)))"
            ),
        ),
        "field_profile_sets": (("tenant_id", "profile_id", "object", "field_set"), "true"),
    }
)
# Written by `crm_worker` only.
OF_WORKER = ("feed_heads",)


@dataclass(frozen=True)
class Worked:
    """What `crm_worker` may do with a table besides reading it; `reads` are the columns, if not all."""

    updates: tuple[str, ...] = ()
    inserts: bool = False
    deletes: bool = False
    reads: tuple[str, ...] = ()


JOB_PROGRESS = ("state", "due_at", "lease_until", "attempts", "crashes", "last_error", "finished_at")
# The tables that `crm_worker` works on, across all tenants.
WORKER_TABLES: Mapping[str, Worked] = MappingProxyType(
    {
        "outbox": Worked(updates=("position",), deletes=True),
        "feed_heads": Worked(updates=("position", "pruned"), inserts=True),
        "jobs": Worked(updates=JOB_PROGRESS, deletes=True),
        "webhook_endpoints": Worked(),
        "webhook_secrets": Worked(),
        "webhook_health": Worked(updates=("failures", "failing_since", "closed_until", "succeeded_at")),
        "webhook_deliveries": Worked(updates=(*BEGUN, "status", "duration_ms", "excerpt"), inserts=True, deletes=True),
        "idempotency_keys": Worked(deletes=True, reads=("tenant_id", "principal_id", "key", "created_at")),
    }
)

quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


class Kind(StrEnum):
    """What a row is. A record is archived, a part goes and comes with its record, an entry is there for ever."""

    TENANT = "Tenant"
    RECORD = "Record"
    PART = "Part"
    ENTRY = "Entry"


class Unprotectable(TypeError):
    """A model of which nobody has said what may be done with its rows."""


def kind_of(model: type[DeclarativeBase]) -> Kind:
    """Raise `Unprotectable` for a table that is neither the tenants' nor of one of the three kinds."""
    if model.__tablename__ == TENANTS:
        return Kind.TENANT
    for base in model.__mro__[1:]:
        if base.__name__ in {Kind.RECORD, Kind.PART, Kind.ENTRY} and base.__dict__.get("__abstract__"):
            return Kind(base.__name__)
    raise Unprotectable(f"{model.__name__}: make it a Record, a Part or an Entry, so that its grants are known")


def protection(model: type[DeclarativeBase]) -> str:
    """The statements that protect a new, empty table."""
    table: Table = model.__table__  # type: ignore[assignment]
    name = quote(table.name)
    own = f"{'id' if table.name == TENANTS else 'tenant_id'} = {TENANT}"
    statements = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {name} FOR ALL TO {APP}\n    USING ({own})\n    WITH CHECK ({own})",
        *grants(table, kind_of(model)),
    ]
    if table.name in READER_COLUMNS:
        statements += [
            f"CREATE POLICY reader ON {name} FOR SELECT TO {READER} USING (true)",
            grant("SELECT", READER_COLUMNS[table.name], name, READER),
        ]
    if table.name in WORKER_TABLES:
        statements += [
            f"CREATE POLICY worker ON {name} FOR ALL TO {WORKER} USING (true) WITH CHECK (true)",
            *worker_grants(name, WORKER_TABLES[table.name]),
        ]
    statements += partner_grants(model)
    if table.name in SEALED:
        statements.append(
            f"CREATE TRIGGER sealed BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}\n"
            "    FOR EACH STATEMENT EXECUTE FUNCTION crm_refuse_change()"
        )
    return script(statements)


def worker_grants(name: str, worked: Worked) -> list[str]:
    verbs = {"SELECT": not worked.reads, "INSERT": worked.inserts, "DELETE": worked.deletes}
    statements = [f"GRANT {', '.join(verb for verb, given in verbs.items() if given)} ON {name} TO {WORKER}"]
    if worked.reads:
        statements.append(grant("SELECT", worked.reads, name, WORKER))
    if worked.updates:
        statements.append(grant("UPDATE", worked.updates, name, WORKER))
    return statements


def partner_grants(model: type[DeclarativeBase]) -> list[str]:
    """What outsiders may read: columns that are declared so, of rows that are theirs."""
    table: Table = model.__table__  # type: ignore[assignment]
    name = quote(table.name)
    tenant = f"{'id' if table.name == TENANTS else 'tenant_id'} = {OUTSIDER.format('tenant')}"
    if table.name in PARTNER_LOOKS:
        columns, rule = PARTNER_LOOKS[table.name]
    else:
        columns, rule = model.partner_columns(), model.partner_rule()  # type: ignore[attr-defined]
    if not columns:
        return []
    policy = f"CREATE POLICY outside ON {name} FOR SELECT TO {PARTNER} USING ({tenant} AND ({rule}))"
    return [wrapped(policy), grant("SELECT", columns, name, PARTNER)]


def grants(table: Table, kind: Kind) -> list[str]:
    """What the application may do with the rows of its tenant."""
    name = quote(table.name)
    verbs = "SELECT, INSERT, DELETE" if kind is Kind.PART or table.name in FORGOTTEN else "SELECT, INSERT"
    if table.name in OF_WORKER:
        verbs = "SELECT"
    statements = [f"GRANT {verbs} ON {name} TO {APP}"]
    changing = [column.name for column in table.columns if may_change(table, kind, column.name)]
    if changing:
        statements.append(grant("UPDATE", changing, name, APP))
    return statements


def may_change(table: Table, kind: Kind, column: str) -> bool:
    """Whether the application may change this column of an existing row. What a row *is* never changes."""
    if table.name in SEALED:
        return False
    if kind is Kind.ENTRY:
        return column in (*COMPLETED_LATER.get(table.name, ()), *COUNTERS.get(table.name, ()))
    fixed = ("created_at", *NEVER_CHANGED.get(table.name, ()))
    declared = table.columns[column]
    return not declared.primary_key and declared.computed is None and column not in fixed


def column_protection(model: type[DeclarativeBase], column: str) -> str:
    """The statements that a column added to a protected table needs; empty for none."""
    table: Table = model.__table__  # type: ignore[assignment]
    if not may_change(table, kind_of(model), column):
        return ""
    return script([grant("UPDATE", [column], quote(table.name), APP)])


def whole_protection(models: Iterable[type[DeclarativeBase]]) -> str:
    """Everything that `create_all` does not make: with it, an empty database equals a migrated one."""
    # Policies call functions, functions read tables.
    return "\n".join([REFUSE_CHANGE, *FUNCTIONS.values(), FEED_START, *(protection(model) for model in models)])


def grant(verb: str, columns: Iterable[str], table: str, role: str) -> str:
    return wrapped(f"GRANT {verb} ({', '.join(quote(column) for column in columns)}) ON {table} TO {role}")


def wrapped(statement: str) -> str:
    lines = textwrap.wrap(statement, 100, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def script(statements: Iterable[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)


REFUSE_CHANGE = """\
CREATE FUNCTION crm_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = ''
    AS $$ BEGIN RAISE EXCEPTION '% is sealed: it is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege'; END $$;
REVOKE ALL ON FUNCTION crm_refuse_change() FROM PUBLIC;
"""


# The serving roles compare the database with the program at boot; only the owner writes it.
REVISION_READABLE = f"GRANT SELECT ON alembic_version TO {', '.join(SERVING_ROLES)};\n"
