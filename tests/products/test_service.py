"""Products: codes, prices."""

from typing import Any

import pytest

from api.domain import products
from api.domain.kernel import (
    DomainError,
    Duplicate,
    ExternalKey,
    Invalid,
    Money,
    NotAllowed,
    Outcome,
    Required,
    RestoreConflict,
    Work,
)
from tests.conftest import AsRole
from tests.factories import a_product


async def test_a_product_has_a_price_in_minor_units_and_shows_it_in_major_ones(work: Work):
    pro = await products.create(
        work, {"code": "GTX-PRO", "name": "GTX Pro", "family": "GTX", "list_price": Money(482_100, "USD")}
    )
    (change,) = await work.finish()

    assert (pro.list_price_minor, pro.currency, pro.code_norm, pro.family_sort) == (482_100, "USD", "gtx-pro", "gtx")
    assert change.after["listPrice"] == "4821.00"


async def test_a_code_belongs_to_one_live_product(work: Work):
    pro = await a_product(work, "GTX Pro")

    with pytest.raises(Duplicate) as refused:
        await products.create(work, {"code": "gtx pro", "name": "Copy"})
    assert (refused.value.path, refused.value.existing) == (("code",), pro.id)

    other = await a_product(work, "MG Special")
    with pytest.raises(Duplicate):
        await products.update(work, other.id, {"code": "GTX PRO"})
    assert other.code == "MG Special"

    await products.archive(work, pro.id)
    await products.update(work, other.id, {"code": "GTX PRO"})
    with pytest.raises(RestoreConflict) as conflict:
        await products.restore(work, pro.id)
    assert (conflict.value.existing, conflict.value.path) == (other.id, ("code",))


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({"name": "GTX"}, Required, ("code",)),
        ({"code": "GTX"}, Required, ("name",)),
        ({"code": "x", "name": "x", "list_price": Money(-1, "USD")}, Invalid, ("list_price",)),
        ({"code": "x", "name": "x", "list_price": Money(1, "XXX")}, Invalid, ("list_price",)),
        ({"code": "x", "name": "x", "list_price": Money(10**17 + 1, "USD")}, Invalid, ("list_price",)),
        ({"code": "x", "name": "x", "is_active": None}, Required, ("is_active",)),
    ],
)
async def test_a_product_with_a_wrong_value_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as refused:
        await products.create(work, values)

    assert refused.value.path == path
    assert await work.finish() == []


async def test_a_price_can_be_cleared(work: Work):
    pro = await a_product(work)
    await products.update(work, pro.id, {"list_price": None})
    await work.flush()

    assert (pro.list_price_minor, pro.currency) == (None, None)


async def test_rows_mean_the_product_with_the_code_or_the_name(work: Work):
    pro = await a_product(work, "GTX Pro", code="P-1")
    await work.finish()

    results = await products.upsert_many(
        work,
        [
            products.ProductRow(values={"code": "p-1", "name": "GTX Pro"}),
            products.ProductRow(values={"name": "GTX  PRO"}, by_name=True),
            products.ProductRow(values={"code": "P-2", "name": "MG Special"}, external_ids=[ExternalKey("erp", "2")]),
            products.ProductRow(values={"name": "MG Advanced"}),
        ],
    )

    assert [result.outcome for result in results] == [
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.CREATED,
        Outcome.FAILED,
    ]
    assert [result.record for result in results[:2]] == [pro, pro]
    assert (pro.code, pro.name) == ("p-1", "GTX  PRO")


async def test_a_sales_rep_does_not_change_prices(work: Work, as_role: AsRole):
    pro = await a_product(work)
    rep = await as_role("sales_rep")

    with pytest.raises(NotAllowed):
        await products.update(rep, pro.id, {"list_price": Money(1, "USD")})

    assert await rep.finish() == []
