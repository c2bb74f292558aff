"""The verifier refuses what the compiler must never write. What it does write, each test of HTTP shows accepted."""

import pytest
from sqlalchemy import null

from api.compiler.verifier import Unsafe, Verifier
from api.domain.access import shipped
from api.domain.kernel import Context
from api.domain.kernel.outsiders import CONTEXT as OUTSIDE
from api.schema import schema
from api.schema.verifying import hidden_columns, words_of

TABLES = {"accounts": "tenant_id", "users": "tenant_id", "tokens": "tenant_id"}
GOOD = "SELECT a.name FROM accounts AS a WHERE a.tenant_id = $1 AND a.type = 'CUSTOMER' LIMIT 101"


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(TABLES, words_of(schema.core, schema.catalog), hidden_columns)


def check(verifier: Verifier, text: str, role: str = "admin") -> None:
    asking = OUTSIDE if role == "outsider" else Context(shipped(role), null(), null())  # type: ignore[arg-type]
    verifier.check(text, 1, frozenset({"mine"}), asking)


def test_it_accepts_a_table_of_the_tenant_with_words_of_the_schema_and_of_the_document(verifier: Verifier):
    check(verifier, GOOD)
    check(verifier, "SELECT 'mine', a.name FROM accounts AS a WHERE a.tenant_id = $1")


ARMS = (
    "SELECT a.tenant_id, a.name FROM accounts AS a",
    "SELECT u.tenant_id, u.name FROM users AS u",
    "SELECT t.tenant_id, t.name FROM tokens AS t",
)


def test_what_holds_for_the_rows_of_a_union_holds_for_each_of_its_arms(verifier: Verifier):
    for union in (" UNION ", " UNION ALL "):
        check(verifier, f"SELECT x.name FROM ({union.join(ARMS)}) AS x WHERE x.tenant_id = $1")
        check(verifier, f"SELECT x.name FROM (({union.join(ARMS[:2])}){union}{ARMS[2]}) AS x WHERE x.tenant_id = $1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT a.name FROM accounts AS a", "without the tenant: accounts a"),
        ("SELECT a.name FROM accounts AS a WHERE a.tenant_id = $2", "without the tenant: accounts a"),
        (f"{GOOD.replace('LIMIT 101', '')} OR a.name = $2", "without the tenant: accounts a"),
        (
            "SELECT a.name FROM accounts AS a LEFT JOIN users AS u ON u.id = a.owner_id WHERE a.tenant_id = $1",
            "without the tenant: users u",
        ),
        (
            f"{GOOD.replace(' LIMIT 101', '')} AND a.id IN (SELECT u.id FROM users AS u UNION ALL SELECT $2)",
            "without the tenant: users u",
        ),
        (
            "SELECT $1 UNION ALL (SELECT a.name FROM accounts AS a EXCEPT SELECT u.name FROM users AS u)",
            "without the tenant: accounts a, users u",
        ),
        (  # what holds for one arm holds for no other
            f"SELECT x.name FROM ({ARMS[0]} WHERE a.tenant_id = $1 UNION ALL {ARMS[1]}) AS x",
            "without the tenant: users u",
        ),
        (
            f"SELECT x.name FROM ({ARMS[0]} UNION ALL SELECT u.id, u.name FROM users AS u) AS x WHERE x.tenant_id = $1",
            "without the tenant: users u",
        ),
        (
            f"SELECT x.name FROM ({ARMS[0]} UNION ALL {ARMS[1]}) AS x WHERE x.name = $1",
            "without the tenant: accounts a, users u",
        ),
        (
            f"SELECT x.name FROM ({ARMS[0]} EXCEPT {ARMS[1]}) AS x WHERE x.tenant_id = $1",
            "without the tenant: accounts a, users u",
        ),
        (
            GOOD.replace("101", "(SELECT count(*) FROM users AS u WHERE u.tenant_id = $1)"),
            "1 tables in a place that the verifier does not know",
        ),
        (GOOD.replace("CUSTOMER", "a canary"), "1 constants that are not of the schema"),
        (GOOD.replace("101", "91827364"), "numbers that are not of the compiler: [91827364]"),
        ("SELECT t.digest FROM tokens AS t WHERE t.tenant_id = $1", "hidden columns: tokens.digest"),
    ],
)
def test_it_refuses_with_the_reason(verifier: Verifier, text: str, reason: str):
    with pytest.raises(Unsafe) as refusal:
        check(verifier, text)
    assert str(refusal.value) == reason


def test_a_set_of_fields_is_hidden_from_those_roles_only_that_do_not_have_it(verifier: Verifier):
    notes = "SELECT a.notes FROM accounts AS a WHERE a.tenant_id = $1"
    check(verifier, notes, "support_agent")
    with pytest.raises(Unsafe) as refusal:
        check(verifier, notes, "marketer")
    assert str(refusal.value) == "hidden columns: accounts.notes"


@pytest.mark.parametrize("column", ["notes", "owner_id", "annual_revenue_minor"])
def test_an_outsiders_statement_names_no_column_without_a_grant(verifier: Verifier, column: str):
    check(verifier, "SELECT a.name, a.industry FROM accounts AS a WHERE a.tenant_id = $1", "outsider")
    with pytest.raises(Unsafe) as refusal:
        check(verifier, f"SELECT a.name FROM accounts AS a WHERE a.tenant_id = $1 ORDER BY a.{column}", "outsider")
    assert str(refusal.value) == f"hidden columns: accounts.{column}"
