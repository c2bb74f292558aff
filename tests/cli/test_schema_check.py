"""`crm schema check`: what a client of a release would notice, and what must not leave the house unannounced."""

import json
from datetime import date
from pathlib import Path

import pytest
from graphql import build_schema

from api import __version__
from api.cli import schema as command
from api.schema import schema
from api.schema.comparison import Change, Severity, changes
from api.schema.federation import subgraph
from tests.cli.conftest import Crm

TODAY = date(2027, 7, 1)
OLD = """
scalar Day @specifiedBy(url: "https://example.com/day")
type Query {
  orders(first: Int, limit: Int @deprecated(reason: "Use `first`. Removal not before 2027-07-01.")): [Order!]!
  people: [Person!]! @deprecated(reason: "Use `orders`. Removal not before 2027-07-01.")
  soon: Int @deprecated(reason: "Use `orders`. Removal not before 2027-07-02.")
}
type Order { id: ID! total: Int kind: Kind day: Day }
type Person { name: String pet: Pet }
type Pet { name: String }
enum Kind { SALE GIFT @deprecated(reason: "Use `SALE`. Removal not before 2027-01-01.") }
input Ref { id: ID key: ID }
type Mutation { change(ref: Ref): Order }
"""


def found(old: str, new: str, today: date = TODAY) -> dict[str, tuple[str, bool]]:
    """Description → severity and whether it was announced."""
    both = (build_schema(old), build_schema(new))
    return {change.description: (str(change.severity), change.announced) for change in changes(*both, today)}


def edited(*pairs: tuple[str, str]) -> str:
    text = OLD
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return text


def test_a_schema_has_not_changed_against_itself():
    assert found(OLD, OLD) == {}
    assert changes(schema.core, build_schema(schema.sdl), TODAY) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("total: Int", "", ("Field Order.total was removed.", "breaking", False)),
        ("total: Int", "total: String", ("Field Order.total changed type from Int to String.", "breaking", False)),
        ("total: Int", "total: Int!", ("Field Order.total changed type from Int to Int!.", "safe", False)),
        ("total: Int", "total: Int more: Int", ("Field Order.more was added.", "safe", False)),
        ("SALE", "SALE LOAN", ("Enum value Kind.LOAN was added.", "dangerous", False)),
        ("key: ID", "key: ID code: ID", ("An optional field Ref.code was added.", "dangerous", False)),
        ("key: ID", "key: ID code: ID!", ("A required field Ref.code was added.", "breaking", False)),
        ("input Ref", "input Ref @oneOf", ("Ref takes exactly one of its fields now.", "breaking", False)),
        ("com/day", "com/date", ("Scalar Day is specified by https://example.com/date now.", "dangerous", False)),
        (
            "total: Int",
            'total: Int @deprecated(reason: "Use `id`. Removal not before 2028-01-01.")',
            ("Order.total was deprecated: Use `id`. Removal not before 2028-01-01.", "safe", False),
        ),
    ],
)
def test_each_change_has_its_severity(before: str, after: str, expected: tuple[str, str, bool]):
    description, severity, announced = expected
    assert found(OLD, edited((before, after))) == {description: (severity, announced)}


def test_what_was_deprecated_may_go_on_its_day_and_not_before():
    gone = edited(
        (', limit: Int @deprecated(reason: "Use `first`. Removal not before 2027-07-01.")', ""),
        (' GIFT @deprecated(reason: "Use `SALE`. Removal not before 2027-01-01.")', ""),
        ('  soon: Int @deprecated(reason: "Use `orders`. Removal not before 2027-07-02.")\n', ""),
    )
    argument, value, soon = (
        "Argument Query.orders(limit:) was removed.",
        "Enum value Kind.GIFT was removed.",
        "Field Query.soon was removed.",
    )
    assert found(OLD, gone) == {
        argument: ("breaking", True),
        value: ("breaking", True),
        soon: ("breaking", False),
    }
    assert found(OLD, gone, date(2027, 7, 2))[soon] == ("breaking", True)
    assert found(OLD, gone, date(2027, 6, 30))[argument] == ("breaking", False)


def test_types_go_with_the_last_field_that_led_to_them():
    gone = edited(
        ('  people: [Person!]! @deprecated(reason: "Use `orders`. Removal not before 2027-07-01.")\n', ""),
        ("type Person { name: String pet: Pet }\ntype Pet { name: String }\n", ""),
    )
    expected = {
        "Field Query.people was removed.": ("breaking", True),
        "Person was removed.": ("breaking", True),
        "Pet was removed.": ("breaking", True),
    }
    assert found(OLD, gone) == expected
    used = OLD.replace("total: Int", "total: Int buyer: Person")
    kept = gone.replace("total: Int", "total: Int buyer: Int")
    assert found(used, kept)["Person was removed."] == ("breaking", False)


def test_the_worst_comes_first():
    new = edited(("total: Int", "more: Int"), ("SALE", "SALE LOAN"))
    both = (build_schema(OLD), build_schema(new))
    assert [change.severity for change in changes(*both, TODAY)] == list(Severity)


def test_the_schema_breaks_no_promise_of_the_newest_release(crm: Crm, place: Path):
    done = crm("schema", "check")
    assert done.code == 0, done.out
    assert command.newest_release(command.RELEASES).parts[-3:] == ("releases", __version__, "schema.graphql")


def test_the_subgraph_is_printed_for_composers(crm: Crm, place: Path):
    assert crm("schema", "print", "--subgraph").out == subgraph().sdl
    crm("schema", "print", "--subgraph", "--output", str(place / "subgraph.graphql"))
    assert (place / "subgraph.graphql").read_text("utf8") == subgraph().sdl


@pytest.fixture
def release(place: Path) -> Path:
    path = place / "released.graphql"
    path.write_text(schema.sdl)
    return path


def test_an_unchanged_schema_passes(crm: Crm, release: Path):
    done = crm("schema", "check", str(release))
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Since {release}: 0 breaking, 0 dangerous, 0 safe, 0 unannounced.\n"


def test_a_field_that_is_gone_fails_the_check_and_is_named(crm: Crm, release: Path):
    release.write_text(schema.sdl.replace("type Viewer {", "type Viewer {\n  shoeSize: Int\n", 1))
    done = crm("schema", "check", str(release))
    assert done.code == 1
    assert done.out.splitlines() == [
        "breaking:",
        "  FIELD_REMOVED Field Viewer.shoeSize was removed.",
        f"Since {release}: 1 breaking, 0 dangerous, 0 safe, 1 unannounced.",
    ]
    as_json = crm("schema", "check", str(release), "--json")
    assert as_json.code == 1
    assert json.loads(as_json.out) == {
        "since": str(release),
        "breaking": 1,
        "dangerous": 0,
        "safe": 0,
        "unannounced": 1,
        "changes": [
            {
                "severity": "breaking",
                "kind": "FIELD_REMOVED",
                "description": "Field Viewer.shoeSize was removed.",
                "announced": False,
            }
        ],
    }


def test_a_field_that_was_announced_may_be_gone(crm: Crm, release: Path):
    field = '  shoeSize: Int @deprecated(reason: "Use `name`. Removal not before 2026-01-01.")\n'
    release.write_text(schema.sdl.replace("type Viewer {", f"type Viewer {{\n{field}", 1))
    done = crm("schema", "check", str(release))
    assert done.code == 0
    assert done.out.splitlines()[1] == "  FIELD_REMOVED Field Viewer.shoeSize was removed. (announced)"


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (None, "NOT_READABLE", "cannot be read"),
        ("type Query {", "NOT_A_SCHEMA", "Syntax Error"),
        ("type Query { a: Nope }", "NOT_A_SCHEMA", "Unknown type"),
        ('type Query { a: Int @deprecated(reason: "old") }', "UNCLEAR_DEPRECATION", "Query.a is deprecated"),
    ],
)
def test_a_file_that_is_no_release_is_refused_in_one_line(
    crm: Crm, place: Path, text: str | None, code: str, told: str
):
    path = place / "released.graphql"
    if text is not None:
        path.write_text(text)
    done = crm("schema", "check", str(path))
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{code}: ")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_the_newest_release_is_the_highest_version_not_the_last_in_the_alphabet(place: Path):
    for name in ("0.9.0", "0.10.0", "0.2.11", "next"):
        (place / name).mkdir()
        (place / name / "schema.graphql").touch()
    assert command.newest_release(place) == place / "0.10.0/schema.graphql"


def test_without_a_release_the_file_must_be_named(crm: Crm, place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "RELEASES", place / "none")
    done = crm("schema", "check")
    assert (done.code, done.err) == (1, f"NO_RELEASE: No release is in {place}/none: name the file to compare with.\n")


def test_a_change_says_whether_it_may_pass():
    assert Change(Severity.BREAKING, "X", "x").unannounced
    assert not Change(Severity.BREAKING, "X", "x", announced=True).unannounced
    assert not Change(Severity.DANGEROUS, "X", "x").unannounced
