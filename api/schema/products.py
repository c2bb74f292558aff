"""Products."""

import strawberry

from api.domain import products as domain
from api.domain.kernel import fold

from .aggregates import Aggregate, column_key
from .binding import Natural, described, money, readable
from .commands import Service, Writes
from .connections import Connection, many, one
from .interfaces import Money, Node, Record
from .records import complete


@readable(
    domain.Product,
    description="A thing that is sold.",
    naturals={"code": Natural(str, "Its code.", lambda t, _tenant, code: t.c.code_norm == code, fold)},
)
class Product(Record, Node):
    code: str = described("Unique among live products, without regard to case.")
    name: str = described("What people call it.")
    family: str | None = described("The group of products it belongs to.")
    list_price: Money | None = money("list_price_minor", "The price that lines of opportunities begin with.")
    is_active: bool = described("Whether it is still sold.")


complete(Product)
PRODUCTS = Writes(
    Product,
    "product",
    Service(domain.create, domain.upsert_many, domain.ProductRow, domain.archive, domain.restore),
    fields=("code", "name", "family", "list_price", "is_active"),
    required=("code", "name"),
    natural={"code": lambda code: {"code": code}},
)


AGGREGATE = Aggregate(
    Product,
    {
        "FAMILY": column_key("family_sort", None, "By family, folded."),
        "IS_ACTIVE": column_key("is_active", None, "By whether it is still sold."),
    },
    money="list_price_minor",
)


@strawberry.type
class Query:
    product: Product | None = one(Product, "One product; null if there is none.")
    products: Connection[Product] = many(Product, "Products.")
    products_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    product_create = PRODUCTS.create("Make a product.")
    product_update = PRODUCTS.update("Change a product.")
    product_upsert = PRODUCTS.upsert("Change the product that a key names, or make it.")
    product_bulk_upsert = PRODUCTS.bulk_upsert("Upsert up to 250 products.")
    product_archive = PRODUCTS.archive("Archive a product; lines that name it stay as they are.")
    product_restore = PRODUCTS.restore("Make an archived product live again.")
