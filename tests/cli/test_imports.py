import csv
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.cli.importing import run as importing
from tests.cli import maven
from tests.cli.conftest import Asking, Crm, Done

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CRM_SAMPLES") or ROOT.parent / "shared" / "data")
STATUSES = """
SELECT status, count(*), sum(amount_minor)::bigint, round(avg(closed_on - opened_on), 2)
  FROM opportunities GROUP BY status ORDER BY status
"""


@pytest.fixture
def folder(crm: Crm, asking: Asking, place: Path) -> Path:
    """The small files, and a tenant to import them into."""
    assert crm("tenant", "create", "maven").code == 0
    return maven.write_files(place / "files")


def load(crm: Crm, folder: Path, *more: str) -> Done:
    return crm("import", "maven-crm", str(folder), "--tenant", "maven", *more)


def counts(done: Done) -> dict[str, Any]:
    facts = json.loads(done.out)
    return {name: facts[name] for name in ("read", "created", "updated", "unchanged", "rejected")}


def rejected(done: Done) -> list[tuple[str, ...]]:
    """The rows of the report that the last line names."""
    path = Path(json.loads(done.out)["report"])
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["file", "line", "column", "code", "reason"]
    return [tuple(row) for row in rows]


def test_everything_in_the_files_becomes_a_record(crm: Crm, asking: Asking, folder: Path):
    done = load(crm, folder)

    assert (done.code, done.err) == (0, "")
    assert done.last_line == "read 25, created 25, updated 0, unchanged 0, rejected 0, report none"
    assert asking.rows(STATUSES) == [
        ("LOST", 1, 0, Decimal("133.00")),
        ("OPEN", 3, 55_000 + 482_100 + 5_500, None),
        ("WON", 2, 105_400 + 451_400, Decimal("134.50")),
    ]
    tables = "users", "teams", "products", "accounts", "opportunities", "opportunity_lines", "account_addresses"
    assert [asking.value(f"SELECT count(*) FROM {table}") for table in tables] == [7, 5, 3, 4, 6, 6, 3]
    assert list(folder.parent.glob("*.csv")) == []


def test_teams_follow_managers_and_offices(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)

    assert asking.rows(
        "SELECT team.name, office.name, manager.name FROM teams AS team LEFT JOIN teams AS office ON office.id ="
        " team.parent_id LEFT JOIN users AS manager ON manager.id = team.manager_id ORDER BY 2 NULLS FIRST, 1"
    ) == [
        ("Central", None, None),
        ("West", None, None),
        ("Team Dustin Brinkmann", "Central", "Dustin Brinkmann"),
        ("Team Melvin Marxen", "Central", "Melvin Marxen"),
        ("Team Celia Rouche", "West", "Celia Rouche"),
    ]
    assert asking.rows(
        "SELECT team.name, count(*) FROM users JOIN teams AS team ON team.id = users.team_id GROUP BY 1 ORDER BY 1"
    ) == [("Team Celia Rouche", 1), ("Team Dustin Brinkmann", 2), ("Team Melvin Marxen", 1)]
    assert asking.value("SELECT count(email) FROM users") == 0


def test_a_subsidiary_finds_its_parent_wherever_that_stands_in_the_file(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)

    assert asking.rows(
        "SELECT account.name, parent.name, account.version FROM accounts AS account"
        " LEFT JOIN accounts AS parent ON parent.id = account.parent_id ORDER BY 1"
    ) == [
        ("Bluth Company", "Isdom", 1),
        ("Cancity", None, 2),  # the first sale made it a customer
        ("Dontechi", None, 1),
        ("Isdom", "Cancity", 2),
    ]


def test_a_parent_in_a_later_batch_is_found_too(
    crm: Crm, asking: Asking, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importing, "BATCH", 1)

    done = load(crm, folder, "--json")

    assert counts(done) == {"read": 25, "created": 25, "updated": 0, "unchanged": 0, "rejected": 0}
    assert asking.value("SELECT count(*) FROM accounts WHERE parent_id IS NOT NULL") == 2


def test_values_are_read_as_the_mapping_says(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)

    assert asking.rows(
        "SELECT name, industry, year_founded, annual_revenue_minor, currency, employees, type, country"
        " FROM accounts LEFT JOIN account_addresses ON account_id = id ORDER BY name"
    ) == [
        ("Bluth Company", "technology", 1993, 124_232_000_000, "USD", 3027, "PROSPECT", "US"),
        ("Cancity", "retail", 2001, 71_862_000_000, "USD", 2448, "CUSTOMER", "PH"),
        ("Dontechi", "software", None, None, None, None, "PROSPECT", None),
        ("Isdom", "medical", 2002, 317_824_000_000, "USD", 4540, "CUSTOMER", "US"),
    ]
    assert asking.rows("SELECT name, position, kind, probability FROM stages WHERE pipeline_id ="
                       " (SELECT id FROM pipelines WHERE name = 'Maven') ORDER BY position") == [
        ("Prospecting", 1, "OPEN", 10),
        ("Engaging", 2, "OPEN", 40),
        ("Won", 3, "WON", 100),
        ("Lost", 4, "LOST", 0),
    ]  # fmt: skip


def test_an_opportunity_has_the_files_dates_history_and_one_line(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)

    assert asking.rows(
        "SELECT opportunity.name, account.name, owner.name, opened_on, closed_on, close_date, line.name,"
        " list_price_minor, unit_price_minor FROM opportunities AS opportunity"
        " LEFT JOIN accounts AS account ON account.id = account_id"
        " LEFT JOIN users AS owner ON owner.id = opportunity.owner_id"
        " JOIN opportunity_lines AS line ON line.opportunity_id = opportunity.id ORDER BY opportunity.id LIMIT 4"
    ) == [
        (
            *("GTX Basic for Cancity", "Cancity", "Moses Frase"),
            *(date(2016, 10, 20), date(2017, 3, 1), date(2017, 3, 1)),
            *("GTX Basic", 55_000, 105_400),
        ),
        (
            *("GTX Pro for Isdom", "Isdom", "Anna Snelling"),
            *(date(2016, 10, 25), date(2017, 3, 11), date(2017, 3, 11)),
            *("GTX Pro", 482_100, 451_400),
        ),
        (
            *("MG Special for Cancity", "Cancity", "Cecily Lampkin"),
            *(date(2016, 10, 25), date(2017, 3, 7), date(2017, 3, 7)),
            *("MG Special", 5_500, 0),
        ),
        ("GTX Basic", None, "Elease Gluck", date(2016, 10, 25), None, None, "GTX Basic", 55_000, 55_000),
    ]
    assert asking.rows(
        "SELECT stage.name, entered_at::date, left_at::date FROM stage_history JOIN stages AS stage ON stage.id ="
        " stage_id WHERE opportunity_id = (SELECT record_id FROM external_ids WHERE value = '1C1I7A6R')"
        " ORDER BY entered_at, left_at"
    ) == [("Prospecting", date(2016, 10, 20), date(2017, 3, 1)), ("Won", date(2017, 3, 1), None)]


def test_every_change_is_written_down_with_the_import_as_its_cause(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)

    assert asking.rows(
        "SELECT object_type, count(*) FROM change_events WHERE operation = 'import maven-crm' GROUP BY 1 ORDER BY 1"
    ) == [("account", 6), ("opportunity", 6), ("pipeline", 1), ("product", 3), ("stage", 4), ("team", 5), ("user", 7)]
    assert asking.value("SELECT count(*) FROM outbox WHERE types @> '{opportunity.won}'") == 2


def test_a_second_run_changes_nothing(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)
    before = [asking.value(f"SELECT count(*) FROM {table}") for table in ("change_events", "outbox", "stage_history")]

    again = load(crm, folder, "--json")

    assert again.code == 0
    assert counts(again) == {"read": 25, "created": 0, "updated": 0, "unchanged": 25, "rejected": 0}
    assert before == [
        asking.value(f"SELECT count(*) FROM {table}") for table in ("change_events", "outbox", "stage_history")
    ]


def test_a_later_file_changes_what_it_says_and_takes_open_deals_through_the_verbs(
    crm: Crm, asking: Asking, folder: Path
):
    load(crm, folder)
    later = maven.PIPELINE.replace(
        "Elease Gluck,GTXPro,Bluth Company,Engaging,2/29/2016,,",
        "Elease Gluck,GTXPro,Bluth Company,Won,2/29/2016,4/1/2016,4000",
    ).replace("MG Special,,Prospecting,,,", "MG Special,,Engaging,1/2/2016,,")
    maven.write_files(folder, sales_pipeline=later, accounts=maven.ACCOUNTS.replace("Philipines", "Japan"))

    done = load(crm, folder, "--json")

    assert counts(done) == {"read": 25, "created": 0, "updated": 3, "unchanged": 22, "rejected": 0}
    assert asking.rows(
        "SELECT status, amount_minor, closed_on FROM opportunities WHERE id ="
        " (SELECT record_id FROM external_ids WHERE value = 'PE84CX4O')"
    ) == [("WON", 400_000, date(2016, 4, 1))]
    city = "SELECT country FROM account_addresses JOIN accounts ON id = account_id WHERE name = 'Cancity'"
    assert asking.value(city) == "JP"


def test_a_closed_deal_that_the_file_would_change_is_rejected_and_stays(crm: Crm, asking: Asking, folder: Path):
    load(crm, folder)
    maven.write_files(
        folder, sales_pipeline=maven.PIPELINE.replace("Lost,10/25/2016,3/7/2017,0", "Engaging,10/25/2016,,")
    )

    done = load(crm, folder, "--json")

    assert done.code == 1
    assert counts(done)["rejected"] == 1
    [(file, line, _, code, reason)] = rejected(done)
    assert (file, line, code) == ("sales_pipeline.csv", "4", "ILLEGAL_TRANSITION")
    assert "LOST" in reason
    assert asking.value("SELECT count(*) FROM opportunities WHERE status = 'LOST'") == 1


GOOD = {
    "opportunity_id": "AAAAAAA1",
    "sales_agent": "Moses Frase",
    "product": "GTX Basic",
    "account": "Cancity",
    "deal_stage": "Won",
    "engage_date": "10/20/2016",
    "close_date": "3/1/2017",
    "close_value": "5",
}
BAD_CELLS = [
    ("close_date", "31/12/2016", "INVALID", "'31/12/2016' is not a day written as M/D/YYYY"),
    ("engage_date", "2/30/2016", "INVALID", "'2/30/2016' is not a day written as M/D/YYYY"),
    ("close_date", "1/1/2016", "INVALID", "this opportunity was opened later, on 2016-10-20"),
    ("product", "Anvil", "INVALID", "there is no product 'Anvil'"),
    ("account", "Nowhere", "INVALID", "there is no account 'Nowhere'"),
    ("sales_agent", "Nobody", "INVALID", "there is no user 'Nobody'"),
    ("deal_stage", "Dreaming", "INVALID", "there is no stage 'Dreaming' in this pipeline"),
    ("account", "", "REQUIRED", "an opportunity is won from an account; give it one first"),
    ("close_value", "a lot", "INVALID", "'a lot' is not a number such as 1234.5"),
    ("close_value", "NaN", "INVALID", "'NaN' is not a number such as 1234.5"),
    ("close_value", "-5", "INVALID", "this amount cannot be negative"),
    ("close_value", "5.005", "INVALID", "USD amounts have at most 2 decimal digits"),
    ("opportunity_id", "", "INVALID", "this cell must not be empty: it is the key of the row"),
    ("product", "GTX\0Basic", "INVALID", "the text has a NUL in it"),
    ("sales_agent", b"Mos\xe9s Frase", "INVALID", "the text is not utf-8"),
]


@pytest.mark.parametrize(("column", "cell", "code", "reason"), BAD_CELLS)
def test_a_bad_row_is_rejected_with_its_place_and_the_rest_goes_in(
    crm: Crm, asking: Asking, folder: Path, column: str, cell: str | bytes, code: str, reason: str
):
    cells = [known.encode() for known in GOOD.values()]
    cells[list(GOOD).index(column)] = cell if isinstance(cell, bytes) else cell.encode()

    done = load_with(crm, folder, b",".join(cells))

    assert done.code == 1
    assert counts(done) == {"read": 26, "created": 25, "updated": 0, "unchanged": 0, "rejected": 1}
    assert rejected(done) == [("sales_pipeline.csv", "4", column, code, reason)]
    assert asking.value("SELECT count(*) FROM opportunities") == 6
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("cells", "column"), [(5, "engage_date"), (9, "")])
def test_a_row_with_too_few_or_too_many_cells_is_rejected(
    crm: Crm, asking: Asking, folder: Path, cells: int, column: str
):
    done = load_with(crm, folder, b",".join([b"x"] * cells))

    assert done.code == 1
    reason = f"the row has {cells} cells, the headings are 8"
    assert rejected(done) == [("sales_pipeline.csv", "4", column, "INVALID", reason)]
    assert asking.value("SELECT count(*) FROM opportunities") == 6


def test_an_open_quote_swallows_the_rest_of_its_file_and_says_where_it_stands(crm: Crm, asking: Asking, folder: Path):
    done = load_with(crm, folder, b'AAAAAAA1,"Moses Frase,GTX Basic,Cancity,Won,10/20/2016,3/1/2017,5')

    assert done.code == 1
    assert rejected(done) == [
        ("sales_pipeline.csv", "4", "", "INVALID", "the row cannot be read (unexpected end of data)")
    ]
    assert asking.value("SELECT count(*) FROM opportunities") == 2


def load_with(crm: Crm, folder: Path, row: bytes) -> Done:
    """The files with one more row as line 4 of the opportunities."""
    lines = maven.PIPELINE.encode().splitlines()
    lines.insert(3, row)
    maven.write_files(folder, sales_pipeline=b"\n".join(lines))
    return load(crm, folder, "--json")


def test_a_column_that_is_missing_rejects_every_row_of_its_file(crm: Crm, asking: Asking, folder: Path):
    cut = "\n".join(line.rpartition(",")[0] for line in maven.PIPELINE.splitlines())
    maven.write_files(folder, sales_pipeline=cut)

    done = load(crm, folder, "--json")

    assert done.code == 1
    assert counts(done) == {"read": 25, "created": 19, "updated": 0, "unchanged": 0, "rejected": 6}
    assert rejected(done) == [
        ("sales_pipeline.csv", str(line), "close_value", "REQUIRED", "the file has no such column")
        for line in range(2, 8)
    ]
    assert asking.value("SELECT count(*) FROM opportunities") == 0


def test_a_broken_row_of_a_file_read_several_times_is_told_once(crm: Crm, asking: Asking, folder: Path):
    maven.write_files(folder, sales_teams=maven.TEAMS + "Bea Short,Dustin Brinkmann\n")

    done = load(crm, folder, "--json")

    assert counts(done)["rejected"] == 1
    assert rejected(done) == [
        ("sales_teams.csv", "6", "regional_office", "INVALID", "the row has 2 cells, the headings are 3")
    ]


def test_accounts_whose_parents_form_a_circle_or_are_nobody_are_rejected(crm: Crm, asking: Asking, folder: Path):
    accounts = maven.ACCOUNTS.replace("Philipines,", "Philipines,Bluth Company")
    accounts = accounts.replace("Dontechi,software,,,,,", "Dontechi,software,,,,,Nobody")
    maven.write_files(folder, accounts=accounts, sales_pipeline=maven.PIPELINE.splitlines()[0] + "\n")

    done = load(crm, folder, "--json")

    assert done.code == 1
    assert rejected(done) == [
        ("accounts.csv", "2", "subsidiary_of", "INVALID", "there is no account 'Isdom'"),
        ("accounts.csv", "3", "subsidiary_of", "INVALID", "there is no account 'Bluth Company'"),
        ("accounts.csv", "4", "subsidiary_of", "INVALID", "there is no account 'Cancity'"),
        ("accounts.csv", "5", "subsidiary_of", "INVALID", "there is no account 'Nobody'"),
    ]
    assert asking.value("SELECT count(*) FROM accounts") == 0


def test_the_same_key_twice_in_a_file_means_the_same_record(crm: Crm, asking: Asking, folder: Path):
    maven.write_files(folder, products=maven.PRODUCTS + "GTX Basic,GTX,600\n")

    done = load(crm, folder, "--json")

    assert counts(done) == {"read": 26, "created": 25, "updated": 1, "unchanged": 0, "rejected": 0}
    assert asking.value("SELECT list_price_minor FROM products WHERE name = 'GTX Basic'") == 60_000


def test_the_report_goes_where_it_is_asked_for_and_nowhere_without_a_rejection(
    crm: Crm, asking: Asking, folder: Path, place: Path
):
    load(crm, folder, "--report", str(place / "fine.csv"))
    maven.write_files(folder, products=maven.PRODUCTS + "Anvil,,heavy\n")
    done = load(crm, folder, "--report", str(place / "anvil.csv"))

    assert done.last_line.endswith(f"rejected 1, report {place / 'anvil.csv'}")
    assert not (place / "fine.csv").exists()
    assert (place / "anvil.csv").read_text() == (
        "file,line,column,code,reason\nproducts.csv,5,sales_price,INVALID,'heavy' is not a number such as 1234.5\n"
    )


def test_without_the_files_or_the_tenant_nothing_begins(crm: Crm, asking: Asking, folder: Path):
    (folder / "products.csv").unlink()
    no_file = load(crm, folder)
    no_folder = load(crm, folder / "nowhere")
    maven.write_files(folder, products="")
    empty = load(crm, folder)
    maven.write_files(folder)
    no_tenant = crm("import", "maven-crm", str(folder), "--tenant", "other")

    assert no_file.err == f"NOT_FOUND: There is no file {folder / 'products.csv'}: name the right place.\n"
    assert no_folder.err == f"NOT_FOUND: There is no folder {folder / 'nowhere'}: name the one that holds the files.\n"
    assert empty.err == "INVALID: products.csv is empty: its first line must hold the headings.\n"
    assert no_tenant.err == "NOT_FOUND: There is no tenant 'other': make it with `crm tenant create other`.\n"
    assert [done.code for done in (no_file, no_folder, empty, no_tenant)] == [1, 1, 1, 1]
    assert [asking.value(f"SELECT count(*) FROM {table}") for table in ("users", "opportunities")] == [0, 0]


@pytest.mark.skipif(not (SAMPLES / "maven-crm").is_dir(), reason="the sample data is not here: set CRM_SAMPLES")
def test_the_real_files_give_the_golden_numbers_and_a_second_run_changes_nothing(crm: Crm, asking: Asking, place: Path):
    crm("tenant", "create", "maven")

    done = load(crm, SAMPLES / "maven-crm")

    assert done.code == 0, done.err
    assert done.last_line == "read 8942, created 8942, updated 0, unchanged 0, rejected 0, report none"
    assert asking.rows(STATUSES) == [
        ("LOST", 2473, 0, Decimal("41.48")),
        ("OPEN", 2089, asking.value("SELECT sum(amount_minor)::bigint FROM opportunities WHERE status = 'OPEN'"), None),
        ("WON", 4238, 1_000_553_400, Decimal("51.78")),
    ]
    assert asking.value("SELECT round(avg(closed_on - opened_on), 2) FROM opportunities") == Decimal("47.99")
    assert asking.value("SELECT count(*) FROM accounts WHERE parent_id IS NOT NULL") == 15
    assert asking.value("SELECT count(*) FROM opportunities WHERE account_id IS NULL") == 1425
    assert asking.value("SELECT count(*) FROM opportunities WHERE opened_on IS NULL") == 500

    again = load(crm, SAMPLES / "maven-crm", "--json")

    assert counts(again) == {"read": 8942, "created": 0, "updated": 0, "unchanged": 8942, "rejected": 0}
