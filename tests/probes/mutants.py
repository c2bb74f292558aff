"""Deliberate faults of authorisation, one at a time: the probes must notice each of them.

They live here only. A fault is a patch of a named function of the product, or a statement of the tables' owner.
"""

import hmac

from sqlalchemy import literal_column

from api.compiler import cursor
from api.compiler.render import Renderer
from api.domain import tokens
from api.domain.access import service as access_service
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Capability, Context, Viewer, Work, idempotency
from api.domain.kernel.viewer import Level
from api.domain.opportunities import Opportunity
from api.domain.tokens import service as token_service
from api.http import auth
from api.schema import records
from api.schema import writing as schema_writing
from tests.probes.faults import (
    Apply,
    anything,
    claim_unread,
    either,
    entity,
    guard,
    key_without_tenant,
    nothing,
    nothing_awaited,
    of_everybody,
    opens_without,
    patched,
    reach,
    seal_without_owner,
    selected_anywhere,
    sql,
    unlinked,
    visible_without,
    where_or,
    where_without,
    without_narrowing,
)
from tests.probes.killers import Bench, Killer, check, quiet, reading, verified, writing
from tests.probes.mutant import Mutant
from tests.probes.outside_mutants import OUTSIDE_MUTANTS

REP, BOSS, AGENT, OTHER = "a staff sales_rep", "a staff sales_manager", "a staff support_agent", "b staff admin"


def reads(names: str, *principals: str, exempt: bool = False) -> tuple[Killer, ...]:
    return (reading(names, *principals, exempt=exempt),)


TENANT = {"rule": True}
RULE = {"tenant": True}
ROOT, FILTER, SORT = r"t\d+", r"f\d+(_\d+)*", r"[sq]\d+_\d+"
READ_GUARDS = (
    Mutant("no tenant in what is read", guard(ROOT, **TENANT), reads(r"^accounts\.nodes\.name", OTHER, exempt=True)),
    Mutant("no guard at all", guard(".*"), reads(r"^accounts\.nodes\.name", OTHER, exempt=True)),
    Mutant(
        "tenant or rule", patched((Renderer, "guard", either)), reads(r"^accounts\.nodes\.name", OTHER, exempt=True)
    ),
    # No row points at another tenant's, so only the text of the statement tells.
    Mutant(
        "no tenant in filters on relations", guard(FILTER, **TENANT), (verified(r"^\w+\(filter .*account\.", OTHER),)
    ),
    Mutant("no tenant in what is sorted through", guard(SORT, **TENANT), (verified(r"\(orderBy \w+_NAME", OTHER),)),
    Mutant("no rule in what is read", guard(ROOT, **RULE), reads(r"^accounts\.nodes\.name", REP)),
    Mutant(
        "no rule in filters on relations", guard(FILTER, **RULE), reads(r"^opportunities\(filter account\.name\.", REP)
    ),
    Mutant(
        "no rule in what is sorted through",
        guard(SORT, **RULE),
        (quiet(r"^opportunities\(orderBy ACCOUNT_|^contacts\(orderBy ACCOUNT_", REP),),
    ),
    Mutant(
        "no guard on one record",
        patched((Renderer, "where", where_without(["one"]))),
        reads(r"^account\(id\)", REP, OTHER),
    ),
    Mutant("no guard on node", patched((Renderer, "where", where_without(["node"]))), reads(r"^node\.Account", REP)),
    Mutant(
        "no guard on nodes",
        patched((Renderer, "where", where_without(["nodes", "node"]))),
        reads(r"^nodes\.Account", REP),
    ),
    Mutant("no guard on lists", patched((Renderer, "where", where_without(["page"]))), reads(r"^accounts\.edges", REP)),
    Mutant("a filter widens", patched((Renderer, "where", where_or)), reads(r"^accounts\(filter (not )?name", REP)),
    Mutant(
        "history of all records",
        patched((Renderer, "where", unlinked("ChangeEvent"))),
        reads(r"^accounts\.nodes\.history\.changes", REP),
    ),
    Mutant(
        "stage history of all deals",
        patched((Renderer, "where", unlinked("StageHistoryEntry"))),
        reads(r"^opportunities\.nodes\.stageHistory", REP),
    ),
    Mutant(
        "no tenant in aggregates",
        patched((Renderer, "visible", visible_without(tenant=False, rule=True))),
        (
            *reads(r"^accountsAggregate(?!\(filter)", OTHER, exempt=True),
            reading(r"^accountsAggregate\(filter \w+\.eq\)", OTHER, exempt=True),
        ),
    ),
    Mutant(
        "no rule in aggregates",
        patched((Renderer, "visible", visible_without(tenant=True, rule=False))),
        (reading(r"^(accounts|opportunities)Aggregate\(filter (name|id)", REP),),
    ),
    Mutant(
        "keys in other systems without their record",
        patched((records, "seen", lambda _scope, keys, record: keys.c.type == literal_column(f"'{record.object}'"))),
        reads(r"^externalIdHolders", REP),
    ),
)
RULES = (
    *(
        Mutant(
            f"every {name} may be read", entity(name, visible=anything), (reading(rf"^{plural}\.(nodes|edges)\.", REP),)
        )
        for name, plural in (("Account", "accounts"), ("Contact", "contacts"), ("Opportunity", "opportunities"))
    ),
    Mutant(
        "a tie is seen from one end: relations",
        entity("AccountContact", visible=anything),
        reads(r"contacts\.nodes\.accounts\.|accounts\.nodes\.contacts\.", REP),
    ),
    Mutant(
        "a tie is seen from one end: roles",
        entity("OpportunityContactRole", visible=anything),
        reads(r"opportunities\.nodes\.contactRoles\.|contacts\.nodes\.opportunityRoles\.", REP),
    ),
    Mutant(
        "teams are everybody",
        patched((Context, "reach", reach({Level.TEAM: Level.ALL}))),
        reads(r"^contacts\.nodes\.", BOSS),
    ),
    Mutant(
        "own is everybody's",
        patched((Context, "reach", reach({Level.OWN: Level.ALL}))),
        reads(r"^contacts\.nodes\.", REP),
    ),
    Mutant(
        "none is all",
        patched((Context, "reach", reach({Level.NONE: Level.ALL}))),
        reads(r"^opportunities\.nodes\.", AGENT),
    ),
    Mutant(
        "what nobody owns is one's own",
        patched((Context, "reach", reach({}, orphans=True))),
        reads(r"^accounts\.nodes\.", REP),
    ),
    Mutant(
        "plans without the rights",
        patched((Capability, "hash", "same")),
        (reading(r"^accounts\.nodes\.", "a staff admin", REP),),
    ),
    Mutant(
        "rights that any role has",
        patched(
            (
                Capability,
                "on",
                lambda self, _object: max(self.rights.values(), key=lambda right: right.read is Level.ALL),
            )
        ),
        reads(r"^opportunities\.nodes\.", AGENT),
    ),
)
WRITES = (
    *(
        Mutant(
            f"a write finds every {model.object}",
            patched((model, "visible", staticmethod(anything))),
            (writing(rf"^{model.object}(Update|Archive)\(where by id\) hidden", REP, AGENT),),
        )
        for model in (Account, Contact, Opportunity)
    ),
    Mutant(
        "a write finds every tenant's",
        patched((Work, "_select", selected_anywhere)),
        (writing(r"(Update|Archive)\(where by id\) foreign", OTHER, exempt=True, most=20),),
    ),
    Mutant("no check of the row that is written", patched((Work, "check_write", nothing)), (check("writes"),)),
    Mutant("no check of the fields that are written", patched((Work, "check_fields", nothing)), (check("commands"),)),
    Mutant("no check of who may create", patched((Work, "check_create", nothing)), (check("commands"),)),
    Mutant("no check of who may archive", patched((Work, "check_delete", nothing)), (check("writes"),)),
    Mutant("every right reaches every record", patched((Viewer, "reaches", lambda *_: True)), (check("writes"),)),
    Mutant("roles with more than one has", patched((access_service, "check_within", nothing)), (check("commands"),)),
    Mutant(
        "tokens with more than one has",
        patched((token_service, "check_within", lambda *_: nothing_awaited())),
        (check("commands"),),
    ),
    Mutant("within is always true", patched((Capability, "within", lambda *_: True)), (check("commands"),)),
    Mutant(
        "keys of all principals",
        patched((schema_writing, "claim", of_everybody(idempotency.claim))),
        (check("replays"),),
    ),
    Mutant("keys of any request", patched((schema_writing, "claim", claim_unread)), (check("replays"),)),
)
CREDENTIALS = (
    Mutant(
        "a revoked token opens",
        patched((auth.Authenticator, "_opens", opens_without("revoked_at"))),
        (check("dead tokens"),),
    ),
    Mutant(
        "an archived token opens",
        patched((auth.Authenticator, "_opens", opens_without("archived"))),
        (check("dead tokens"),),
    ),
    Mutant("a token is known for ever", patched((auth, "KNOWN_SECONDS", 10.0**9)), (check("a token that ends"),)),
    Mutant("a narrowed token is not", patched((auth, "capability_of", without_narrowing)), (check("counts"),)),
    Mutant("any secret fits", patched((tokens, "matches", lambda *_: True)), (check("forged tokens"),)),
    Mutant("cursors of all tenants", patched((cursor.Seal, "key", key_without_tenant)), (check("cursors"),)),
    Mutant("cursors of all lists", patched((cursor.Seal, "__init__", seal_without_owner)), (check("cursors"),)),
    Mutant("cursors are not compared", patched((hmac, "compare_digest", lambda *_: True)), (check("cursors"),)),
)
OWN = "tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid"


def policy(table: str, using: str, checked: str) -> Apply:
    return sql(
        f"ALTER POLICY tenant ON {table} USING ({using}) WITH CHECK ({checked})",
        f"ALTER POLICY tenant ON {table} USING ({OWN}) WITH CHECK ({OWN})",
    )


SECOND_RING = (
    Mutant("a policy lets all rows be read", policy("accounts", "true", OWN), (check("tables read"),)),
    Mutant("a policy lets a ledger be read", policy("change_values", "true", OWN), (check("tables read"),)),
    Mutant("a policy lets any row be added", policy("contacts", OWN, "true"), (check("tables written"),)),
    Mutant(
        "a table's owner is not bound",
        sql(
            "ALTER TABLE opportunities NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE opportunities FORCE ROW LEVEL SECURITY",
        ),
        (check("tables read"),),
    ),
    Mutant(
        "a table without row-level security",
        sql(
            "ALTER TABLE external_ids DISABLE ROW LEVEL SECURITY", "ALTER TABLE external_ids ENABLE ROW LEVEL SECURITY"
        ),
        (check("tables read"),),
    ),
    Mutant(
        "records may be deleted",
        sql("GRANT DELETE ON accounts TO crm_app", "REVOKE DELETE ON accounts FROM crm_app"),
        (check("tables written"),),
    ),
    Mutant(
        "rows may move to another tenant",
        sql("GRANT UPDATE (tenant_id) ON users TO crm_app", "REVOKE UPDATE (tenant_id) ON users FROM crm_app"),
        (check("granted columns"),),
    ),
    Mutant(
        "tables may be emptied",
        sql("GRANT TRUNCATE ON stage_history TO crm_app", "REVOKE TRUNCATE ON stage_history FROM crm_app"),
        (check("tables written"),),
    ),
    Mutant(
        "the role is not bound at all",
        sql("ALTER ROLE crm_app BYPASSRLS", "ALTER ROLE crm_app NOBYPASSRLS"),
        (check("tables read"),),
    ),
)
MUTANTS = (*READ_GUARDS, *RULES, *WRITES, *CREDENTIALS, *SECOND_RING, *OUTSIDE_MUTANTS)


async def survives(bench: Bench, mutant: Mutant) -> bool:
    """Whether no killer notices it."""
    bench.forget()
    try:
        async with mutant.apply(bench):
            for killer in mutant.killers:
                if await killer(bench):
                    return False
    finally:
        bench.forget()
    return True
