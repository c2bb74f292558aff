"""Lines of opportunities: totals, and the amount that is their sum."""

from decimal import Decimal
from typing import Any

import pytest

from api.domain import opportunities, products
from api.domain.kernel import DomainError, Invalid, LimitExceeded, Money, NotFound, Required, Work, new_id
from tests.factories import a_product, an_opportunity


async def test_a_line_takes_name_and_price_from_its_product_and_keeps_them(work: Work):
    pro = await a_product(work, "GTX Pro", price=482_100)
    roof = await an_opportunity(work, amount=None)

    line = await opportunities.add_line(
        work, roof.id, {"product_id": pro.id, "quantity": Decimal(2), "discount_percent": Decimal("12.5")}
    )
    await products.update(work, pro.id, {"name": "GTX Pro 2", "list_price": Money(500_000, "USD")})
    await work.flush()

    assert (line.name, line.list_price_minor, line.unit_price_minor, line.position) == ("GTX Pro", 482_100, 482_100, 1)
    assert (line.total_minor, roof.amount_minor) == (843_675, 843_675)


async def test_the_amount_is_the_sum_of_the_lines(work: Work):
    roof = await an_opportunity(work, amount=5)
    await work.finish()
    first = await opportunities.add_line(
        work, roof.id, {"name": "Tiles", "unit_price": Money(333, "USD"), "quantity": Decimal(3)}
    )
    second = await opportunities.add_line(work, roof.id, {"name": "Work", "unit_price": Money(10_000, "USD")})
    assert roof.amount_minor == 10_999

    with pytest.raises(Invalid) as refused:
        await opportunities.update(work, roof.id, {"amount": Money(1, "USD")})
    assert (refused.value.path, refused.value.constraint) == (("amount",), "lines")

    first = await opportunities.update_line(work, roof.id, first.id, {"discount_percent": Decimal(50)})
    assert (first.total_minor, roof.amount_minor) == (500, 10_500)
    await opportunities.remove_line(work, roof.id, second.id)
    assert roof.amount_minor == 500
    await opportunities.remove_line(work, roof.id, first.id)
    assert roof.amount_minor is None


async def test_changes_of_lines_are_changes_of_the_opportunity(work: Work):
    roof = await an_opportunity(work, amount=None)
    await work.finish()

    line = await opportunities.add_line(work, roof.id, {"name": "Tiles", "unit_price": Money(333, "USD")})
    (added,) = await work.finish()
    await opportunities.update_line(work, roof.id, line.id, {"quantity": Decimal("1.5")})
    (updated,) = await work.finish()

    assert (added.changed, updated.changed, roof.version) == (["amount", "lines"], ["amount", "lines"], 3)
    assert added.after["lines"] == [
        {
            "position": 1,
            "name": "Tiles",
            "quantity": "1",
            "unitPrice": "3.33",
            "discountPercent": "0",
            "total": "3.33",
            "currency": "USD",
        }
    ]
    assert updated.before["lines"] == [{"quantity": "1", "total": "3.33"}]
    assert updated.after["lines"] == [{"quantity": "1.5", "total": "5.00"}]


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({"unit_price": Money(1, "USD")}, Required, ("name",)),
        ({"name": "Tiles"}, Required, ("unit_price",)),
        ({"name": "Tiles", "unit_price": Money(1, "EUR")}, Invalid, ("unit_price",)),
        ({"name": "Tiles", "unit_price": Money(-1, "USD")}, Invalid, ("unit_price",)),
        ({"name": "Tiles", "unit_price": Money(1, "USD"), "quantity": Decimal(0)}, Invalid, ("quantity",)),
        ({"name": "Tiles", "unit_price": Money(1, "USD"), "quantity": Decimal("0.0001")}, Invalid, ("quantity",)),
        ({"name": "Tiles", "unit_price": Money(1, "USD"), "quantity": Decimal("NaN")}, Invalid, ("quantity",)),
        ({"name": "Tiles", "unit_price": Money(10**17, "USD"), "quantity": Decimal(10**11)}, Invalid, ("quantity",)),
        (
            {"name": "Tiles", "unit_price": Money(1, "USD"), "discount_percent": Decimal(101)},
            Invalid,
            ("discount_percent",),
        ),
        ({"name": "Tiles", "unit_price": Money(1, "USD"), "quantity": None}, Required, ("quantity",)),
        ({"product_id": new_id()}, NotFound, ("product",)),
    ],
)
async def test_a_line_with_a_wrong_value_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    roof = await an_opportunity(work)
    await work.finish()

    with pytest.raises(refusal) as refused:
        await opportunities.add_line(work, roof.id, values)
    with pytest.raises(refusal) as among_others:
        await opportunities.create(
            work, {"name": "Wall"}, lines=[{"name": "Good", "unit_price": Money(1, "USD")}, values]
        )

    assert refused.value.path == path
    assert among_others.value.path == ("lines", "1", *path)
    assert await work.finish() == []
    assert roof.amount_minor == 100_000


async def test_a_list_price_in_another_currency_is_no_price(work: Work):
    pro = await a_product(work, list_price=Money(1, "EUR"))
    roof = await an_opportunity(work)

    with pytest.raises(Required) as refused:
        await opportunities.add_line(work, roof.id, {"product_id": pro.id})

    assert refused.value.path == ("unit_price",)


async def test_a_line_belongs_to_its_opportunity(work: Work):
    roof, wall = await an_opportunity(work), await an_opportunity(work, "Wall")
    line = await opportunities.add_line(work, roof.id, {"name": "Tiles", "unit_price": Money(1, "USD")})

    with pytest.raises(NotFound):
        await opportunities.remove_line(work, wall.id, line.id)

    assert roof.amount_minor == 1


async def test_an_opportunity_with_lines_keeps_its_currency(work: Work):
    roof = await an_opportunity(work, amount=None)
    await opportunities.add_line(work, roof.id, {"name": "Tiles", "unit_price": Money(1, "USD")})

    with pytest.raises(Invalid) as refused:
        await opportunities.update(work, roof.id, {"currency": "EUR"})

    assert (refused.value.path, roof.currency) == (("currency",), "USD")


async def test_an_opportunity_has_at_most_200_lines(work: Work):
    lines: list[opportunities.LineValues] = [{"name": "Tile", "unit_price": Money(1, "USD")}] * 200
    await an_opportunity(work)
    roof = await opportunities.create(work, {"name": "Mosaic"}, lines=lines)
    await work.flush()
    assert roof.amount_minor == 200

    with pytest.raises(LimitExceeded) as refused:
        await opportunities.add_line(work, roof.id, lines[0])

    assert (refused.value.path, refused.value.limit) == (("lines",), 200)
