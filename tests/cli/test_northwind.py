"""The Northwind script: customers, their contacts, employees and products; every accent is kept."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Asking, Crm
from tests.cli.test_imports import SAMPLES, counts

SCRIPT = """
CREATE TABLE customers (
    customer_id character varying(5) NOT NULL,
    company_name character varying(40) NOT NULL,
    contact_name character varying(30),
    contact_title character varying(30),
    address character varying(60),
    city character varying(15),
    region character varying(15),
    postal_code character varying(10),
    country character varying(15),
    phone character varying(24),
    fax character varying(24)
);

CREATE TABLE employees (
    employee_id smallint NOT NULL,
    last_name character varying(20) NOT NULL,
    first_name character varying(10) NOT NULL,
    title character varying(30),
    reports_to smallint
);

CREATE TABLE products (
    product_id smallint NOT NULL,
    product_name character varying(40) NOT NULL,
    category_id smallint,
    unit_price real,
    discontinued integer NOT NULL
);

INSERT INTO customers VALUES ('E', 'L''Été à Łódź', 'Zoë Ångström-Núñez', '', 'D', 'Łódź', '', '', 'Poland', '', '');
INSERT INTO employees VALUES (1, 'Worker', 'Wanda', 'Sales Representative', 2);
INSERT INTO employees VALUES (2, 'Boss', 'Béla', 'Vice President', NULL);
INSERT INTO products VALUES (7, 'Röst', 1, 21.3500004, 0);
INSERT INTO products VALUES (8, 'Old', 8, 0.125, 1);
"""
NAMES = """
SELECT name FROM accounts UNION ALL SELECT name FROM contacts UNION ALL SELECT name FROM products
UNION ALL SELECT street FROM account_addresses UNION ALL SELECT city FROM account_addresses
UNION ALL SELECT region FROM account_addresses
"""


def load(crm: Crm, folder: Path, *more: str):
    return crm("import", "northwind", str(folder), "--tenant", "nw", *more)


def test_customers_contacts_employees_and_products_are_loaded_once(crm: Crm, asking: Asking, place: Path):
    assert crm("tenant", "create", "nw").code == 0
    (place / "northwind.sql").write_text(SCRIPT, encoding="utf-8")

    done = load(crm, place, "--json")

    assert (done.code, done.err) == (0, "")
    assert counts(done) == {"read": 6, "created": 6, "updated": 0, "unchanged": 0, "rejected": 0}
    assert asking.rows(
        "SELECT a.name, a.name_sort, d.city FROM accounts a JOIN account_addresses d ON d.account_id = a.id"
    ) == [("L'Été à Łódź", "l'ete a lodz", "Łódź")]
    assert asking.rows("SELECT first_name, last_name, title FROM contacts") == [("Zoë", "Ångström-Núñez", None)]
    assert asking.rows("SELECT w.name, b.name FROM users w JOIN users b ON b.id = w.reports_to_id") == [
        ("Wanda Worker", "Béla Boss")
    ]
    assert asking.rows("SELECT code, list_price_minor, is_active FROM products ORDER BY code") == [
        ("NW-7", 2135, True),
        ("NW-8", 13, False),
    ]
    assert counts(load(crm, place, "--json"))["unchanged"] == 6


def test_a_script_without_the_table_is_refused_and_nothing_is_written(crm: Crm, asking: Asking, place: Path):
    assert crm("tenant", "create", "nw").code == 0
    (place / "northwind.sql").write_text("INSERT INTO customers VALUES (1);\n", encoding="utf-8")

    done = load(crm, place)

    assert (done.code, done.out) == (1, "")
    assert done.err == "INVALID: northwind.sql: there is no CREATE TABLE employees in this script.\n"
    assert asking.value("SELECT count(*) FROM users") == 0


@pytest.mark.skipif(not (SAMPLES / "northwind").is_dir(), reason="the sample data is not here: set CRM_SAMPLES")
def test_the_public_script_keeps_every_accent(crm: Crm, asking: Asking, place: Path):
    assert crm("tenant", "create", "nw").code == 0

    done = load(crm, SAMPLES / "northwind", "--json")

    assert counts(done) == {"read": 268, "created": 268, "updated": 0, "unchanged": 0, "rejected": 0}
    tables = "users", "products", "accounts", "contacts"
    assert [asking.value(f"SELECT count(*) FROM {table}") for table in tables] == [9, 77, 91, 91]
    assert asking.value("SELECT count(*) FROM users WHERE reports_to_id IS NOT NULL") == 8
    script = (SAMPLES / "northwind" / "northwind.sql").read_text(encoding="utf-8")
    lines = [line for line in script.split("\n") if re.match("INSERT INTO (customers|products) ", line)]
    accented = {word for line in lines for word in re.findall(r"\w*[^\x00-\x7f]\w*", line)}
    kept = " ".join(name for (name,) in asking.rows(NAMES) if name)
    assert len(accented) == 83
    assert {word for word in accented if word not in kept} == set()
