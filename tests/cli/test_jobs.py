import json
import re

from tests.cli.conftest import Asking, Crm

INSERT = """
INSERT INTO jobs (tenant_id, id, kind, key, payload, due_at, state, attempts, crashes, last_error, created_at,
                  finished_at)
SELECT id, ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'reminder', 'key ' || n, '{"n": 1}',
       '2026-03-02T09:15:00Z', state, 2, 3, 'ValueError', '2026-03-02T09:00:00Z',
       CASE WHEN state <> 'WAITING' THEN '2026-03-02T09:16:00Z'::timestamptz END
  FROM tenants, unnest('{WAITING,QUARANTINED,DONE}'::text[]) WITH ORDINALITY AS job (state, n)
"""
ID = "00000000-0000-7000-8000-00000000000"


def test_jobs_are_listed_by_state_kind_and_tenant(crm: Crm, asking: Asking):
    assert crm("jobs", "list").out == "There are no such jobs.\n"
    crm("tenant", "create", "maven")
    asking.execute(INSERT)

    every = json.loads(crm("jobs", "list", "--json").out)["jobs"]
    assert [(job["tenant"], job["kind"], job["key"], job["state"]) for job in every] == [
        ("maven", "reminder", "key 1", "WAITING"),
        ("maven", "reminder", "key 2", "QUARANTINED"),
        ("maven", "reminder", "key 3", "DONE"),
    ]
    assert re.search(rf"{ID}2 .*QUARANTINED", crm("jobs", "list", "--state", "quarantined").out)
    assert len(json.loads(crm("jobs", "list", "--state", "QUARANTINED", "--json").out)["jobs"]) == 1
    assert json.loads(crm("jobs", "list", "--kind", "other", "--json").out)["jobs"] == []
    assert crm("jobs", "list", "--tenant", "nobody").code == 1


def test_one_job_is_shown_with_all_there_is(crm: Crm, asking: Asking):
    crm("tenant", "create", "maven")
    asking.execute(INSERT)

    shown = json.loads(crm("jobs", "show", f"{ID}2", "--json").out)
    assert (shown["payload"], shown["attempts"], shown["crashes"], shown["last_error"]) == (
        '{"n": 1}',
        2,
        3,
        "ValueError",
    )
    assert "state: QUARANTINED" in crm("jobs", "show", f"{ID}2").out
    missing = crm("jobs", "show", f"{ID}9")
    assert (missing.code, missing.err) == (
        1,
        f"NOT_FOUND: There is no job {ID}9: `crm jobs list` shows those there are.\n",
    )


def test_only_what_is_over_is_run_again_and_begins_from_nothing(crm: Crm, asking: Asking):
    crm("tenant", "create", "maven")
    asking.execute(INSERT)

    again = crm("jobs", "retry", f"{ID}2")
    assert (again.code, again.out) == (0, "reminder key 2 waits to be run again.\n")
    rows = asking.rows(
        "SELECT state, attempts, crashes, finished_at, due_at > created_at FROM jobs WHERE key = 'key 2'"
    )
    assert rows == [("WAITING", 0, 0, None, True)]
    for number, state in ((1, "WAITING"), (2, "WAITING"), (3, "DONE")):
        refused = crm("jobs", "retry", f"{ID}{number}")
        reason = "only one that has failed or is in quarantine is run again"
        assert (refused.code, refused.err) == (1, f"ILLEGAL_TRANSITION: The job is {state}: {reason}.\n")


def test_a_job_whose_successor_waits_is_not_run_again(crm: Crm, asking: Asking):
    crm("tenant", "create", "maven")
    asking.execute(INSERT)
    asking.execute("UPDATE jobs SET key = 'key 1' WHERE key = 'key 2'")

    refused = crm("jobs", "retry", f"{ID}2")

    assert refused.err == (
        "ILLEGAL_TRANSITION: The job is QUARANTINED: another one of its kind and key waits already.\n"
    )
    assert asking.value("SELECT count(*) FROM jobs WHERE state = 'QUARANTINED'") == 1
