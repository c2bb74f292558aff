"""The lines of opportunities. With lines, the amount of an opportunity is their sum."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from api.domain.kernel import (
    Invalid,
    LimitExceeded,
    Money,
    NotFound,
    Required,
    TextField,
    Work,
    assign,
    checked_money,
    checked_references,
    checked_texts,
    load_references,
    new_id,
    refuse_null,
    rounded,
    under,
)
from api.domain.kernel.money import MAX_MINOR
from api.domain.products import Product

from .desk import Desk, check_open, open_desk
from .models import Opportunity, OpportunityLine

MOST = 200
TEXTS = {"name": TextField(255, required=True)}
REFERENCES = {"product_id": Product}
MOST_QUANTITY = Decimal(10**12)
THOUSANDTH, HUNDREDTH = Decimal("0.001"), Decimal("0.01")
ALL = Decimal(100)


class LineValues(TypedDict, total=False):
    """One line. Name and unit price come from the product unless given; `discount_percent` is 0 to 100."""

    product_id: UUID | None
    name: str
    quantity: Decimal
    unit_price: Money
    discount_percent: Decimal


async def add_line(
    work: Work, opportunity_id: UUID, values: LineValues, *, if_version: int | None = None
) -> OpportunityLine:
    """Raises IllegalTransition if the opportunity is closed."""
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    check_open(opportunity, "add_line")
    desk = await open_desk(work, [opportunity_id])
    await load_references(work, [values], REFERENCES)
    lines = desk.lines.setdefault(opportunity_id, [])
    check_number_of_lines(len(lines) + 1)
    columns = line_columns(work, values, opportunity.currency, None)
    line = new_line(work, opportunity, columns, position=max((line.position for line in lines), default=0) + 1)
    lines.append(line)
    opportunity.amount_minor = sum_of(lines)
    return line


async def update_line(
    work: Work, opportunity_id: UUID, line_id: UUID, values: LineValues, *, if_version: int | None = None
) -> OpportunityLine:
    """Raises IllegalTransition if the opportunity is closed."""
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    check_open(opportunity, "update_line")
    desk = await open_desk(work, [opportunity_id])
    await load_references(work, [values], REFERENCES)
    line = line_of(desk, opportunity_id, line_id)
    assign(line, line_columns(work, values, opportunity.currency, line))
    opportunity.amount_minor = sum_of(desk.lines[opportunity_id])
    return line


async def remove_line(work: Work, opportunity_id: UUID, line_id: UUID, *, if_version: int | None = None) -> Opportunity:
    """Remove a line; without any the amount is unknown until it is set.

    Raises:
        IllegalTransition: the opportunity is closed.
    """
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    check_open(opportunity, "remove_line")
    desk = await open_desk(work, [opportunity_id])
    line = line_of(desk, opportunity_id, line_id)
    desk.lines[opportunity_id].remove(line)
    work.remove(line)
    opportunity.amount_minor = sum_of(desk.lines[opportunity_id])
    return opportunity


def checked_lines(
    work: Work, currency: str, given: Sequence[LineValues], known: Sequence[OpportunityLine]
) -> list[dict[str, Any]]:
    """The columns of all lines of an opportunity; a line stands for the known one at its place.

    Raises:
        Any refusal of a line, with a path that begins with `lines` and the index.
    """
    check_number_of_lines(len(given))
    columns = []
    for index, values in enumerate(given):
        with under("lines", str(index)):
            columns.append(line_columns(work, values, currency, known[index] if index < len(known) else None))
    check_sum(line["total_minor"] for line in columns)
    return columns


def differ(known: Sequence[OpportunityLine], columns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether `put_lines` would change anything."""
    return len(known) != len(columns) or any(
        getattr(line, name) != value
        for line, values in zip(known, columns, strict=True)
        for name, value in values.items()
    )


def put_lines(desk: Desk, opportunity: Opportunity, columns: Sequence[dict[str, Any]]) -> bool:
    """Make these the lines of the opportunity. True if any differs."""
    known = desk.lines.setdefault(opportunity.id, [])
    changed = len(columns) != len(known)
    for line, values in zip(known, columns, strict=False):
        changed |= assign(line, values)
    for surplus in known[len(columns) :]:
        desk.work.remove(surplus)
    del known[len(columns) :]
    for position, values in enumerate(columns[len(known) :], len(known) + 1):
        known.append(new_line(desk.work, opportunity, values, position))
    return changed


def new_line(work: Work, opportunity: Opportunity, columns: Mapping[str, Any], position: int) -> OpportunityLine:
    return work.add(OpportunityLine(id=new_id(), opportunity_id=opportunity.id, position=position, **columns))


def line_columns(work: Work, values: LineValues, currency: str, line: OpportunityLine | None) -> dict[str, Any]:
    """The columns of a line after these values; total = quantity × unit price × (1 − discount), rounded to minor units.

    Another product brings its own name and prices, unless they are given.
    """
    refuse_null(values, "quantity", "unit_price", "discount_percent")
    columns: dict[str, Any] = {"product_id": None, "name": None, "list_price_minor": None, "unit_price_minor": None}
    columns |= {"quantity": Decimal(1), "discount_percent": Decimal(0), "currency": currency}
    if line is not None:
        columns = {name: getattr(line, name) for name in columns}
    product_id = checked_references(work, values, REFERENCES, line).get("product_id")
    if product_id is not None and product_id != columns["product_id"]:
        product = work.loaded(Product, product_id, "product")
        price = product.list_price_minor if product.currency == currency else None
        columns |= {"name": product.name, "list_price_minor": price, "unit_price_minor": price}
    if "product_id" in values:
        columns["product_id"] = product_id
    columns |= checked_texts(values, TEXTS)
    if "unit_price" in values:
        columns["unit_price_minor"] = price_in(values["unit_price"], currency)
    for name, check in (("quantity", checked_quantity), ("discount_percent", checked_discount)):
        if name in values:
            columns[name] = check(values[name])  # type: ignore[literal-required]
    if columns["name"] is None:
        raise Required(("name",), "a line without a product needs a name")
    if columns["unit_price_minor"] is None:
        raise Required(("unit_price",), f"there is no list price in {currency}; give a unit price")
    columns["total_minor"] = total_of(columns["quantity"], columns["unit_price_minor"], columns["discount_percent"])
    return columns


def total_of(quantity: Decimal, unit_price_minor: int, discount_percent: Decimal) -> int:
    """In minor units, rounded half away from zero.

    >>> total_of(Decimal("2.5"), 1999, Decimal(10))
    4498
    """
    total = quantity * unit_price_minor * (ALL - discount_percent) / ALL
    if total > MAX_MINOR:
        raise Invalid(("quantity",), "the total of this line is larger than can be stored", "range")
    return rounded(total)


def sum_of(lines: Sequence[OpportunityLine]) -> int | None:
    return check_sum(line.total_minor for line in lines) if lines else None


def check_sum(totals: Iterable[int]) -> int:
    total = sum(totals)
    if total > MAX_MINOR:
        raise Invalid(("lines",), "the sum of the lines is larger than can be stored", "range")
    return total


def price_in(price: Money, currency: str) -> int:
    checked_money(price, "unit_price")
    if price.currency != currency:
        raise Invalid(("unit_price",), f"the lines of this opportunity are in {currency}", "currency")
    return price.minor


def checked_quantity(quantity: Decimal) -> Decimal:
    if not quantity.is_finite() or not 0 < quantity < MOST_QUANTITY or quantity != quantity.quantize(THOUSANDTH):
        raise Invalid(("quantity",), "a quantity is positive and has at most three decimal digits", "quantity")
    return quantity


def checked_discount(percent: Decimal) -> Decimal:
    if not percent.is_finite() or not 0 <= percent <= ALL or percent != percent.quantize(HUNDREDTH):
        raise Invalid(("discount_percent",), "a discount is 0 to 100 with at most two decimal digits", "percent")
    return percent


def check_number_of_lines(number: int) -> None:
    if number > MOST:
        raise LimitExceeded(("lines",), MOST, "lines on one opportunity")


def line_of(desk: Desk, opportunity: UUID, id: UUID) -> OpportunityLine:
    for line in desk.lines.get(opportunity, ()):
        if line.id == id:
            return line
    raise NotFound("line", ("line",))
