"""Products."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from api.domain.kernel import Record, column, unique_live

from . import policy


class Product(Record):
    """A thing that is sold, with the price that lines of opportunities begin with."""

    __tablename__ = "products"
    __table_args__ = (
        unique_live("code_norm", name="uq_products_code", object="product", path="code"),
        CheckConstraint("list_price_minor >= 0", name="list_price"),
        CheckConstraint("list_price_minor IS NULL OR currency IS NOT NULL", name="currency_of_price"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "prd"
    object = "product"
    visible = staticmethod(policy.visible)

    code: Mapped[str] = column(filter=True, sort=True, folded_in="code_norm")
    code_norm: Mapped[str] = column(internal=True)
    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    family: Mapped[str | None] = column(filter=True, folded_in="family_sort")
    family_sort: Mapped[str | None] = column(internal=True)
    list_price_minor: Mapped[int | None] = column(filter=True, sort=True)
    currency: Mapped[str | None] = column()
    is_active: Mapped[bool] = column(filter=True, default=True)
