import orjson
import pytest
from graphql import build_schema, parse, print_ast, validate

from api.http.introspection import Introspection, Part, split, together

SCHEMA = build_schema("type Query { a: Int b: Int c: C } type C { d: Int }")


def parts(text: str) -> tuple[Part | None, Part | None]:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    found = split(document, document.definitions[0])  # type: ignore[arg-type]
    return found.data, found.schema


def printed(part: Part | None) -> str | None:
    return None if part is None else " ".join(print_ast(part.document).split())


@pytest.mark.parametrize(
    ("text", "data", "schema"),
    [
        ("{a}", "{ a }", None),
        ("{a __typename}", "{ a __typename }", None),
        ("{__typename}", None, "{ __typename }"),
        ("{__schema{queryType{name}} __typename}", None, "{ __schema { queryType { name } } __typename }"),
        ('{a t:__type(name:"C"){name} __typename}', "{ a __typename }", '{ t: __type(name: "C") { name } }'),
        (
            "{...on Query{a __schema{__typename}}}",
            "{ ... on Query { a } }",
            "{ ... on Query { __schema { __typename } } }",
        ),
        (
            "{...F b} fragment F on Query{...G} fragment G on Query{a __schema{__typename}}",
            "{ ...F b } fragment F on Query { ...G } fragment G on Query { a }",
            "{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { __typename } }",
        ),
        (
            "{...F ...G} fragment F on Query{__schema{__typename}} fragment G on Query{c{...H}} fragment H on C{d}",
            "{ ...G } fragment G on Query { c { ...H } } fragment H on C { d }",
            "{ ...F } fragment F on Query { __schema { __typename } } fragment H on C { d }",
        ),
    ],
)
def test_an_operation_is_taken_apart_by_its_root_fields(text: str, data: str | None, schema: str | None):
    found = parts(text)
    assert tuple(map(printed, found)) == (data, schema)


def test_fragments_that_double_are_rewritten_once():
    links = "".join(f"fragment F{i} on Query{{...F{i + 1} ...F{i + 1}}}" for i in range(28))
    data, schema = parts("{...F0}" + links + "fragment F28 on Query{a __schema{__typename}}")
    assert data is not None
    assert schema is not None
    assert len(data.document.definitions) == len(schema.document.definitions) == 30


def test_the_schema_part_is_answered_and_remembered():
    introspection = Introspection(SCHEMA)
    _, schema = parts('{a t:__type(name:"C"){name fields{name}}}')
    assert schema is not None
    first = introspection.answer(schema, {}, "key")
    assert orjson.loads(first) == {"t": {"name": "C", "fields": [{"name": "d"}]}}
    assert introspection.answer(schema, {}, "key") is first


def test_an_answer_that_depends_on_variables_is_not_remembered():
    introspection = Introspection(SCHEMA)
    _, schema = parts("query($n:String!){__type(name:$n){name}}")
    assert schema is not None
    answers = [introspection.answer(schema, {"n": name}, "key") for name in ("C", "Query", "Nope")]
    assert answers == [b'{"__type":{"name":"C"}}', b'{"__type":{"name":"Query"}}', b'{"__type":null}']


def test_parts_come_together_as_one_object():
    assert together([b'{"a":1}', b'{ "b" : {} }\n', b"{}"]) == b'{"a":1,"b" : {}}'
