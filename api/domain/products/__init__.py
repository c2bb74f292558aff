"""What is sold."""

from .models import Product
from .service import ProductRow, ProductValues, archive, create, restore, update, upsert_many

__all__ = ["Product", "ProductRow", "ProductValues", "archive", "create", "restore", "update", "upsert_many"]
