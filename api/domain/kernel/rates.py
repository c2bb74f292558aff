"""Dated exchange rates, a ledger: rates are added and corrected by later entries, never edited.

A rate holds from its date until the next date of the pair. There is no default: an amount without a rate is named
as unconverted, never counted as 1.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    Numeric,
    Uuid,
    and_,
    case,
    cast,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.sql import ColumnElement

from .errors import Invalid, NotAllowed
from .ids import new_id
from .model import Entry, column
from .money import checked_currency, minor_unit
from .text import checked

if TYPE_CHECKING:
    from .work import Work


class ExchangeRate(Entry):
    """One unit of `base` is worth `rate` units of `quote` from `valid_from` on; the newest entry of a date wins."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        CheckConstraint("rate > 0", name="positive"),
        CheckConstraint("base <> quote", name="two_currencies"),
    )

    base: Mapped[str] = column(primary_key=True)
    quote: Mapped[str] = column(primary_key=True)
    valid_from: Mapped[date] = column(Date(), primary_key=True)
    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    rate: Mapped[Decimal] = column(Numeric(20, 10))
    source: Mapped[str] = column()
    recorded_at: Mapped[datetime] = column(DateTime(timezone=True))
    recorded_by: Mapped[UUID] = column(Uuid())


async def record_rate(  # noqa: PLR0913, PLR0917 - the columns of the ledger
    work: "Work", base: str, quote: str, valid_from: date, rate: Decimal, source: str
) -> ExchangeRate:
    """Add a rate to the ledger.

    Raises:
        NotAllowed: the role may not change the tenant's settings.
        Invalid: unknown or equal currencies, a rate that is not positive or has more than ten decimal digits.
    """
    if not work.viewer.capability.on("exchange_rate").create:
        raise NotAllowed("exchange rate", "record")
    if checked_currency(base, "base") == checked_currency(quote, "quote"):
        raise Invalid(("quote",), "a rate is between two different currencies", constraint="pair")
    if not rate.is_finite() or rate <= 0 or rate >= 10**10 or rate != rate.quantize(Decimal("1e-10")):
        raise Invalid(("rate",), "a rate is a positive number with at most ten decimal digits", constraint="rate")
    entry = ExchangeRate(
        base=base,
        quote=quote,
        valid_from=valid_from,
        id=new_id(),
        rate=rate,
        source=checked(source, "source", limit=100),
        recorded_at=work.now,
        recorded_by=work.actor,
    )
    work.add(entry)
    return entry


def rate_on(
    tenant: ColumnElement[UUID], base: ColumnElement[str], quote: ColumnElement[str], day: ColumnElement[date]
) -> ColumnElement[Decimal]:
    """SQL: units of `quote` for one unit of `base` on a day; 1 for the same currency, NULL when no rate is known."""
    rates = ExchangeRate.__table__.alias("rate")
    known = (
        select(rates.c.rate)
        .where(
            and_(
                rates.c.tenant_id == tenant,
                rates.c.base == base,
                rates.c.quote == quote,
                rates.c.valid_from <= day,
            )
        )
        .order_by(rates.c.valid_from.desc(), rates.c.id.desc())
        .limit(literal_column("1"))
        .correlate_except(rates)
        .scalar_subquery()
    )
    return case((base == quote, literal_column("1", Numeric)), else_=known)


def converted(
    minor: ColumnElement[Any], base: ColumnElement[str], quote: ColumnElement[str], rate: ColumnElement[Decimal]
) -> ColumnElement[Decimal]:
    """SQL: an amount of `base` in unrounded minor units of `quote`; NULL without a rate."""
    return type_coerce(cast(minor, Numeric) * minor_unit(base) * rate / minor_unit(quote), Numeric())
