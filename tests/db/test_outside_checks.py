"""The login of outsiders: a grant or a policy too many keeps the process from serving, by one line each."""

from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.app import boot_problems, create_app
from api.db.outside_checks import partner_problems
from api.db.urls import Urls
from api.schema.outside import granted_columns
from api.settings import Settings
from tests.cluster import Cluster, execute


async def test_a_migrated_database_gives_outsiders_what_the_program_means_them_to_have(database: Urls):
    assert await partner_problems(database.partner, granted_columns()) == []


OPEN = "USING (tenant_id = NULLIF(current_setting('crm.tenant', true), '')::uuid)"
AGAIN = "which is not for outsiders: REVOKE SELECT ON {} FROM crm_partner, PUBLIC, and look again what it needs."
VERBS = "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON contacts FROM crm_partner, PUBLIC."
WRONG = {
    "GRANT SELECT (notes) ON opportunities TO crm_partner": (
        f"crm_partner may read notes of opportunities, {AGAIN.format('opportunities')}"
    ),
    "GRANT SELECT (name) ON teams TO PUBLIC": f"crm_partner may read name of teams, {AGAIN.format('teams')}",
    "CREATE TABLE secrets (secret text); GRANT SELECT ON secrets TO crm_partner": (
        f"crm_partner may read secret of secrets, {AGAIN.format('secrets')}"
    ),
    "REVOKE SELECT (name) ON accounts FROM crm_partner": (
        "crm_partner may not read name of accounts: GRANT SELECT (name) ON accounts TO crm_partner."
    ),
    "GRANT UPDATE (title) ON contacts TO crm_partner": f"crm_partner may change contacts: {VERBS}",
    f"CREATE POLICY friendly ON accounts FOR SELECT TO crm_partner {OPEN}": (
        "Policy friendly on accounts opens rows to crm_partner that are not shared: DROP POLICY friendly ON accounts."
    ),
}


@pytest.mark.parametrize(("statement", "line"), WRONG.items())
async def test_whatever_opens_more_to_outsiders_keeps_the_process_from_serving(
    cluster: Cluster, scratch_database: str, statement: str, line: str
):
    await execute(cluster.superuser_url(scratch_database), statement)
    assert await boot_problems(cluster.urls(scratch_database)) == [f"CRM_PARTNER_DATABASE_URL: {line}"]


async def test_outsiders_are_served_by_no_other_login(cluster: Cluster, scratch_database: str):
    urls = cluster.urls(scratch_database)
    found = await partner_problems(urls.app, granted_columns())
    assert found == ["crm_app sees what is not shared with outsiders: log in as crm_partner."]


async def test_readiness_and_metrics_speak_of_the_pool_for_outsiders_too(
    cluster: Cluster, scratch_database: str, tmp_path: Path
):
    settings = Settings(data_dir=tmp_path, metrics_token=SecretStr("operator"))

    async def asked(path: str) -> httpx.Response:
        app = create_app(settings, cluster.urls(scratch_database), b"r" * 32)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
            return await client.get(path, headers={"authorization": "Bearer operator"})

    assert (await asked("/readyz")).status_code == 200
    await execute(cluster.superuser_url(scratch_database), "GRANT SELECT (notes) ON opportunities TO crm_partner")
    unready = await asked("/readyz")
    assert (unready.status_code, unready.json()) == (503, {"status": "unavailable", "problems": 1})
    shown = (await asked("/metrics")).text
    for login in ("crm_app", "crm_partner"):
        assert f'crm_pool_busy{{login="{login}"}} 0.0' in shown
        assert f'crm_pool_waiting{{login="{login}"}} 0.0' in shown
