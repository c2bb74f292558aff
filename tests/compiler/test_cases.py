"""Every `cases/NAME.graphql` compiles to exactly `NAME.sql` and answers exactly `NAME.json`.

Comments at its beginning say who asks and with what: `# as: admin, sales_rep`, `# variables: {"id": "<acc Globex>"}`,
and `# then: {"after": "accounts.pageInfo.endCursor"}` for variables taken from the answer without them.
Add a case: write the `.graphql`, run `pytest tests/compiler/test_cases.py --accept`, read the diff, commit it.
"""

import json
import re
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.compiler.conftest import Library
from tests.compiler.world import World
from tests.test_architecture import ROOT

CASES = sorted((Path(__file__).parent / "cases").glob("*.graphql"))
COMMENT = re.compile(r"^# (as|variables|then): (.*)$", re.MULTILINE)
LABEL = re.compile(r"<(\w{3}) ([^>]+)>")


@dataclass
class Case:
    query: str
    roles: list[str]
    variables: dict[str, Any]
    then: dict[str, str]


def case_in(path: Path, world: World) -> Case:
    text = path.read_text("utf8")
    said = dict(COMMENT.findall(text))
    variables = LABEL.sub(lambda match: world.id(match[1], match[2]), said.get("variables", "{}"))
    roles = said.get("as", "admin").split(", ")
    return Case(text, roles, json.loads(variables), json.loads(said.get("then", "{}")))


def picked(answer: Any, path: str) -> Any:
    return reduce(lambda value, key: value[int(key) if key.isdigit() else key], path.split("."), answer)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
async def test_case(path: Path, library: Library, accept: bool):
    case = case_in(path, library.world)
    texts, answers = [], {}
    for role in case.roles:
        variables = case.variables
        if case.then:
            first = await library(case.query, variables, as_=role)
            variables = variables | {name: picked(first, place) for name, place in case.then.items()}
        library.sent.clear()
        data = await library.bytes(case.query, variables, as_=role)

        ((sql, parameters),) = library.sent
        assert orjson.loads(data) == orjson.loads(await library.exempt.fetchval(sql, *parameters))
        texts.append(f"-- {role}: {len(parameters)} parameters, the tenant is {tenant_in(sql)}\n{sql}\n")
        answers[role] = orjson.loads(data)
    masked = library.world.masked(orjson.dumps(answers, option=orjson.OPT_INDENT_2).decode()) + "\n"
    expect(path.with_suffix(".sql"), "\n".join(texts), accept=accept)
    expect(path.with_suffix(".json"), masked, accept=accept)


def tenant_in(sql: str) -> str:
    """The first thing a tenant column is compared with; `test_statements` shows that all of them are."""
    found = re.search(r"(?:tenant_id|zone_of\.id|tenant\.id|t2\.id) = (\$\d+)", sql)
    assert found is not None
    return found[1]


def expect(path: Path, found: str, *, accept: bool) -> None:
    if accept:
        path.write_text(found, "utf8")
    assert path.is_file(), f"{path.name} is missing; run pytest with --accept and read what it wrote"
    assert found == path.read_text("utf8")


def test_every_expected_file_has_its_case():
    folder = Path(__file__).parent / "cases"
    assert {path.stem for path in folder.iterdir()} == {path.stem for path in CASES}


def test_the_readme_follows_a_query_as_it_is():
    folder = Path(__file__).parent / "cases"
    readme = " ".join((ROOT / "api/compiler/README.md").read_text("utf8").split())
    _, sql = (folder / "followed_in_the_readme.sql").read_text("utf8").split("\n", 1)
    query = COMMENT.sub("", (folder / "followed_in_the_readme.graphql").read_text("utf8"))
    assert " ".join(sql.split()) in readme
    assert " ".join(query.split()) in readme


async def test_the_neighbour_has_rows_in_every_table_that_a_query_could_leak_from(library: Library):
    tables = await library.exempt.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'"
    )
    one = {
        table
        for (table,) in tables
        if await library.exempt.fetchval(f"SELECT count(DISTINCT tenant_id) < 2 FROM {table}")
    }
    assert one == set()
