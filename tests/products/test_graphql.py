"""Products through the API."""

from typing import Any

from tests.graphql_client import Client
from tests.record_writes import RecordWrites, nothing_changes


class TestProduct(RecordWrites):
    noun, type_name = "product", "Product"
    new = {"code": "GTX", "name": "GTX Pro", "listPrice": {"amount": "4821.00", "currency": "USD"}}
    change = {"family": "GTX", "isActive": False}
    shown = "code name family isActive listPrice { amount currency }"
    natural = ("code", " gtx")
    duplicate = ["input", "code"]
    statements = {"Create": 0, "Update": 0, "Archive": 0, "Restore": 0}

    def another(self, mark: str) -> dict[str, Any]:
        return {**super().another(mark), "code": mark}
