"""The judges of others are pinned, have a reason, and their verdict is told as it was given."""

import json
from pathlib import Path

import pytest

from tests.contract import subscriptions
from tests.contract.conformance import AUDITS, Audit, closing_line, passed
from tests.contract.subscriptions import CHECKS, Check

ROOT = Path(__file__).resolve().parents[2]


def test_packages_are_pinned_by_hash_and_by_no_address_and_have_a_reason():
    folder = ROOT / "clients/contract"
    lock = json.loads((folder / "package-lock.json").read_text("utf8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
    versions = json.loads((folder / "package.json").read_text("utf8"))["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in versions} == versions
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf8").partition("clients/contract")[2]
    assert [name for name in versions if f"`{name}`" not in reasons] == []


@pytest.mark.parametrize(
    ("statuses", "line", "good"),
    [
        (["ok"] * AUDITS, "conformance: 61 ok, 0 warn, 0 error", True),
        (["ok"] * (AUDITS - 1), "conformance: 60 ok, 0 warn, 0 error", False),
        (["ok"] * AUDITS + ["warn"], "conformance: 61 ok, 1 warn, 0 error", False),
        (["ok"] * 59 + ["notice", "error"], "conformance: 59 ok, 1 warn, 1 error", False),
        ([], "conformance: 0 ok, 0 warn, 0 error", False),
    ],
)
def test_anything_but_every_audit_passed_is_a_failure(statuses: list[str], line: str, good: bool):
    audits = [Audit(str(at), "SHOULD", status) for at, status in enumerate(statuses)]
    assert (closing_line(audits), passed(audits)) == (line, good)


@pytest.mark.parametrize(
    ("reasons", "line", "good"),
    [
        ([None] * CHECKS, "subscriptions: 16 checks, 0 failed", True),
        ([None] * (CHECKS - 1), "subscriptions: 15 checks, 0 failed", False),
        ([None] * CHECKS + ["close 4400"], "subscriptions: 17 checks, 1 failed", False),
        ([], "subscriptions: 0 checks, 0 failed", False),
    ],
)
def test_anything_but_every_check_of_the_clients_passed_is_a_failure(reasons: list[str | None], line: str, good: bool):
    checks = [Check("graphql-ws", str(at), reason) for at, reason in enumerate(reasons)]
    assert (subscriptions.closing_line(checks), subscriptions.passed(checks)) == (line, good)
