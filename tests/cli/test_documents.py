"""`crm documents`: the manifests of three compilers, and files that are none."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import manifests
from tests.cli.conftest import Asking, Crm

WHO = "query Who {\n  viewer {\n    name\n  }\n}"
LIST = "query List($first: Int!) {\n  accounts(first: $first) {\n    nodes {\n      name\n    }\n  }\n}"
MAKE = 'mutation Make {\n  accountCreate(input: {name: "Zürich"}) {\n    outcome\n  }\n}'
TEXTS = [WHO, LIST, MAKE]
APOLLO = "apollo-persisted-query-manifest"


def digest(text: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


def as_map(*texts: str) -> dict[str, Any]:
    """What graphql-codegen and Relay write."""
    return {digest(text): text for text in texts}


def of_apollo(*texts: str) -> dict[str, Any]:
    operations = [{"id": digest(text), "name": "Any", "type": "query", "body": text} for text in texts]
    return {"format": APOLLO, "version": 1, "operations": operations}


FORMS = {
    "graphql-codegen": as_map(*TEXTS),
    "graphql-codegen with prefixes": {f"sha256:{digest(text)}": text for text in TEXTS},
    "Relay": as_map(*TEXTS),
    "Apollo": of_apollo(*TEXTS),
}


@pytest.fixture(autouse=True)
def maven(crm: Crm, asking: Asking) -> None:
    assert crm("tenant", "create", "maven").code == 0


def written(place: Path, content: Any) -> str:
    path = place / "manifest.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    return str(path)


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS.keys())
def test_every_document_of_a_manifest_is_registered(crm: Crm, asking: Asking, place: Path, content: Any):
    pushed = crm("documents", "push", written(place, content), "--tenant", "maven", "--client", "web")

    assert (pushed.code, pushed.err) == (0, "")
    assert pushed.last_line == "read 3, created 3, unchanged 0, restored 0"
    rows = asking.rows("SELECT sha256, text, client, retired_at FROM stored_documents ORDER BY text")
    assert rows == [(digest(text), text, "web", None) for text in sorted(TEXTS)]


def test_a_second_push_changes_nothing_and_takes_what_is_new(crm: Crm, asking: Asking, place: Path):
    crm("documents", "push", written(place, as_map(WHO, LIST)), "--tenant", "maven")

    again = crm("documents", "push", written(place, of_apollo(WHO, LIST)), "--tenant", "maven")
    more = crm("documents", "push", written(place, as_map(*TEXTS)), "--tenant", "maven", "--json")

    assert again.last_line == "read 2, created 0, unchanged 2, restored 0"
    facts = json.loads(more.out)
    assert {key: facts[key] for key in ("tenant", "read", "created", "unchanged", "restored")} == {
        "tenant": "maven",
        "read": 3,
        "created": 1,
        "unchanged": 2,
        "restored": 0,
    }
    assert facts["documents"] == [
        {"name": "Who", "id": f"sha256:{digest(WHO)}", "outcome": "UNCHANGED"},
        {"name": "List", "id": f"sha256:{digest(LIST)}", "outcome": "UNCHANGED"},
        {"name": "Make", "id": f"sha256:{digest(MAKE)}", "outcome": "CREATED"},
    ]
    assert asking.value("SELECT count(*) FROM stored_documents") == 3


def test_documents_are_listed_retired_and_registered_again(crm: Crm, asking: Asking, place: Path):
    manifest = written(place, as_map(WHO))
    crm("documents", "push", manifest, "--tenant", "maven", "--client", "web")

    retired = crm("documents", "retire", f"sha256:{digest(WHO)}", "--tenant", "maven")
    twice = crm("documents", "retire", digest(WHO), "--tenant", "maven", "--json")
    [listed] = json.loads(crm("documents", "list", "--tenant", "maven", "--json").out)["documents"]
    again = crm("documents", "push", manifest, "--tenant", "maven")
    table = crm("documents", "list", "--tenant", "maven")

    assert (retired.code, retired.out) == (0, f"Retired sha256:{digest(WHO)}.\n")
    assert json.loads(twice.out) == {"id": f"sha256:{digest(WHO)}", "retired": True}
    assert (listed["name"], listed["id"], listed["client"]) == ("Who", f"sha256:{digest(WHO)}", "web")
    assert listed["retired"] is not None
    assert again.last_line == "read 1, created 0, unchanged 0, restored 1"
    assert table.out.split("\n")[0].split() == ["name", "id", "client", "registered", "retired"]
    assert asking.value("SELECT retired_at FROM stored_documents") is None


def test_no_documents_are_no_error_to_list_and_one_to_retire(crm: Crm, asking: Asking):
    listed = crm("documents", "list", "--tenant", "maven")
    unknown = crm("documents", "retire", "0" * 64, "--tenant", "maven")
    no_hash = crm("documents", "retire", "x", "--tenant", "maven")

    assert listed.code == 0
    assert listed.out.startswith("The tenant maven has no document: register some with `crm documents push")
    assert (unknown.code, unknown.err) == (1, "NOT_FOUND: There is no such document.\n")
    assert no_hash.code == 2


def test_one_bad_document_keeps_out_all_and_every_problem_is_told(crm: Crm, asking: Asking, place: Path):
    bad = {
        digest(WHO): WHO,
        digest("query Broken {"): "query Broken {",
        digest("query Wrong { nope }"): "query Wrong { nope }",
        "0" * 64: LIST,
        digest(deep := "query Deep " + "{ a " * 30 + "}" * 30): deep,
        digest(nul := "query Nul { viewer { name } } #\0"): nul,
        digest(escaped := 'query Escaped { account(where: {id: "\\u0000"}) { id } }'): escaped,
    }
    path = written(place, json.dumps(bad).encode())
    refused = crm("documents", "push", path, "--tenant", "maven")

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines() == [
        "DOCUMENT: Broken: Syntax Error: Expected Name, found <EOF>. (line 1, column 15)",
        "DOCUMENT: Wrong: Cannot query field 'nope' on type 'Query'. (line 1, column 15)",
        f"DOCUMENT: List: its id {'0' * 64} is that of another text and should be {digest(LIST)}.",
        "DOCUMENT: Deep: The document has 16 levels; at most 15 are allowed.",
        "DOCUMENT: Nul: A text contains the character U+0000, which cannot be stored. Leave it out.",
        "DOCUMENT: Escaped: A text contains the character U+0000, which cannot be stored. Leave it out.",
        f"DOCUMENT: 6 of 7 documents in {path} are not in order. Nothing was registered: correct them and push again.",
    ]
    assert asking.value("SELECT count(*) FROM stored_documents") == 0


def test_other_hashes_are_refused_with_the_setting_that_makes_the_right_one(crm: Crm, asking: Asking, place: Path):
    relay = crm("documents", "push", written(place, {digest(WHO, "md5"): WHO}), "--tenant", "maven")
    codegen = crm("documents", "push", written(place, {digest(WHO, "sha1"): WHO}), "--tenant", "maven")
    neither = crm("documents", "push", written(place, {"Who": WHO}), "--tenant", "maven")

    md5, sha1, sha256 = (digest(WHO, algorithm) for algorithm in ("md5", "sha1", "sha256"))
    of_relay = f"is an MD5 and should be {sha256}: in Relay set persistConfig.algorithm to SHA256."
    of_codegen = (
        f"is a SHA-1 and should be {sha256}: in graphql-codegen set persistedDocuments.hashAlgorithm to sha256."
    )
    assert relay.err.splitlines()[0] == f"DOCUMENT: Who: its id {md5} {of_relay}"
    assert codegen.err.splitlines()[0] == f"DOCUMENT: Who: its id {sha1} {of_codegen}"
    assert neither.err.splitlines()[0] == f"DOCUMENT: Who: its id Who is no SHA-256 and should be {sha256}."
    assert [done.code for done in (relay, codegen, neither)] == [1, 1, 1]
    assert asking.value("SELECT count(*) FROM stored_documents") == 0


def test_a_registered_document_may_have_20_000_tokens(crm: Crm, asking: Asking, place: Path):
    def of_size(names: int) -> str:
        return "query Long { accounts(filter: {name: {in: [" + '"a" ' * names + "]}}) { nodes { name } } }"

    long = crm("documents", "push", written(place, as_map(of_size(19_000))), "--tenant", "maven")
    longer = crm("documents", "push", written(place, as_map(of_size(20_001))), "--tenant", "maven")

    assert (long.code, longer.code) == (0, 1)
    too_many = "DOCUMENT: Long: The document has too many tokens; at most 20,000 are allowed."
    assert longer.err.splitlines()[0] == too_many
    assert asking.value("SELECT count(*) FROM stored_documents") == 1


def test_documents_that_a_new_schema_breaks_are_found(crm: Crm, asking: Asking, place: Path):
    crm("documents", "push", written(place, as_map(WHO, LIST)), "--tenant", "maven")
    fine = crm("documents", "check", "--tenant", "maven")
    gone = "query Gone { fax }"
    asking.execute(
        "INSERT INTO stored_documents (tenant_id, sha256, text, registered_by, registered_at)"
        f" SELECT id, '{digest(gone)}', '{gone}', id, now() FROM tenants"
    )

    broken = crm("documents", "check", "--tenant", "maven")
    crm("documents", "retire", digest(gone), "--tenant", "maven")
    again = crm("documents", "check", "--tenant", "maven", "--json")

    assert (fine.code, fine.out) == (0, "checked 2, all in order\n")
    assert (broken.code, broken.err.splitlines()) == (
        1,
        [
            "DOCUMENT: Gone: Cannot query field 'fax' on type 'Query'. (line 1, column 14)",
            "DOCUMENT: 1 of 3 documents in the tenant maven are not in order. Push what replaces them and retire them.",
        ],
    )
    assert (again.code, json.loads(again.out)) == (0, {"tenant": "maven", "checked": 2})


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "it is not JSON (line 1, column 1)"),
    "no JSON": (b"query A { a }", "it is not JSON (line 1, column 1)"),
    "half of it": (b'{"a": "b"', "it is not JSON (line 1, column 10)"),
    "no UTF-8": (b'{"a": "\xff"}', "it is not UTF-8"),
    "UTF-16": ('{"a": "b"}'.encode("utf-16"), "it is not UTF-8"),
    "NUL": (b'{"a": "\0"}', "it is not JSON (line 1, column 8)"),
    "a list": (b'["{ a }"]', "it is not a JSON object"),
    "null": (b"null", "it is not a JSON object"),
    "an empty object": (b"{}", "there is no document in it"),
    "a number": (b'{"a": 1}', "the value of 'a' is not the text of a document"),
    "5,000 digits": (b'{"a": ' + b"9" * 5_000 + b"}", "a number in it is too long"),
    "100,000 brackets": (b"[" * 100_000, "it is nested too deeply"),
    "an id twice": (b'{"a": "{ a }", "a": "{ b }"}', "'a' is in it twice"),
    "ten thousand letters as an id": (
        b'{"' + b"x" * 10_000 + b'": 1}',
        f"the value of '{'x' * 69}…' is not the text of a document",
    ),
    "a line in an id": (b'{"a\\nDOCUMENT: b": 1}', "the value of 'a�DOCUMENT: b' is not the text of a document"),
    "100 MB in one line": (b'{"a": "' + b" " * 100_000_000 + b'"}', "it has more than 20,000,000 bytes: split it"),
    "another version of Apollo's": (
        b'{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}',
        "of Apollo's manifests only version 1 with its operations is known",
    ),
    "Apollo's without operations": (
        b'{"format": "apollo-persisted-query-manifest", "version": 1}',
        "of Apollo's manifests only version 1 with its operations is known",
    ),
    "no operations of Apollo's": (
        b'{"format": "apollo-persisted-query-manifest", "version": 1, "operations": []}',
        "there is no document in it",
    ),
    "Apollo's without a body": (
        b'{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]}',
        "operation 1 has no id or no body",
    ),
    "Apollo's with an id twice": (
        json.dumps({**of_apollo(WHO), "operations": of_apollo(WHO)["operations"] * 2}).encode(),
        f"'{digest(WHO)}' is in it twice",
    ),
}


def test_what_is_no_manifest_is_refused_in_one_line(crm: Crm, asking: Asking, place: Path):
    for name, (content, reason) in HOSTILE.items():
        path = written(place, content)
        refused = crm("documents", "push", path, "--tenant", "maven")
        assert (refused.code, refused.out) == (1, ""), name
        assert refused.err.startswith(f"MANIFEST: {path}: {reason}"), name
        assert refused.err.endswith("Nothing was registered.\n"), name
        assert refused.err.count("\n") == 1, name
    assert asking.value("SELECT count(*) FROM stored_documents") == 0


def test_a_half_of_a_surrogate_pair_is_told_of_and_not_stored(crm: Crm, asking: Asking, place: Path):
    refused = crm("documents", "push", written(place, b'{"a": "{ a } # \\ud800"}'), "--tenant", "maven")

    assert refused.code == 1
    assert refused.err.startswith("DOCUMENT: a: A text contains half of a surrogate pair")
    assert asking.value("SELECT count(*) FROM stored_documents") == 0


def test_a_missing_file_or_tenant_is_refused(crm: Crm, asking: Asking, place: Path):
    missing = crm("documents", "push", str(place / "none.json"), "--tenant", "maven")
    folder = crm("documents", "push", str(place), "--tenant", "maven")
    tenant = crm("documents", "push", written(place, as_map(WHO)), "--tenant", "nobody")

    assert missing.err.startswith("NOT_FOUND:")
    assert folder.err.startswith("NOT_FOUND:")
    assert tenant.err == "NOT_FOUND: There is no tenant 'nobody': make it with `crm tenant create nobody`.\n"
    assert [done.code for done in (missing, folder, tenant)] == [1, 1, 1]
    assert asking.value("SELECT count(*) FROM stored_documents") == 0


def test_documents_without_a_name_are_told_by_their_id(crm: Crm, asking: Asking, place: Path):
    text = "{ nope }"
    refused = crm("documents", "push", written(place, as_map(text)), "--tenant", "maven")

    assert refused.err.startswith(f"DOCUMENT: {digest(text)}: Cannot query field 'nope'")
    assert manifests.Listed("x", "fragment F on A { a }").name == "x"


def test_a_token_says_which_documents_it_may_send(crm: Crm, asking: Asking):
    crm("token", "create", "--tenant", "maven", "--role", "admin")
    made = crm("token", "create", "--tenant", "maven", "--role", "admin", "--documents", "trusted", "--json")
    crm("token", "create", "--tenant", "maven", "--role", "admin", "--documents", "APQ")
    wrong = crm("token", "create", "--tenant", "maven", "--role", "admin", "--documents", "some")

    listed = json.loads(crm("token", "list", "--tenant", "maven", "--json").out)["tokens"]
    assert json.loads(made.out)["documents"] == "TRUSTED"
    assert [token["documents"] for token in listed] == ["APQ", "TRUSTED", "OPEN"]
    assert wrong.code == 2
    assert asking.value("SELECT count(*) FROM tokens") == 3


NOTES = "query Notes {\n  opportunities(first: 1) {\n    nodes {\n      notes\n    }\n  }\n}"
DEALS = "query Deals {\n  opportunities(first: 1) {\n    nodes {\n      name\n    }\n  }\n}"


@pytest.mark.parametrize("audience", ["partner", "customer"])
def test_documents_for_outsiders_are_checked_against_what_outsiders_see(crm: Crm, place: Path, audience: str):
    manifest = written(place, as_map(DEALS, NOTES))
    for_them = ("--tenant", "maven", "--for", audience, "--client", "portal")

    refused = crm("documents", "push", manifest, *for_them)
    own = crm("documents", "push", written(place, as_map(DEALS)), *for_them)
    staff = crm("documents", "push", written(place, as_map(NOTES)), "--tenant", "maven", "--client", "office")
    checked = crm("documents", "check", *for_them)
    all_checked = crm("documents", "check", "--tenant", "maven", "--for", audience)

    assert refused.code == 1
    assert "Notes: Cannot query field 'notes' on type 'Opportunity'. (line 4, column 7)" in refused.err
    assert "Deals:" not in refused.err
    assert (own.last_line, staff.code) == ("read 1, created 1, unchanged 0, restored 0", 0)
    assert checked.out.splitlines() == ["checked 1, all in order"]
    assert all_checked.code == 1
    assert "1 of 2 documents in the tenant maven are not in order" in all_checked.err
    assert crm("documents", "check", "--tenant", "maven").out.splitlines() == ["checked 2, all in order"]


def test_the_limits_of_outsiders_hold_for_their_documents(crm: Crm, place: Path):
    wide = " ".join(f"a{n}: name" for n in range(12))
    manifest = written(place, as_map(f"query Wide {{ opportunities(first: 1) {{ nodes {{ {wide} }} }} }}"))
    for audience, code in (("partner", 1), ("staff", 0)):
        refused = crm("documents", "push", manifest, "--tenant", "maven", "--for", audience)
        assert (refused.code, "Wide: " in refused.err) == (code, code == 1)
