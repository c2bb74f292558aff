"""What goes away is dated and replaced, in words a machine reads, and a document is told what of it it uses.

Nothing of our schema is deprecated yet, so most of this is about a schema of its own.
"""

from datetime import date

import pytest
from graphql import DocumentNode, build_schema, parse, validate

from api.schema import schema
from api.schema.deprecations import Deprecated, Deprecation, UnclearDeprecation, deprecations, elements

SHOP = build_schema('''
type Query {
  people(first: Int, limit: Int @deprecated(reason: "Use `first`. Removal not before 2027-07-01.")): [Contact!]!
  contacts(where: Where, kind: Kind): [Contact!]!
  node: Node
}
interface Node {
  id: ID!
  key: ID @deprecated(reason: "Use `id`. Removal not before 2028-01-01.")
}
type Contact implements Node {
  id: ID!
  key: ID @deprecated(reason: "Use `id`. Removal not before 2028-01-01.")
  phones: [String!]!
  phone: String @deprecated(reason: """
    Use `phones`, of which it was the first. Removal not before 2027-01-01. Ask us if that is too soon.
  """)
  boss(kind: Kind): Contact @deprecated(reason: "Use `Query.contacts(where:)`. Removal not before 2027-07-01.")
}
enum Kind {
  PERSON
  HUMAN @deprecated(reason: "Use `PERSON`. Removal not before 2027-07-01.")
}
input Where {
  name: String
  title: String @deprecated(reason: "Use `Where.name`. Removal not before 2027-07-01.")
  also: [Where!]
  kind: Kind
}
''')
REASON = 'type Query {{ old: Int @deprecated(reason: "{}") orders: Int gone: Int @deprecated(reason: "Use `orders`. Removal not before 2027-07-01.") }}'  # noqa: E501
WHEN = "Removal not before 2027-07-01."


def test_every_deprecation_of_our_schema_says_what_to_use_and_until_when():
    marked = {name for name, _, element in elements(schema.core) if element.deprecation_reason is not None}
    assert set(deprecations(schema.core)) == marked


def test_a_reason_is_read_for_every_kind_of_element():
    found = deprecations(SHOP)
    assert found["Contact.phone"] == Deprecation("Contact.phone", "phones", date(2027, 1, 1))
    assert {coordinate: (one.replacement, str(one.removal)) for coordinate, one in found.items()} == {
        "Query.people(limit:)": ("first", "2027-07-01"),
        "Node.key": ("id", "2028-01-01"),
        "Contact.key": ("id", "2028-01-01"),
        "Contact.phone": ("phones", "2027-01-01"),
        "Contact.boss": ("Query.contacts(where:)", "2027-07-01"),
        "Kind.HUMAN": ("PERSON", "2027-07-01"),
        "Where.title": ("Where.name", "2027-07-01"),
    }


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("No longer supported", "it names no replacement in backticks"),
        (f"Use orders. {WHEN}", "it names no replacement in backticks"),
        (f"Use `order`. {WHEN}", "there is no order, as a sibling, coordinate or type"),
        (f"Use `Query.order`. {WHEN}", "there is no Query.order, as a sibling, coordinate or type"),
        (f"Use `old`. {WHEN}", "there is no old, as a sibling, coordinate or type"),
        (f"Use `gone`. {WHEN}", "gone is deprecated itself"),
        ("Use `orders`.", "it does not say when"),
        ("Use `orders`. Removal not before July 2027.", "it does not say when"),
        ("Use `orders`. Removal not before 2027-7-1.", "it does not say when"),
        ("Use `orders`. Removal not before 20270701.", "it does not say when"),
        ("Use `orders`. Removal not before 2027-02-30.", "2027-02-30 is not a day"),
        ("Use `orders`. Removal not before 2027-13-01.", "2027-13-01 is not a day"),
    ],
)
def test_a_reason_that_a_machine_cannot_read_is_refused_with_an_example(reason: str, problem: str):
    with pytest.raises(UnclearDeprecation) as refused:
        deprecations(build_schema(REASON.format(reason)))
    assert str(refused.value) == (
        f'Query.old is deprecated with "{reason}": {problem}. '
        'Write it like "Use `orders`. Removal not before 2027-07-01."'
    )


def test_a_type_may_be_the_replacement():
    core = build_schema(REASON.format(f"Use `Int`. {WHEN}"))
    assert deprecations(core)["Query.old"].replacement == "Int"


def valid(text: str) -> DocumentNode:
    document = parse(text)
    assert validate(SHOP, document) == []
    return document


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("{ people(first: 1) { id phones } }", ()),
        ("{ people { phone p: phone } contacts { phone } }", ("Contact.phone",)),
        ("{ people(limit: 1) { id } }", ("Query.people(limit:)",)),
        ("{ contacts(kind: HUMAN) { id } }", ("Kind.HUMAN",)),
        ("query ($kind: Kind = HUMAN) { contacts(kind: $kind) { id } }", ("Kind.HUMAN",)),
        ('{ contacts(where: {also: [{title: "x", kind: HUMAN}]}) { id } }', ("Kind.HUMAN", "Where.title")),
        ('{ contacts(where: {also: {title: "x"}}) { id } }', ("Where.title",)),
        ("{ node { key ... on Contact { key } } }", ("Contact.key", "Node.key")),
        ("{ node { ...C } } fragment C on Contact { boss(kind: HUMAN) { id } }", ("Contact.boss", "Kind.HUMAN")),
        ("{ people { id @skip(if: true) phone @include(if: false) } }", ("Contact.phone",)),
    ],
)
def test_a_document_is_told_which_deprecated_elements_it_uses(text: str, used: tuple[str, ...]):
    assert Deprecated(SHOP).used(valid(text)) == [used]


def test_each_operation_answers_for_itself_and_for_the_fragments_it_reaches():
    document = valid("""
        query A { people { ...F } }
        query B { node { id } }
        query C { contacts { ...G } }
        fragment F on Contact { ...G phones }
        fragment G on Contact { phone }
    """)
    assert Deprecated(SHOP).used(document) == [("Contact.phone",), (), ("Contact.phone",)]


def test_a_schema_without_deprecations_costs_no_walk():
    assert Deprecated(schema.core).used(parse("query A { nope } query B { nope }")) == [(), ()]
