"""Documents before they meet any data: parsed, measured, validated. The schema here is as nasty as a schema can be."""

import gc
import time
from contextlib import suppress

import pytest
from graphql import build_schema, get_introspection_query

from api.http.documents import Documents
from api.http.errors import Refused

SCHEMA = build_schema(
    """
    interface Node { id: ID! }
    type A implements Node { id: ID! a: A b: A c: A d(x: Int, y: [Int], s: String): Int i: Int n: Node l: [A!]! }
    type Query { a: A b: A n: Node l: [A!]! }
    type Mutation { m(x: Int): A }
    """
)


def nested(width: int, depth: int) -> str:
    return "id" if depth == 0 else " ".join("a{" + nested(width, depth - 1) + "}" for _ in range(width))


def chain(length: int, spreads: str) -> str:
    """Fragments of which each spreads the next; `spreads` has a % for its name."""
    links = "".join(f"fragment F{i} on A{{{spreads.replace('%', f'...F{i + 1}')}}}" for i in range(length))
    return f"{{a{{...F0}}}}{links}fragment F{length} on A{{id}}"


def pairs(fragments: int, fields: str) -> str:
    spreads = " ".join(f"...F{i}" for i in range(fragments))
    return f"{{a{{{spreads}}}}}" + " ".join(f"fragment F{i} on A{{{fields}}}" for i in range(fragments))


FINE = {
    "one field": "{a{id}}",
    "15 levels": "{" + "a{" * 14 + "id" + "}" * 14 + "}",
    "15 aliases": "{a{" + " ".join(f"x{i}:i" for i in range(15)) + "}}",
    "10 root fields": "{" + "__typename " * 10 + "}",
    "5 mutations": "mutation{" + " ".join(f"m{i}:m{{id}}" for i in range(5)) + "}",
    "30 fragments": pairs(30, "id i b{id}"),
    "a chain of fragments": chain(28, "%"),
    "a fragment spread twice in each of 28": chain(28, "% %"),
    "the query of tools": get_introspection_query(),
    "a byte order mark": "\ufeff{a{id}}",
    "commas": "," * 99_000 + "{a{id}}",
    "an escape": '{a{d(s:"\\u00e9\\u{1F600}")}}',
    "50 operations": " ".join(f"query Q{i}{{a{{id}}}}" for i in range(50)),
}
REFUSED = {
    "nothing": ("", "GRAPHQL_PARSE_FAILED"),
    "an open brace": ("{a{id}", "GRAPHQL_PARSE_FAILED"),
    "half a surrogate": ('{a{d(s:"\\ud800")}}', "GRAPHQL_PARSE_FAILED"),
    "250 levels": ("{" + "a{" * 250 + "id" + "}" * 250 + "}", "GRAPHQL_PARSE_FAILED"),
    "a deep list": ("{a{d(y:" + "[" * 600 + "1" + "]" * 600 + ")}}", "GRAPHQL_PARSE_FAILED"),
    "a definition of a type": ("type X{a:Int}", "GRAPHQL_VALIDATION_FAILED"),
    "a fragment alone": ("fragment F on A{id}", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown field": ("{nope}", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown argument": ("{a{d(nope:1)}}", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown fragment": ("{a{...Nope}}", "GRAPHQL_VALIDATION_FAILED"),
    "a fragment of itself": ("{a{...F}} fragment F on A{...F}", "GRAPHQL_VALIDATION_FAILED"),
    "an unused variable": ("query($v:Int){a{id}}", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown directive 300 times": ("{a{id " + "@foo " * 300 + "}}", "GRAPHQL_VALIDATION_FAILED"),
    "an infinite number": ("{a{d(x:1e999)}}", "GRAPHQL_VALIDATION_FAILED"),
    "a list type of 190 levels": (
        "query($v:" + "[" * 190 + "Int" + "]" * 190 + "){a{id}}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "circular introspection": (
        "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a subscription": ("subscription{a{id}}", "GRAPHQL_VALIDATION_FAILED"),
    "U+0000": ('{a{d(s:"a\\u0000b")}}', "BAD_USER_INPUT"),
    "U+0000 in a long escape": ('{a{d(s:"a\\u{0}b")}}', "BAD_USER_INPUT"),
    "16 levels": ("{" + "a{" * 15 + "id" + "}" * 15 + "}", "QUERY_TOO_EXPENSIVE"),
    "16 levels through fragments": (chain(14, "a{%}"), "QUERY_TOO_EXPENSIVE"),
    "circular fragments": ("{a{...F}} fragment F on A{a{...G}} fragment G on A{a{...F}}", "QUERY_TOO_EXPENSIVE"),
    "doubled fragments": (chain(10, "a{%} b{%}"), "QUERY_TOO_EXPENSIVE"),
    "16 aliases": ("{a{" + " ".join(f"x{i}:i" for i in range(16)) + "}}", "QUERY_TOO_EXPENSIVE"),
    "20 aliases in fragments": (
        "{a{...F ...G}}"
        + "".join(f"fragment {f} on A{{" + " ".join(f"{f}{i}:i" for i in range(10)) + "}" for f in "FG"),
        "QUERY_TOO_EXPENSIVE",
    ),
    "11 root fields": ("{" + "__typename " * 11 + "}", "QUERY_TOO_EXPENSIVE"),
    "6 mutations": ("mutation{" + " ".join(f"m{i}:m{{id}}" for i in range(6)) + "}", "QUERY_TOO_EXPENSIVE"),
    "100 questions for a type": (
        "{" + " ".join(f't{i}:__type(name:"A"){{name}}' for i in range(100)) + "}",
        "QUERY_TOO_EXPENSIVE",
    ),
    "31 fragments": (pairs(31, "id"), "QUERY_TOO_EXPENSIVE"),
    "unused fragments": ("{a{id}}" + "".join(f"fragment F{i} on A{{id}}" for i in range(200)), "QUERY_TOO_EXPENSIVE"),
    "61 spreads": ("{a{" + "...F " * 61 + "}} fragment F on A{id}", "QUERY_TOO_EXPENSIVE"),
    "the same field three times": ("{a{id} a{id} a{id}}", "QUERY_TOO_EXPENSIVE"),
    "doubled fields, 8 levels": ("{" + nested(2, 8) + "}", "QUERY_TOO_EXPENSIVE"),
    "a field 900 times": ("{a{" + "i " * 900 + "}}", "QUERY_TOO_EXPENSIVE"),
    "500 operations": (" ".join(f"query Q{i}{{a{{id}}}}" for i in range(500)), "QUERY_TOO_EXPENSIVE"),
    "51 operations": (" ".join(f"query Q{i}{{a{{id}}}}" for i in range(51)), "QUERY_TOO_EXPENSIVE"),
    "2,001 tokens": ("{a{d(y:[" + "1 " * 2000 + "])}}", "QUERY_TOO_EXPENSIVE"),
    "30,000 comments": ("#x\n" * 30_000 + "{a{id}}", "QUERY_TOO_EXPENSIVE"),
    "100,001 characters": ("," * 99_995 + "{a{id}}", "QUERY_TOO_EXPENSIVE"),
    "a million commas": ("," * 1_000_000 + "{a{id}}", "QUERY_TOO_EXPENSIVE"),
}
SLOW = {
    "20 fragments of 5 fields": pairs(20, "a{id i} b{id} d c{id} n{id}"),
    "30 fragments of 10 fields": pairs(30, "a{id i} b{id} d c{id} n{id} id i l{id} a{b{id}} b{c{id}}"),
    "3 times 5 levels": "{" + nested(3, 5) + "}",
    "1,500 unknown fields": "{a{" + " ".join(f"q{i}" for i in range(1_500)) + "}}",
    "390 variables": "query(" + " ".join(f"$v{i}:Int" for i in range(390)) + "){a{id}}",
    "a list of 1,900": "{a{d(y:[" + "1," * 1_900 + "])}}",
    "a string of 99,000": '{a{d(s:"' + "x" * 99_000 + '")}}',
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_a_reasonable_document_is_taken_and_parsed_once(text: str):
    documents = Documents(SCHEMA)
    assert documents.get(text) is documents.get(text)


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_document_that_cannot_be_run_is_refused_with_its_code(text: str, code: str):
    with pytest.raises(Refused) as caught:
        Documents(SCHEMA).get(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_no_document_keeps_the_server_busy(text: str):
    documents = Documents(SCHEMA)
    gc.disable()  # a full collection of everything the tests hold would be measured, too
    began = time.process_time()
    with suppress(Refused):
        documents.get(text)
    spent = time.process_time() - began
    gc.enable()
    assert spent < 5  # the blow-ups it guards against take 18 s; this is no figure of speed


@pytest.mark.parametrize(
    "text", ["{A{id}}", "{a{ids}}", "{a{d(z:1)}}", "{l{id}} fragment X on Nodes{id}", "{__scheme}"]
)
def test_an_error_suggests_no_name_of_the_schema(text: str):
    with pytest.raises(Refused) as caught:
        Documents(SCHEMA).get(text)
    assert "Did you mean" not in str(caught.value.formatted())


def test_an_error_says_where_and_echoes_little_of_what_was_sent():
    with pytest.raises(Refused) as caught:
        Documents(SCHEMA).get("{\n  " + "q" * 10_000 + "}")
    (error,) = caught.value.formatted()
    assert error["locations"] == [{"line": 2, "column": 3}]
    assert len(error["message"]) < 200


def test_at_most_ten_errors_are_reported():
    with pytest.raises(Refused) as caught:
        Documents(SCHEMA).get("{a{" + " ".join(f"q{i}" for i in range(50)) + "}}")
    assert len(caught.value.formatted()) <= 11  # the last says that there are more


def test_an_operation_is_chosen_by_name_and_never_guessed():
    document = Documents(SCHEMA).get("query A{a{id}} query B{b{id}}")
    assert document.operation("B") is document.operations[1]
    for name in (None, "C", ""):
        with pytest.raises(Refused) as caught:
            document.operation(name)
        assert caught.value.code == "BAD_USER_INPUT"
    assert Documents(SCHEMA).get("{a{id}}").operation(None).node.name is None


def test_memory_is_bounded_by_tokens():
    documents = Documents(SCHEMA, tokens_held=50)
    first = documents.get("{a{id}}")
    for i in range(20):
        documents.get(f"{{x{i}:a{{id}}}}")
    assert len(documents._held) < 8
    assert documents.get("{a{id}}") is not first
