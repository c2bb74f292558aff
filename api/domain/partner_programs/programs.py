"""Commands for programs and their tiers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.kernel import (
    Duplicate,
    ExternalKey,
    Invalid,
    Matching,
    Money,
    NotFound,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    among,
    assign,
    by_column,
    checked_money,
    checked_number,
    checked_texts,
    fold,
    load_references,
    refuse_null,
    require,
    under,
    write_rows,
)

from .models import Certification, PartnerMembership, PartnerProgram, PartnerTier, PartnerTierCertification
from .states import MembershipStatus

NAME, TEXT = 100, 5_000
PROGRAM_TEXTS = {
    "name": TextField(NAME, required=True, folded="name_sort"),
    "description": TextField(TEXT),
    "notes": TextField(TEXT),
}
TIER_TEXTS = {"name": TextField(NAME, required=True, folded="name_sort"), "benefits": TextField(TEXT)}
HUNDRED, HUNDREDTH = Decimal(100), Decimal("0.01")
BETWEEN = "\x1f"  # between the names of a key; no name has it


class ProgramValues(TypedDict, total=False):
    """What is known of a program; a missing key leaves the value alone, None clears it."""

    name: str
    description: str | None
    accepts_applications: bool
    review_months: int
    notes: str | None


class TierValues(TypedDict, total=False):
    """What is known of a tier. `program_name` may stand for `program_id`; percentages have two decimal digits.

    `certifications` are all that it takes: which, and at least how many.
    """

    program_id: UUID
    program_name: str
    name: str
    rank: int
    weight: int
    commission_percent: Decimal | None
    mdf_percent: Decimal | None
    benefits: str | None
    min_revenue: Money | None
    certifications: Sequence[tuple[UUID, int]]


ProgramRow = Row[ProgramValues]
TierRow = Row[TierValues]


async def create_program(
    work: Work, values: ProgramValues, *, external_ids: Sequence[ExternalKey] = ()
) -> PartnerProgram:
    row = ProgramRow(values=values, external_ids=external_ids)
    return (await write_rows(work, PROGRAMS, [row], prepare_programs, create=True))[0].unwrap()


async def upsert_programs(work: Work, rows: Sequence[ProgramRow]) -> list[Written[PartnerProgram]]:
    """Create or update programs; a row means the program with its id, external id or name."""
    return await write_rows(work, PROGRAMS, rows, prepare_programs)


async def archive_program(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerProgram:
    """Raises Invalid while somebody is in the program: end those memberships first."""
    program = await work.edit(PartnerProgram, id, if_version=if_version, archived=True)
    if program.archived_at is None:
        await refuse_members(work, PartnerMembership.program_id == id, "program")
        program.archived_at = work.now
    return program


async def restore_program(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerProgram:
    """Raises RestoreConflict if a live program has the name."""
    program = await work.edit(PartnerProgram, id, if_version=if_version, archived=True)
    if program.archived_at is not None:
        for holder in (await PROGRAMS.holders(work, [program.name_sort])).values():
            raise RestoreConflict("partner_program", holder, ("name",))
    program.archived_at = None
    return program


async def create_tier(work: Work, values: TierValues, *, external_ids: Sequence[ExternalKey] = ()) -> PartnerTier:
    row = TierRow(values=values, external_ids=external_ids)
    return (await write_rows(work, TIERS, [row], prepare_tiers, create=True))[0].unwrap()


async def upsert_tiers(work: Work, rows: Sequence[TierRow]) -> list[Written[PartnerTier]]:
    """Create or update tiers; a row means the tier with its id, external id, or program and name."""
    return await write_rows(work, TIERS, rows, prepare_tiers)


async def archive_tier(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerTier:
    """Raises Invalid while somebody is in the tier: change the tier of those memberships first."""
    tier = await work.edit(PartnerTier, id, if_version=if_version, archived=True)
    if tier.archived_at is None:
        await refuse_members(work, PartnerMembership.tier_id == id, "tier")
        tier.archived_at = work.now
    return tier


async def restore_tier(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerTier:
    """Raises RestoreConflict if a live tier of the program has the name or the rank."""
    tier = await work.edit(PartnerTier, id, if_version=if_version, archived=True)
    if tier.archived_at is not None:
        await work.reference(PartnerProgram, tier.program_id, "program")
        for other in await tiers_of(work, [tier.program_id]):
            if other.name_sort == tier.name_sort or other.rank == tier.rank:
                raise RestoreConflict("partner_tier", other.id, ("name" if other.rank != tier.rank else "rank",))
    tier.archived_at = None
    return tier


async def tiers_of(work: Work, programs: Sequence[UUID]) -> list[PartnerTier]:
    """The live tiers of these programs, the lowest first."""
    await work.flush()
    query = select(PartnerTier).where(
        PartnerTier.tenant_id == work.tenant,
        among(PartnerTier.program_id, programs),
        PartnerTier.archived_at.is_(None),
    )
    return list(await work.session.scalars(query.order_by(PartnerTier.program_id, PartnerTier.rank)))


async def refuse_members(work: Work, condition: Any, what: str) -> None:
    await work.flush()
    query = select(PartnerMembership.id).where(
        PartnerMembership.tenant_id == work.tenant,
        PartnerMembership.archived_at.is_(None),
        PartnerMembership.status != MembershipStatus.TERMINATED,
        condition,
    )
    if await work.session.scalar(query.limit(1)) is not None:
        raise Invalid((), f"partners are members of this {what}; end their memberships or move them first", "members")


async def prepare_programs(work: Work, _rows: Sequence[ProgramRow], _records: Mapping[UUID, PartnerProgram]) -> Any:
    def write(row: ProgramRow, program: PartnerProgram | None) -> tuple[PartnerProgram, bool]:
        columns = program_columns(row.values, program)
        if program is None:
            return work.add(PartnerProgram(**columns)), True
        return program, assign(program, columns)

    return write


def program_columns(values: ProgramValues, program: PartnerProgram | None) -> dict[str, Any]:
    if program is None:
        require(values, "name")
    refuse_null(values, "accepts_applications", "review_months")
    columns = checked_texts(values, PROGRAM_TEXTS)
    if "review_months" in values:
        columns["review_months"] = checked_number(values["review_months"], "review_months", 1, 60)
    if "accepts_applications" in values:
        columns["accepts_applications"] = values["accepts_applications"]
    return columns


async def prepare_tiers(work: Work, rows: Sequence[TierRow], records: Mapping[UUID, PartnerTier]) -> Any:
    named = sorted({fold(name) for row in rows if (name := {**row.key, **row.values}.get("program_name"))})
    programs = await PROGRAMS.holders(work, named) if named else {}
    await load_references(work, [row.values for row in rows], {"program_id": PartnerProgram})
    wanted = [row.values["program_id"] for row in rows if row.values.get("program_id")]
    ids = {*programs.values(), *wanted, *(tier.program_id for tier in records.values())}
    await work.load(PartnerProgram, ids)
    known = {tier.id: tier for tier in await tiers_of(work, sorted(ids))}
    wanted_of = await load_wanted(work, rows, records)

    def write(row: TierRow, tier: PartnerTier | None) -> tuple[PartnerTier, bool]:
        if tier is None:
            work.check_create(PartnerTier)  # before anything is told of other tiers
        columns = tier_columns(row.values, tier)
        program = program_meant(work, row.values, tier, programs)
        for other in known.values():
            if other.program_id == program and other is not tier:
                refuse_taken(columns, other)
        asked = checked_wanted(work, row.values)
        if tier is None:
            made = work.add(PartnerTier(program_id=program, **columns))
            known[made.id] = made
            put_wanted(work, made, asked or {}, {})
            return made, True
        changed = assign(tier, columns)
        return tier, (asked is not None and put_wanted(work, tier, asked, wanted_of.get(tier.id, {}))) or changed

    return write


async def load_wanted(
    work: Work, rows: Sequence[TierRow], records: Mapping[UUID, PartnerTier]
) -> Mapping[UUID, dict[UUID, PartnerTierCertification]]:
    """What the tiers take already, by tier and certification, if a row says anything of that."""
    named = {id for row in rows for id, _ in row.values.get("certifications") or ()}
    await work.load(Certification, named)
    found: dict[UUID, dict[UUID, PartnerTierCertification]] = {}
    if records and any("certifications" in row.values for row in rows):
        query = select(PartnerTierCertification).where(
            PartnerTierCertification.tenant_id == work.tenant, among(PartnerTierCertification.tier_id, records)
        )
        for one in await work.session.scalars(query):
            found.setdefault(one.tier_id, {})[one.certification_id] = one
    return found


def checked_wanted(work: Work, values: TierValues) -> dict[UUID, int] | None:
    """Certification → how many; None if the values do not say.

    Raises:
        NotFound, Archived: about a certification.
        Invalid: a certification twice, or a number outside 1 to 1000.
    """
    if "certifications" not in values:
        return None
    asked: dict[UUID, int] = {}
    for at, (id, least) in enumerate(values["certifications"] or ()):
        with under("certifications", str(at)):
            work.loaded(Certification, id, "certification")
            if id in asked:
                raise Invalid(("certification",), "this certification is named twice; name it once", "twice")
            checked_number(least, "least", 1, 1_000)
            asked[id] = least
    return asked


def put_wanted(
    work: Work, tier: PartnerTier, asked: Mapping[UUID, int], known: Mapping[UUID, PartnerTierCertification]
) -> bool:
    """Make these all that the tier takes. True if that is a change."""
    for id in known.keys() - asked.keys():
        work.remove(known[id])
    changed = bool(known.keys() - asked.keys())
    for id, least in asked.items():
        if id in known:
            changed |= assign(known[id], {"least": least})
        else:
            work.add(PartnerTierCertification(tier_id=tier.id, certification_id=id, least=least))
            changed = True
    return changed


def refuse_taken(columns: Mapping[str, Any], other: PartnerTier) -> None:
    if columns.get("name_sort") == other.name_sort:
        raise Duplicate(("name",), "partner_tier", other.id)
    if columns.get("rank") == other.rank:
        raise Duplicate(("rank",), "partner_tier", other.id)


def program_meant(work: Work, values: TierValues, tier: PartnerTier | None, programs: Mapping[str, UUID]) -> UUID:
    """The program of the tier.

    Raises:
        Required, NotFound, Archived: a new tier names none, an unknown or an archived one.
        Invalid: a known tier would change its program.
    """
    id, name = values.get("program_id"), values.get("program_name")
    if id is None and name is not None:
        id = programs.get(fold(name))
        if id is None:
            raise NotFound("partner_program", ("program",))
    if tier is not None:
        if id not in {None, tier.program_id}:
            raise Invalid(("program",), "a tier stays in its program", "program")
        return tier.program_id
    require({"program_id": id}, "program_id")
    return work.loaded(PartnerProgram, id, "program").id  # type: ignore[arg-type] # required


def tier_columns(values: TierValues, tier: PartnerTier | None) -> dict[str, Any]:
    if tier is None:
        require(values, "name", "rank")
    refuse_null(values, "rank", "weight")
    columns = checked_texts(values, TIER_TEXTS)
    for name, low, high in (("rank", 1, 100), ("weight", 0, 1_000)):
        if name in values:
            columns[name] = checked_number(values[name], name, low, high)  # type: ignore[literal-required]
    for name in ("commission_percent", "mdf_percent"):
        if name in values:
            columns[name] = checked_percent(values[name], name)  # type: ignore[literal-required]
    if "min_revenue" in values:
        least = checked_money(values["min_revenue"], "min_revenue")
        columns |= {"min_revenue_minor": least and least.minor, "currency": least and least.currency}
    return columns


def checked_percent(percent: Decimal | None, path: str) -> Decimal | None:
    """Raises Invalid unless it is from 0 to 100 with at most two decimal digits."""
    if percent is not None and (
        not percent.is_finite() or not 0 <= percent <= HUNDRED or percent != percent.quantize(HUNDREDTH)
    ):
        raise Invalid((path,), "a percentage is from 0 to 100, with at most two decimal digits", "percent")
    return percent


def names_of(values: Mapping[str, Any]) -> Sequence[str]:
    return (fold(values["name"]),) if values.get("name") else ()


def tier_names_of(values: Mapping[str, Any]) -> Sequence[str]:
    if not values.get("name") or not values.get("program_name"):
        return ()
    return (fold(values["program_name"]) + BETWEEN + fold(values["name"]),)


async def holders_of_tier(work: Work, keys: Sequence[str]) -> Mapping[str, UUID]:
    """The live tiers of these program and tier names."""
    await work.flush()
    key = PartnerProgram.name_sort + BETWEEN + PartnerTier.name_sort
    of_program = (PartnerProgram.tenant_id == PartnerTier.tenant_id) & (PartnerProgram.id == PartnerTier.program_id)
    query = select(key, PartnerTier.id).join(PartnerProgram, of_program)
    query = query.where(
        PartnerTier.tenant_id == work.tenant,
        among(key, keys, Text()),
        PartnerTier.archived_at.is_(None),
        PartnerProgram.archived_at.is_(None),
    )
    return {name: id for name, id in await work.session.execute(query)}  # noqa: C416 - rows are not pairs to mypy


PROGRAMS = Matching(PartnerProgram, "name", names_of, by_column(PartnerProgram, "name_sort"))
TIERS = Matching(PartnerTier, "name", tier_names_of, holders_of_tier)
