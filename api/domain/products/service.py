"""Commands for products."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from api.domain.kernel import (
    ExternalKey,
    Matching,
    Money,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked_money,
    checked_texts,
    fold,
    refuse_null,
    require,
    write_rows,
)

from .models import Product

TEXTS = {
    "code": TextField(100, required=True, folded="code_norm"),
    "name": TextField(255, required=True, folded="name_sort"),
    "family": TextField(100, folded="family_sort"),
}


class ProductValues(TypedDict, total=False):
    """What is known of a product; a missing key leaves the value alone, None clears it."""

    code: str
    name: str
    family: str | None
    list_price: Money | None
    is_active: bool


ProductRow = Row[ProductValues]


async def create(work: Work, values: ProductValues, *, external_ids: Sequence[ExternalKey] = ()) -> Product:
    row = ProductRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: ProductValues, *, if_version: int | None = None) -> Product:
    return (await upsert_many(work, [ProductRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[ProductRow]) -> list[Written[Product]]:
    """Create or update products; a row means the product with its id, external id, code or (`by_name`) name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Product:
    product = await work.edit(Product, id, if_version=if_version, archived=True)
    product.archived_at = product.archived_at or work.now
    return product


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Product:
    """Raises RestoreConflict if a live product has the code."""
    product = await work.edit(Product, id, if_version=if_version, archived=True)
    if product.archived_at is not None:
        for holder in (await MATCHING.holders(work, [product.code_norm])).values():
            raise RestoreConflict("product", holder, ("code",))
    product.archived_at = None
    return product


async def prepare(work: Work, _rows: Sequence[ProductRow], _records: Mapping[UUID, Product]) -> Any:
    def write(row: ProductRow, product: Product | None) -> tuple[Product, bool]:
        columns = columns_of_values(row.values, product)
        if product is None:
            return work.add(Product(**{"is_active": True, **columns})), True
        return product, assign(product, columns)

    return write


def columns_of_values(values: ProductValues, product: Product | None) -> dict[str, Any]:
    if product is None:
        require(values, "code", "name")
    refuse_null(values, "is_active")
    columns = checked_texts(values, TEXTS)
    if "list_price" in values:
        price = checked_money(values["list_price"], "list_price")
        columns |= {"list_price_minor": price and price.minor, "currency": price and price.currency}
    if "is_active" in values:
        columns["is_active"] = values["is_active"]
    return columns


def codes(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["code"])] if values.get("code") else []


def folded_name(values: Mapping[str, Any]) -> str:
    return fold(values.get("name") or "")


MATCHING = Matching(Product, "code", codes, by_column(Product, "code_norm"), folded_name)
