"""The benchmark itself: servers that say the same, figures that are computed right, a page that shows them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.domain import tokens
from api.settings import Settings
from tests.bench import baseline, desk, limit, load, report, world
from tests.bench.figures import Comparison, Goal, Round, closing_line, flatness, ratio, spread
from tests.bench.servers import POSTGRAPHILE_FOLDER
from tests.bench.workloads import BASELINE, LIMIT, OURS, POSTGRAPHILE, Ask, Workload, content, workloads
from tests.cluster import Cluster

SECRET = b"s" * 32
POOL, OPEN_CASES = 2, 40
SMALL = workloads(world.FEW)


class Answering:
    """The three servers in this process, on a small world."""

    def __init__(self, shown: list[str]) -> None:
        self.tokens = shown
        self.clients: dict[str, httpx.AsyncClient] = {}

    def add(self, name: str, application: Any) -> None:
        transport = httpx.ASGITransport(application)
        self.clients[name] = httpx.AsyncClient(transport=transport, base_url="http://bench")

    async def ask(self, server: str, workload: Workload, ask: Ask, number: int) -> Any:
        variables = {**ask.variables}
        if workload.writes:
            variables["input"] = {**variables["input"], "email": f"ada.{server}.{number}@example.com"}
        headers = {"x-tenant": str(world.tenant_of(ask.tenant)), "authorization": f"Bearer {self.tokens[ask.tenant]}"}
        path = f"/{workload.name}" if server == LIMIT else "/graphql"
        body = {"query": workload.document, "variables": variables}
        answer = (await self.clients[server].post(path, json=body, headers=headers)).json()
        assert answer.get("errors") is None
        return content(workload, answer["data"])


@pytest.fixture(scope="module")
async def answering(cluster: Cluster, template: str) -> AsyncIterator[Answering]:
    cluster.create_database("crm_bench", template)
    superuser, urls = cluster.superuser_url("crm_bench"), cluster.urls("crm_bench")
    await world.fill(superuser, world.FEW)
    await desk.fill(superuser, OPEN_CASES)
    found = Answering(await world.make_tokens(urls, tokens.pepper(SECRET)))
    bare = limit.Limit(superuser, POOL)
    await bare.open()
    ours = create_app(Settings(pool_size=POOL), urls, SECRET)
    alchemy, engine = baseline.application(superuser, POOL)
    found.add(LIMIT, bare)
    found.add(BASELINE, alchemy)
    found.add(OURS, ours)
    async with ours.router.lifespan_context(ours):
        yield found
    for client in found.clients.values():
        await client.aclose()
    await bare.close()
    await engine.dispose()
    cluster.drop_database("crm_bench")


@pytest.mark.parametrize("workload", SMALL, ids=lambda workload: workload.name)
async def test_every_server_gives_the_same_answer(answering: Answering, workload: Workload):
    servers = [name for name in (LIMIT, BASELINE) if name in workload.goals]
    for number, ask in enumerate({ask.tenant: ask for ask in workload.asks}.values()):
        expected = await answering.ask(OURS, workload, ask, number)
        for server in servers:
            assert await answering.ask(server, workload, ask, number) == expected


async def test_the_questions_are_about_something(answering: Answering):
    asked = {workload.name: workload for workload in SMALL}

    async def answer(name: str) -> Any:
        return await answering.ask(OURS, asked[name], asked[name].asks[0], 99)

    assert len((await answer("q1"))["contacts"]["nodes"]) == 50
    overview = (await answer("q2"))["accounts"]["nodes"]
    assert [len(account["contacts"]) for account in overview] == [5] * 20
    assert [len(account["opportunities"]["nodes"]) for account in overview] == [3] * 20
    assert (await answer("q3"))["account"]["owner"] is not None
    assert (
        0
        < len((await answer("page"))["opportunities"]["nodes"])
        == (await answer("page"))["opportunities"]["totalCount"]
    )
    assert sum(count for _, _, count, _ in await answer("aggregate")) == 120


async def test_a_queues_page_and_the_look_for_what_is_due_find_something(answering: Answering, cluster: Cluster):
    asked = desk.workload()
    for ask in asked.asks:
        page = (await answering.ask(OURS, asked, ask, 0))["cases"]
        assert (len(page["nodes"]), page["totalCount"]) == (4, {"value": 4, "isExact": True})
        assert page["nodes"] == sorted(page["nodes"], key=lambda case: case["nextDueAt"])
        assert {case["account"] is not None for case in page["nodes"]} == {True}
    urls = cluster.urls("crm_bench")
    assert await desk.swept(urls, urls, 1) > 0


def test_postgraphile_is_locked_by_hash_and_without_address():
    project = json.loads((POSTGRAPHILE_FOLDER / "package.json").read_text("utf8"))
    packages = json.loads((POSTGRAPHILE_FOLDER / "package-lock.json").read_text("utf8"))["packages"]
    others = {name: package for name, package in packages.items() if name}
    assert [name for name, package in others.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in others.items() if "resolved" in package] == []
    wanted = project["dependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_a_request_of_the_load_generator_is_a_literal_of_lua():
    assert load.lua('{"query": "\\n"}') == '[==[{"query": "\\n"}]==]'


# Arithmetic


def a_round(per_second: float, server_ms: float = 1.0, database_ms: float = 2.0) -> Round:
    return Round(per_second, 1.0, 2.0, server_ms, database_ms)


def a_comparison(wanted: dict[str, float], **rounds: list[float]) -> Comparison:
    found = Comparison("q1", "Q1 nested list", wanted)
    for server, rates in rounds.items():
        for one in rates:
            found.add(server, a_round(one))
    return found


def test_a_ratio_is_the_median_of_what_ran_side_by_side():
    assert ratio([100, 400, 90], [50, 100, 30]) == 3.0


def test_spread_is_from_the_least_to_the_most_in_parts_of_the_median():
    assert spread([90, 100, 120]) == pytest.approx(0.3)


def test_flatness_compares_the_last_quarter_with_the_one_before_the_middle():
    assert flatness([10, 50, 100, 100, 105, 105, 110, 110]) == pytest.approx(110 / 100)


def test_a_server_that_did_not_take_part_is_no_goal():
    found = a_comparison({LIMIT: 0.8, POSTGRAPHILE: 4}, ours=[90, 90], limit=[100, 100])
    assert found.goals() == [Goal("Q1 nested list vs limit", 0.9, 0.8)]


def test_the_closing_line_counts_goals_in_both_directions():
    goals = [
        Goal("a", 0.79, 0.8),
        Goal("b", 0.8, 0.8),
        Goal("c", 1.3, 1.2, at_most=True),
        Goal("d", 1.2, 1.2, at_most=True),
    ]
    assert closing_line(goals) == "bench: 2 of 4 ratios reached"


def test_the_page_shows_rates_ratios_and_what_is_missed():
    found = a_comparison({LIMIT: 0.8, BASELINE: 25}, ours=[90, 110, 100], limit=[200, 200, 200], Strawberry=[4, 4, 4])
    goals = [Goal("resident memory under load, at most", 99.6, 150, at_most=True, unit=" MiB")]
    page = report.page([found], goals, {POSTGRAPHILE: "Node is missing"}, full=False)
    assert "by `make bench` on " in page
    assert "| Q1 nested list | 100 ±20% | 4 ±0% | – | – | 200 ±0% |" in page
    assert "| Q1 nested list | 25.00× of 25 ✔ | – | – | 0.50× of 0.8 ✘ |" in page
    assert "| Q1 nested list | 1.00 + 2.00 | 1.00 + 2.00 | – | – | 1.00 + 2.00 |" in page
    assert "| resident memory under load, at most | 100 MiB ✔ | ≤ 150 MiB |" in page
    assert "Left out: PostGraphile (Node is missing)." in page
    assert "* **Q1 nested list vs limit**: 0.50×, wanted ≥ 0.8×\n\n" in page
    assert page.endswith("`bench: 2 of 3 ratios reached`\n")


def test_the_table_of_the_terminal_names_every_goal():
    found = a_comparison({LIMIT: 0.8}, ours=[90], limit=[100])
    table = report.table([found], [Goal("page 1,000, time", 1.4, 1.3, at_most=True)])
    assert "limit" in table
    assert "0.90× of 0.8 ✔" in table
    assert "page 1,000, time: 1.40× of 1.3 ✘" in table
