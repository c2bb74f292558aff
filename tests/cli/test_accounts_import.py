import json
from pathlib import Path

import pytest

from tests.cli.conftest import Asking, Crm, Done

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "api/mappings/accounts-example.toml"
HEADINGS = (
    "Customer no;Company;Legal name;Type;Sector;Employees;Revenue in thousands;Founded;VAT id;Region;"
    "Account manager;Parent no;Web;Street;Postcode;City;Country;Remark;Source"
)
ROWS = (
    "K-2;Käse & Söhne;Käse & Söhne GmbH;Client;food;12;1500,;1901;DE1;South;Ada Lovelace;K-1;kaese.example;"
    "Am Tor 1;80331;München;Germany;Pays late;fair\n"
    "K-1;Molkerei Nord;;Lead;;;;;;;ada@example.com;;nord.example, milch.example;;;;DE;Old friend;\n"
)


@pytest.fixture
def example(crm: Crm, asking: Asking, place: Path) -> Path:
    """The example mapping for a file with semicolons, a tenant and the user Ada Lovelace."""
    crm("tenant", "create", "acme", "--currency", "EUR")
    asking.execute(
        "INSERT INTO users (tenant_id, id, name, name_sort, email, email_norm, is_active, version, created_at,"
        " updated_at) SELECT id, gen_random_uuid(), 'Ada Lovelace', 'ada lovelace', 'ada@example.com',"
        " 'ada@example.com', true, 1, now(), now() FROM tenants"
    )
    mapping = place / "map.toml"
    mapping.write_text(EXAMPLE.read_text("utf8").replace('delimiter = ","', 'delimiter = ";"'), "utf8")
    return mapping


def load(crm: Crm, rows: str, mapping: Path) -> Done:
    file = mapping.parent / "accounts.csv"
    file.write_text(f"{HEADINGS}\n{rows}", "utf8")
    return crm("import", "accounts", str(file), "--map", str(mapping), "--tenant", "acme", "--json")


def test_the_example_mapping_reads_a_file_of_ones_own(crm: Crm, asking: Asking, example: Path):
    done = load(crm, ROWS.replace("1500,", "1500.5"), example)

    assert (done.code, json.loads(done.out)["created"]) == (0, 2)
    assert asking.rows(
        "SELECT account.name, account.type, account.annual_revenue_minor, account.currency, owner.name, parent.name,"
        " country, account.notes FROM accounts AS account LEFT JOIN accounts AS parent ON parent.id = account.parent_id"
        " LEFT JOIN users AS owner ON owner.id = account.owner_id"
        " LEFT JOIN account_addresses AS address ON address.account_id = account.id ORDER BY account.name"
    ) == [
        (
            *("Käse & Söhne", "CUSTOMER", 150_050_000, "EUR", "Ada Lovelace", "Molkerei Nord", "DE"),
            "Pays late (fair)",
        ),
        ("Molkerei Nord", "PROSPECT", None, None, "Ada Lovelace", None, "DE", "Old friend"),
    ]
    domains = asking.rows("SELECT domain FROM account_domains ORDER BY 1")
    assert domains == [("kaese.example",), ("milch.example",), ("nord.example",)]

    again = json.loads(load(crm, ROWS.replace("1500,", "1500.5"), example).out)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_a_number_with_a_comma_is_refused_rather_than_guessed(crm: Crm, asking: Asking, example: Path):
    done = load(crm, ROWS, example)

    facts = json.loads(done.out)
    assert (done.code, facts["created"], facts["rejected"]) == (1, 1, 1)
    assert Path(facts["report"]).read_text("utf8").splitlines()[1] == (
        "accounts.csv,2,Revenue in thousands,INVALID,\"'1500,' is not a number such as 1234.5\""
    )


def test_without_a_key_an_account_is_found_by_its_domain_or_its_name(crm: Crm, asking: Asking, place: Path):
    crm("tenant", "create", "acme")
    mapping = place / "map.toml"
    mapping.write_text(
        'source = "list"\ncurrency = "USD"\n[[records]]\nkind = "account"\n'
        '[records.fields]\nname = "{name}"\ndomains = "{web}"\nindustry = "{industry}"\n'
    )
    file = place / "list.csv"
    command = ("import", "accounts", str(file), "--map", str(mapping), "--tenant", "acme", "--json")
    file.write_text("name,web,industry\nAcme,acme.example,food\nBolt,,steel\n")
    crm(*command)

    file.write_text("name,web,industry\nAcme Corporation,acme.example,food\nBOLT,,metal\n")
    done = crm(*command)

    assert json.loads(done.out)["updated"] == 2
    assert asking.rows("SELECT name, industry FROM accounts ORDER BY name") == [
        ("Acme Corporation", "food"),
        ("BOLT", "metal"),
    ]


RECORD = '[[records]]\nkind = "account"\n[records.fields]\n'
HEAD = 'source = "list"\ncurrency = "USD"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("source =", "is not TOML (Invalid value (at end of document)): correct it there."),
        (HEAD, "records: Field required; correct it there."),
        (f'{HEAD}{RECORD}nmae = "x"', "account has no field nmae; it has name, legal_name, type"),
        (f'{HEAD}{RECORD}name = "{{a"', "expected '}' before end of string; correct it there."),
        (f'{HEAD}{RECORD}name = "{{a!r}}"', "write the heading of a column between braces, and nothing else"),
        (f'{HEAD}{RECORD}name = {{ from = "{{a}}", times = 3 }}', "name is no number: remove `times`"),
        (f"{HEAD}{RECORD}name = 3", "Input should be a valid dictionary or instance of Source"),
        (f'{HEAD}dates = "YYYY"\n{RECORD}name = "{{a}}"', "write the form of dates with YYYY, MM or M, and DD or D"),
        (f'{HEAD}encoding = "klingon"\n{RECORD}name = "{{a}}"', "there is no such encoding"),
        (f'source = "x"\ncurrency = "DOGE"\n{RECORD}name = "{{a}}"', "this is not an ISO 4217 code, such as USD"),
        (f'{HEAD}[[records]]\nkind = "dog"\n[records.fields]\nname = "x"', "there is no such kind; the kinds are user"),
        (
            f'{HEAD}[[records]]\nkind = "user"\n[records.fields]\nname = "x"',
            "this command takes accounts from one file",
        ),
        (f'{HEAD}colour = "red"\n{RECORD}name = "{{a}}"', "colour: Extra inputs are not permitted; correct it there."),
    ],
)
def test_a_wrong_mapping_is_one_line_and_nothing_is_read(crm: Crm, asking: Asking, place: Path, text: str, reason: str):
    mapping, file = place / "map.toml", place / "list.csv"
    mapping.write_text(text)
    file.write_text("a\nAcme\n")
    crm("tenant", "create", "acme")

    done = crm("import", "accounts", str(file), "--map", str(mapping), "--tenant", "acme")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"MAPPING: {mapping}")
    assert reason in done.err
    assert done.err.count("\n") == 1
    assert asking.value("SELECT count(*) FROM accounts") == 0


def test_a_mapping_that_is_not_there_is_one_line(crm: Crm, asking: Asking, place: Path):
    done = crm("import", "accounts", str(place / "x.csv"), "--map", str(place / "none.toml"), "--tenant", "acme")

    assert done.code == 1
    assert done.err == f"NOT_FOUND: The mapping {place / 'none.toml'} cannot be read (No such file or directory).\n"
