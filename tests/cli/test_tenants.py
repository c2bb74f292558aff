import json

from tests.cli.conftest import Asking, Crm


def test_a_new_tenant_counts_in_us_dollars_and_utc_and_has_a_default_pipeline(crm: Crm, asking: Asking):
    made = crm("tenant", "create", "maven")

    assert (made.code, made.out, made.err) == (0, "Made the tenant maven (USD, UTC).\n", "")
    assert asking.rows("SELECT name, currency, zone, fiscal_year_start FROM tenants") == [("maven", "USD", "UTC", 1)]
    assert asking.rows("SELECT name, kind, probability FROM stages ORDER BY position") == [
        ("Prospecting", "OPEN", 10),
        ("Qualification", "OPEN", 25),
        ("Proposal", "OPEN", 50),
        ("Negotiation", "OPEN", 75),
        ("Won", "WON", 100),
        ("Lost", "LOST", 0),
    ]


def test_currency_and_zone_are_the_tenants_choice_and_come_back_as_json(crm: Crm, asking: Asking):
    made = crm("tenant", "create", "Zürich", "--currency", "CHF", "--zone", "Europe/Zurich", "--json")

    tenant = json.loads(made.out)["tenant"]
    assert (tenant["name"], tenant["currency"], tenant["zone"]) == ("Zürich", "CHF", "Europe/Zurich")
    assert tenant["id"] == f"ten_{asking.value('SELECT id FROM tenants').hex}"


def test_a_taken_name_is_refused_and_nothing_is_made(crm: Crm, asking: Asking):
    crm("tenant", "create", "maven")

    again = crm("tenant", "create", "maven")

    assert (again.code, again.out) == (1, "")
    assert again.err == "DUPLICATE: There is a tenant 'maven' already: choose another name.\n"
    assert asking.value("SELECT count(*) FROM tenants") == 1
    assert asking.value("SELECT count(*) FROM pipelines") == 1


def test_wrong_values_are_refused_with_the_reason_and_nothing_is_made(crm: Crm, asking: Asking):
    currency = crm("tenant", "create", "a", "--currency", "DOGE")
    zone = crm("tenant", "create", "a", "--zone", "Middle/Earth")
    name = crm("tenant", "create", "  ")

    assert [done.code for done in (currency, zone, name)] == [1, 1, 1]
    assert currency.err == "INVALID: currency: 'DOGE' is not an ISO 4217 currency code, such as USD.\n"
    assert zone.err == "INVALID: zone: 'Middle/Earth' is not an IANA time zone, such as Europe/Berlin.\n"
    assert name.err == "REQUIRED: name: a value is required here.\n"
    assert asking.value("SELECT count(*) FROM tenants") == 0


def test_an_archived_tenant_stays_in_the_list_and_takes_no_more_work(crm: Crm, asking: Asking):
    crm("tenant", "create", "maven")

    archived = crm("tenant", "archive", "maven")
    listed = json.loads(crm("tenant", "list", "--json").out)["tenants"]
    token = crm("token", "create", "--tenant", "maven", "--role", "admin")

    assert archived.out == "Archived the tenant maven.\n"
    assert [(tenant["name"], tenant["archived"] is None) for tenant in listed] == [("maven", False)]
    assert (token.code, token.err) == (1, "ARCHIVED: The tenant 'maven' is archived: choose another.\n")
    assert asking.value("SELECT count(*) FROM tokens") == 0


def test_the_list_of_no_tenants_says_how_to_make_one(crm: Crm, asking: Asking):
    listed = crm("tenant", "list")

    assert (listed.code, listed.out) == (0, "There is no tenant yet: make one with `crm tenant create NAME`.\n")


def test_the_operator_is_written_down_as_the_author_of_the_pipeline(crm: Crm, asking: Asking):
    crm("tenant", "create", "maven")

    authors = asking.rows("SELECT DISTINCT actor_kind, actor_name, operation FROM change_events")
    assert authors == [("SYSTEM", "crm", "tenant create")]
