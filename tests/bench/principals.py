"""The same questions asked by an administrator, a sales rep and an outsider of one server.

What differs is the rule that the statement carries: nothing, an owner, or a list of shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from api.db.engine import write_engine, write_sessions
from api.db.urls import Urls
from api.domain import access, sharing, tokens
from api.domain.kernel import PrincipalKind, Viewer, open_work
from tests.bench import world
from tests.bench.figures import Goal, ratio
from tests.bench.measuring import Bench
from tests.bench.servers import Server
from tests.bench.workloads import Q1, Q2, Q3, Ask, Workload

REP, OUTSIDER = "sales rep", "outsider with 300 shares"
WANTED = {REP: 0.85, OUTSIDER: 0.6}
EACH_KIND = 100  # shares of contacts, of accounts, of opportunities
ASKED = 40

# Owners, stages and jobs are not for outsiders; both are asked the rest.
Q1_SHARED = Q1.replace("account { id name owner { id name } }", "account { id name }")
Q2_SHARED = """
query Overview($first: Int!) {
  accounts(first: $first, orderBy: [{field: NAME}]) {
    nodes { id name opportunities(first: 5, orderBy: [{field: CLOSE_DATE}]) { nodes { id name closeDate } } }
  }
}"""
Q3_SHARED = "query One($id: ID!) { account(where: {id: $id}) { id name industry legalName } }"

SHARE = """
INSERT INTO record_shares (tenant_id, id, object_type, object_id, account_id, level, version, created_at, updated_at)
SELECT tenant_id, gen_random_uuid(), '{object}', id, $2, 'VIEW', 1, now(), now()
  FROM {table} WHERE tenant_id = $1 AND archived_at IS NULL ORDER BY id LIMIT {limit}
"""
OWN = "SELECT id FROM accounts WHERE tenant_id = $1 AND owner_id = $2 AND archived_at IS NULL ORDER BY id LIMIT {limit}"
SHARED = "SELECT object_id FROM record_shares WHERE tenant_id = $1 AND object_type = 'account' LIMIT {limit}"
PARTNER = """
SELECT id, account_id FROM contacts WHERE tenant_id = $1 AND account_id IS NOT NULL AND archived_at IS NULL
 ORDER BY id LIMIT 1
"""


@dataclass(frozen=True)
class Asking:
    """Tokens by tenant, and the accounts that each may see."""

    tokens: tuple[str, ...]
    accounts: tuple[tuple[UUID, ...], ...]


async def prepare(urls: Urls, superuser: str, pepper: bytes) -> dict[str, Asking]:
    """A sales rep and a partner's contact in each tenant."""
    engine, connection = write_engine(urls.app, size=1), await asyncpg.connect(superuser)
    found: dict[str, list[tuple[str, tuple[UUID, ...]]]] = {REP: [], OUTSIDER: []}
    try:
        for number in range(world.TENANTS):
            tenant, admin = world.tenant_of(number), world.id_of("user", number + 1)
            rep = world.id_of("user", world.TENANTS + number + 1)
            contact, account = await connection.fetchrow(PARTNER, tenant)  # type: ignore[misc]
            for object, table in (("contact", "contacts"), ("account", "accounts"), ("opportunity", "opportunities")):
                text = SHARE.format(object=object, table=table, limit=EACH_KIND)
                await connection.execute(text, tenant, account)
            viewer = Viewer(tenant, admin, PrincipalKind.STAFF, "Bench", access.shipped("admin"), admin)
            sessions, now = write_sessions(engine), datetime.now(UTC)
            async with open_work(sessions, viewer, now=now, request_id="bench", operation="bench") as work:
                role = await access.role_named(work, "sales_rep")
                await access.set_roles(work, rep, [role.id])
                _, of_rep = await tokens.create(work, None, "rep", pepper=pepper, user_id=rep)
                partner = tokens.TokenKind.PARTNER
                _, of_contact = await sharing.create_for_contact(work, contact, partner, "partner", pepper=pepper)
            own = await connection.fetch(OWN.format(limit=ASKED), tenant, rep)
            shared = await connection.fetch(SHARED.format(limit=ASKED), tenant)
            found[REP].append((of_rep, tuple(row[0] for row in own)))
            found[OUTSIDER].append((of_contact, tuple(row[0] for row in shared)))
    finally:
        await connection.close()
        await engine.dispose()
    return {name: Asking(*zip(*rows, strict=True)) for name, rows in found.items()}


def workloads(name: str, asking: Asking) -> list[Workload]:
    """Q1 to Q3, each of rows that the principal may see."""
    first, second, third = (Q1, Q2, Q3) if name == REP else (Q1_SHARED, Q2_SHARED, Q3_SHARED)
    by_id = tuple(
        Ask(at, {"id": f"acc_{id.hex}"}, {}) for at, accounts in enumerate(asking.accounts) for id in accounts
    )
    return [
        Workload("q1", f"Q1 as {name}", first, "", tuple(Ask(at, {"first": 50}, {}) for at in range(world.TENANTS))),
        Workload("q2", f"Q2 as {name}", second, "", tuple(Ask(at, {"first": 20}, {}) for at in range(world.TENANTS))),
        Workload("q3", f"Q3 as {name}", third, "", by_id),
    ]


def compared(bench: Bench, server: Server, asking: Mapping[str, Asking]) -> list[Goal]:
    """Requests a second as each principal over those of the administrator, in turn."""
    goals = []
    for name, one in asking.items():
        for workload in workloads(name, one):
            rates: dict[str, list[float]] = {"admin": [], name: []}
            runs: Sequence[tuple[str, Server, Workload]] = [
                ("admin", server, workload),
                (name, replace(server, tokens=one.tokens), workload),
            ]
            bench.in_turn(workload.title, runs, lambda who, found, kept=rates: kept[who].append(found.per_second))  # type: ignore[misc]
            goals.append(Goal(f"{workload.title} vs admin", ratio(rates[name], rates["admin"]), WANTED[name]))
    return goals
