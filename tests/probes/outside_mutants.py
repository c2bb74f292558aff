"""Deliberate faults of what outsiders see and write, and of hidden fields."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from sqlalchemy import and_, any_, select, true

from api.compiler.render import Renderer
from api.domain import access
from api.domain.access import Cells
from api.domain.access.shipped import FULL
from api.domain.kernel import Context, ShareLevel, Work, outsiders
from api.domain.kernel import work as kernel_work
from api.domain.kernel.lookups import IDS, Lookup, compiled
from api.domain.kernel.outsiders import ASKING
from api.domain.kernel.policy import PROFILE_SETS, SHARES, Outside
from api.schema import records, references, schema
from api.schema.editions import Editions
from api.schema.outside import Rules, for_outsiders
from api.schema.reading import outsider
from api.schema.registry import Registry
from tests.probes.faults import Apply, nothing, patched, sql
from tests.probes.killers import Bench, cells, check, quiet, reading, unknown, verified, writing
from tests.probes.mutant import Mutant

PARTNER, COLLEAGUE, CUSTOMER = "a partner 0", "a partner 1", "a customer 4"
LIVE = Outside.live
TENANT, OBJECT, GRANTEE, REVOKED, EXPIRED = range(5)  # the conditions of `Outside.live`


def live_without(at: int) -> Apply:
    def live(self: Outside, shares: Any, object: str) -> Any:
        found = LIVE(self, shares, object)
        return (*found[:at], *found[at + 1 :])

    return patched((Outside, "live", live))


def any_profile(self: Outside, object: str, _field_set: str, t: Any) -> Any:
    """`Outside.shown` for which a profile of anything shows everything."""
    shares, sets = SHARES.alias("share"), PROFILE_SETS.alias("shown")
    same = and_(sets.c.tenant_id == shares.c.tenant_id, sets.c.profile_id == shares.c.field_profile_id)
    ids = select(shares.c.object_id).select_from(shares.join(sets, same)).where(*self.live(shares, object))
    return t.id.in_(ids)


def unmasked(self: Renderer, entity: Any, name: str) -> Any:
    made = entity.table.alias(name)
    self.aliases[made] = entity
    return made


REFERENCE = Renderer.reference


def masked_twice(self: Renderer, entity: Any, name: str) -> Any:
    """`Renderer.reference` that masks what comes out and not what filters compare."""
    made = REFERENCE(self, entity, name)
    if self.context.outside is not None:
        inner: Any = made.element
        for column in inner.selected_columns:
            if column.name == "email_sort" or column.name.startswith("amount"):
                return unmasked(self, entity, name)
    return made


def edition(**rules: Any) -> Apply:
    """The schema for outsiders, made by other rules."""

    @asynccontextmanager
    async def apply(_bench: Bench) -> AsyncIterator[None]:
        with patch.multiple(Rules, **rules):
            made = for_outsiders(schema.editions.whole, Registry(schema.core, schema.catalog, outsider))
        with patch.object(schema, "outside", made):
            yield

    return apply


@cache
def any_level(object: str, _levels: tuple[ShareLevel, ...]) -> Lookup:
    """`shared_for` for which a share of any level is one for editing."""
    shares = SHARES.alias("share")
    return compiled(select(shares.c.object_id).where(*ASKING.live(shares, object), shares.c.object_id == any_(IDS)))


def outside_policy(table: str) -> Apply:
    @asynccontextmanager
    async def apply(bench: Bench) -> AsyncIterator[None]:
        owner = bench.bound.owner
        asked = "SELECT qual FROM pg_policies WHERE policyname = 'outside' AND tablename = $1"
        before = await owner.fetchval(asked, table)
        await owner.execute(f"ALTER POLICY outside ON {table} USING (true)")
        try:
            yield
        finally:
            await owner.execute(f"ALTER POLICY outside ON {table} USING ({before})")

    return apply


def authenticating(old: str, new: str) -> Apply:
    """Another condition in the function that looks tokens up."""

    @asynccontextmanager
    async def apply(bench: Bench) -> AsyncIterator[None]:
        owner = bench.bound.owner
        before = await owner.fetchval("SELECT pg_get_functiondef('crm_authenticate(text)'::regprocedure)")
        assert old in before, old
        await owner.execute(before.replace(old, new))
        try:
            yield
        finally:
            await owner.execute(before)

    return apply


@asynccontextmanager
async def as_the_application(bench: Bench) -> AsyncIterator[None]:
    outside = bench.bound.outside
    before, outside.bound = outside.bound, bench.bound.twice.bound
    try:
        yield
    finally:
        outside.bound = before


def everyone(_capability: Any, user: Any, team: Any) -> Context:
    return Context(access.capability(["all"], Cells([("*", FULL)])), user, team)


def rows(*principals: str) -> tuple[Any, ...]:
    """What lists and single records show, free of row-level security."""
    return (reading(r"^(accounts|contacts|opportunities)\.nodes\.(name|id)$", *principals, exempt=True, most=20),)


SHARING = (
    Mutant(
        "archived records are shared",
        patched((Outside, "sees", lambda self, object, t: t.id.in_(self.among(object)))),
        (reading(r"^(account|contact|opportunity)\(id\)\.\w+$", PARTNER, exempt=True, most=60),),
    ),
    Mutant(
        "everything is shared",
        patched((Outside, "sees", lambda _self, _object, t: t.archived_at.is_(None))),
        rows(PARTNER),
    ),
    Mutant("shares of every tenant count", live_without(TENANT), (verified(r"^contacts\.nodes\.name", PARTNER),)),
    Mutant("shares of everybody count", live_without(GRANTEE), rows(COLLEAGUE, CUSTOMER)),
    Mutant(
        "customers see what others ask for",
        patched((Outside, "asks", lambda *_: true())),
        (reading(r"^cases\.nodes\.(subject|id)$", CUSTOMER, exempt=True, most=20),),
    ),
    Mutant("revoked shares count", live_without(REVOKED), rows(PARTNER)),
    Mutant("shares that have ended count", live_without(EXPIRED), rows(PARTNER)),
)
FIELDS = (
    Mutant(
        "all sets of fields are shown",
        patched((Outside, "shown", lambda *_: true())),
        (reading(r"^(contacts|opportunities)\.nodes\.(email|phone)", PARTNER),),
    ),
    Mutant(
        "a profile of anything shows everything",
        patched((Outside, "shown", any_profile)),
        (reading(r"^(contacts|opportunities)\.nodes\.(email|phone|amount)", PARTNER),),
    ),
    Mutant(
        "filters compare what is masked",
        patched((Renderer, "reference", masked_twice)),
        (cells(r"^contacts\(filter (email|phone)", PARTNER), cells(r"^opportunities\(filter amount", PARTNER)),
    ),
    Mutant(
        "tables of outsiders are not masked",
        patched((Renderer, "reference", unmasked)),
        (
            reading(r"^contacts\.nodes\.(email|phone)", CUSTOMER),
            cells(r"^contacts\(filter (email|phone)", CUSTOMER),
        ),
    ),
    # The same, seen by nothing but the bytes of answers in two worlds.
    Mutant(
        "lists of outsiders are sorted by what is masked",
        patched((Renderer, "reference", unmasked)),
        (quiet(r"^contacts\(orderBy EMAIL", CUSTOMER),),
    ),
    Mutant(
        "lists of outsiders are filtered by what is masked",
        patched((Renderer, "reference", masked_twice)),
        (quiet(r"^contacts\(filter email", CUSTOMER),),
    ),
    Mutant(
        "outsiders have the whole schema",
        patched((schema, "outside", schema.editions.whole)),
        (unknown(r"^accounts\.nodes\.(notes|owner)", PARTNER),),
    ),
    Mutant(
        "outsiders filter and sort by what is hidden",
        edition(_hides_input=lambda *_: False),
        (unknown(r"\((filter|orderBy) ", PARTNER, most=60),),
    ),
    Mutant(
        "outsiders select what is hidden",
        edition(_is_visible=lambda *_: True),
        (unknown(r"^(accounts|contacts|opportunities)\.nodes\.\w+$", PARTNER, most=60),),
    ),
    Mutant(
        "everyone has the whole schema",
        patched((Editions, "of", lambda self, *_: self.whole)),
        (unknown(r"\.nodes\.", "a staff marketer"),),
    ),
    Mutant(
        "history tells hidden fields",
        patched((records, "hidden_names", lambda _capability: {})),
        (reading(r"history.*(before|after|changes|field)", "a staff marketer", most=30),),
    ),
    Mutant(
        "keys tell of hidden records",
        patched((references, "Context", everyone)),
        (writing(r"by (?!id\))\w+\) hidden", "a staff sales_rep", most=150),),
    ),
)
WRITES = (
    Mutant("outsiders write what is only shown", patched((Work, "check_write", nothing)), (check("outsiders write"),)),
    Mutant("outsiders write any field", patched((Work, "check_fields", nothing)), (check("outsiders write"),)),
    Mutant(
        "outsiders change what is only shown, through the API",
        patched((Work, "check_write", nothing)),
        (writing(r"Update\(where by id\) viewed", PARTNER),),
    ),
    Mutant(
        "shares for viewing are shares for editing",
        patched((outsiders, "shared_for", any_level)),
        (writing(r"Update\(where by id\) viewed", PARTNER),),
    ),
    Mutant(
        "whoever sees a row owns it",
        patched((kernel_work, "own", lambda _viewer, found: {row.id for row in found})),
        (check("outsiders write"),),
    ),
)
SECOND_RING = (
    Mutant("outsiders are read for by crm_app", as_the_application, (check("partner login"),)),
    Mutant(
        "one column more is granted to outsiders",
        sql("GRANT SELECT (notes) ON accounts TO crm_partner", "REVOKE SELECT (notes) ON accounts FROM crm_partner"),
        (check("partner columns"),),
    ),
    Mutant("a policy shares every account", outside_policy("accounts"), (check("partner rows"),)),
    Mutant("a policy shows every share", outside_policy("record_shares"), (check("partner rows"),)),
)
MOVES = (
    Mutant(
        "a contact who moves keeps its token",
        authenticating("company.id = token.account_id", "true"),
        (check("contacts who move"),),
    ),
    Mutant(
        "customers act for the account where they work",
        authenticating("company.id = token.account_id", "(token.kind = 'CUSTOMER' OR company.id = token.account_id)"),
        (check("contacts who move"),),
    ),
)
OUTSIDE_MUTANTS = (*SHARING, *FIELDS, *WRITES, *MOVES, *SECOND_RING)
