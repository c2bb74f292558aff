"""Products through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from tests.graphql_client import Client, GraphQLFailed
from tests.record_writes import RecordWrites
from tests.watching import nothing_changes


class TestProduct(RecordWrites):
    noun, type_name = "product", "Product"
    new: ClassVar[Mapping[str, Any]] = {
        "code": "GTX",
        "name": "GTX Pro",
        "listPrice": {"amount": "4821.00", "currency": "USD"},
    }
    change: ClassVar[Mapping[str, Any]] = {"family": "GTX", "isActive": False}
    shown = "code name family isActive listPrice { amount currency }"
    natural: ClassVar[tuple[str, Any]] = ("code", " gtx")
    duplicate: ClassVar[list[str]] = ["input", "code"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 4}

    def another(self, mark: str) -> dict[str, Any]:
        return {**super().another(mark), "code": mark}


async def test_a_price_has_the_digits_of_its_currency(graphql: Client):
    query = """
    mutation($price: MoneyInput!) {
      productCreate(input: {code: "x", name: "x", listPrice: $price}, dryRun: true) {
        product { listPrice { amount currency } } errors { code path ... on ValidationError { constraint limit } }
      }
    }
    """
    for amount, currency, shown in (
        ("12", "JPY", "12"),
        ("1.5", "KWD", "1.500"),
        ("0.00005", "CLF", None),
        ("7", "USD", "7.00"),
    ):
        payload = (await graphql(query, {"price": {"amount": amount, "currency": currency}}))["productCreate"]
        if shown is None:
            error = {"code": "INVALID", "path": ["input", "listPrice"], "constraint": "digits", "limit": 4}
            assert payload == {"product": None, "errors": [error]}
        else:
            assert payload["product"]["listPrice"] == {"amount": shown, "currency": currency}


async def test_a_code_becomes_free_when_its_product_is_archived_and_restoring_that_is_a_conflict(graphql: Client):
    made = await graphql('mutation { a: productCreate(input: {code: "GTX", name: "Old"}) { product { id } } }')
    old = made["a"]["product"]["id"]
    await graphql('mutation { productArchive(where: {code: "gtx"}) { outcome } }')
    new = await graphql('mutation { productCreate(input: {code: "gtx", name: "New"}) { outcome product { id } } }')
    assert new["productCreate"]["outcome"] == "CREATED"
    async with nothing_changes(graphql):
        data = await graphql(
            """mutation($id: ID!) { productRestore(where: {id: $id}) {
                 outcome errors { code path ... on DuplicateError { existing { id ... on Product { name } } } } } }""",
            {"id": old},
        )
    existing = {"id": new["productCreate"]["product"]["id"], "name": "New"}
    assert data["productRestore"] == {
        "outcome": "FAILED",
        "errors": [{"code": "RESTORE_CONFLICT", "path": ["where", "code"], "existing": existing}],
    }


async def test_a_bulk_reports_each_row_and_writes_the_good_ones_or_none(graphql: Client):
    products = TestProduct()
    rows = [
        {"match": {"code": "A"}, "values": {"name": "A"}},
        {"match": {"code": "B"}, "values": {"name": " "}},
        {"match": {"id": "prd_" + "0" * 32}, "values": {"name": "C"}},
        {"match": {"code": "a"}, "values": {"family": "again"}},
    ]
    async with nothing_changes(graphql):
        none = await products.bulk(graphql, rows, "REJECT_ALL")
    assert (none["created"], none["updated"], none["failed"]) == (0, 0, 2)
    assert none["errors"] == [{"code": "INVALID", "path": ["rows"]}]
    some = await products.bulk(graphql, rows)
    assert [one["outcome"] for one in some["results"]][:3] == ["CREATED", "FAILED", "FAILED"]
    assert [one["errors"] for one in some["results"]][1:3] == [
        [{"code": "REQUIRED", "path": ["rows", "1", "values", "name"]}],
        [{"code": "NOT_FOUND", "path": ["rows", "2", "match"]}],
    ]
    assert some["results"][0]["product"]["code"] == "A"
    async with nothing_changes(graphql):
        same = await products.bulk(graphql, rows[:1])
    assert (same["unchanged"], same["results"][0]["product"]["id"]) == (1, some["results"][0]["product"]["id"])


async def test_an_upsert_finds_by_its_key_and_not_by_its_values_and_keeps_the_spelling(graphql: Client):
    products = TestProduct()
    for code in ("Gtx", "Other"):
        await products.call(graphql, "Create", "input", {"input": {"code": code, "name": code}})
    async with nothing_changes(graphql):
        same = await products.call(graphql, "Upsert", "match values", {"match": {"code": "GTX"}, "values": {}})
        values = {"code": "other"}
        taken = await products.call(graphql, "Upsert", "match values", {"match": {"code": "GTX"}, "values": values})
    assert (same["outcome"], same["product"]["code"]) == ("UNCHANGED", "Gtx")
    assert products.refusal(taken) == ("DUPLICATE", ["values", "code"])
    values = {"code": "GTX 2"}
    moved = await products.call(graphql, "Upsert", "match values", {"match": {"code": "GTX"}, "values": values})
    assert (moved["outcome"], moved["product"]["code"], moved["product"]["name"]) == ("UPDATED", "GTX 2", "Gtx")


async def test_a_bulk_has_at_most_250_rows(graphql: Client):
    rows = [{"match": {"code": str(at)}, "values": {"name": "x"}} for at in range(251)]
    query = "mutation($rows: [ProductUpsertRow!]!) { productBulkUpsert(rows: $rows) { created } }"
    async with nothing_changes(graphql):
        with pytest.raises(GraphQLFailed) as failed:
            await graphql(query, {"rows": rows})
    assert failed.value.code == "BAD_USER_INPUT"
    assert (await graphql(query, {"rows": rows[:250]}))["productBulkUpsert"] == {"created": 250}
    assert (await graphql(query, {"rows": []}))["productBulkUpsert"] == {"created": 0}


async def test_a_repeated_mutation_is_read_back_as_each_request_asks(graphql: Client):
    """The statement that reads back is kept by document, shape and role; none of them may be mixed up."""
    query = """
    mutation($v: ProductCreateInput!, $full: Boolean!, $code: String!) {
      productCreate(input: $v) { product { code name @include(if: $full) } }
      again: productUpdate(where: {code: $code}, patch: {}) { product { version } it: product { id code } }
    }
    """
    found = [
        await graphql(query, {"v": {"code": code, "name": f"Name {code}"}, "full": full, "code": code})
        for code, full in (("a", True), ("b", True), ("c", False), ("d", True))
    ]
    assert [data["productCreate"]["product"] for data in found] == [
        {"code": "a", "name": "Name a"},
        {"code": "b", "name": "Name b"},
        {"code": "c"},
        {"code": "d", "name": "Name d"},
    ]
    assert [data["again"]["it"]["code"] for data in found] == ["a", "b", "c", "d"]
    assert [data["again"]["product"] for data in found] == [{"version": 1}] * 4
