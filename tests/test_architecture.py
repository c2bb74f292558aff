"""The rules of the house that ruff, mypy and import-linter cannot say."""

import ast
import importlib
import pkgutil
import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import api.domain
from api.domain.access.capabilities import owners
from api.domain.kernel import Event, camel, guarded_fields, records, shown_columns
from api.domain.kernel.errors import DomainError
from api.domain.kernel.model import Model, Part, Record
from tests.conftest import LONGEST

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "api").rglob("*.py"))
FOLDERS = sorted({path.parent.relative_to(ROOT).as_posix() for path in MODULES})

# The wire form of every id, for ever: a client may have stored any of them (decision 9).
WIRE_PREFIXES = {
    "Account": "acc",
    "AccountContact": "aco",
    "BusinessHours": "bhr",
    "Case": "cas",
    "KnowledgeArticle": "kba",
    "SatisfactionRequest": "sat",
    "Certification": "cer",
    "Contact": "con",
    "CommissionPlan": "cpl",
    "DealRegistration": "dlr",
    "Entitlement": "ent",
    "EscalationRule": "esr",
    "FieldProfile": "fpr",
    "HolidayCalendar": "hol",
    "Identity": "idn",
    "Invitation": "inv",
    "Lead": "lea",
    "Opportunity": "opp",
    "OpportunityContactRole": "ocr",
    "OpportunityLine": "opl",
    "PartnerLeadOffer": "plo",
    "PartnerLeadProfile": "plp",
    "PartnerCertification": "pce",
    "PartnerCommission": "pco",
    "PartnerCommissionEntry": "pcn",
    "PartnerCommissionStatement": "pcs",
    "PartnerFundAllocation": "mda",
    "PartnerFundClaim": "mdc",
    "PartnerFundRequest": "mdf",
    "PartnerMarketingBudget": "mdb",
    "PartnerMembership": "pmb",
    "PartnerProgram": "prg",
    "PartnerTier": "pti",
    "PartnerUser": "pus",
    "Pipeline": "pip",
    "Product": "prd",
    "Queue": "que",
    "RecordShare": "shr",
    "Role": "rol",
    "SlaPolicy": "sla",
    "Stage": "stg",
    "Team": "tea",
    "Tenant": "ten",
    "Token": "tok",
    "User": "usr",
    "WebhookEndpoint": "whk",
}


def test_a_slice_is_entered_by_its_front_door():
    """`from api.domain import accounts`, never `from api.domain.accounts.models import …`."""
    trespasses = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in MODULES
        for line, module in absolute_imports(path)
        if (parts := tuple(module.split(".")))[:2] == ("api", "domain")
        and len(parts) > 3
        and parts[2] != "kernel"
        and parts[:3] != path.relative_to(ROOT).parts[:3]
    ]
    assert trespasses == []


def test_a_module_fits_in_400_lines_and_a_function_in_60():
    lengths = {path.relative_to(ROOT).as_posix(): path.read_text("utf8").count("\n") for path in MODULES}
    too_long = [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > 400]
    too_long += [
        f"{path.relative_to(ROOT)}:{function.lineno}: {function.name} has {length} lines"
        for path in MODULES
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > 60
    ]
    assert too_long == []


def test_imports_stand_at_the_top():
    inside = [
        f"{path.relative_to(ROOT)}:{node.lineno}: in {function.name}"
        for path in MODULES
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_a_module_is_named_for_what_it_holds():
    names = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    folders = {"utils", "helpers", "common"}
    assert [path for path in MODULES if path.stem in names or path.parent.name in folders] == []


def test_every_compiler_pass_shows_an_example():
    passes = [path for path in (ROOT / "api/compiler/passes").glob("*.py") if path.stem != "__init__"]
    assert [path.stem for path in passes if ">>> " not in path.read_text("utf8")] == []


def test_every_refusal_says_when_it_happens_and_has_a_code():
    import_everything_of(api.domain.__name__)
    mute = [
        refusal.__qualname__
        for refusal in subclasses(DomainError)
        # a dataclass without a docstring gets its signature as one
        if not refusal.__doc__
        or refusal.__doc__.startswith(f"{refusal.__name__}(")
        or not re.fullmatch(r"[A-Z][A-Z_]+", getattr(refusal, "code", ""))
    ]
    assert mute == []


def test_no_type_of_event_tells_of_a_field_that_may_be_hidden():
    import_everything_of(api.domain.__name__)
    open_ = {
        record.object: {shown.name for shown in shown_columns(record)} - set(guarded_fields(record))
        for record in records().values()
    }
    parts = [mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Part)]
    for part in parts:  # parts with a field that may be hidden are told of by nobody
        if not guarded_fields(part):
            for whole in owners(part):
                open_[whole].add(camel(part.field))
    types = {event.type: getattr(event, "tells", ()) for event in subclasses(Event)}
    assert types["opportunity.won"] == ("status",)
    assert {type_: tells for type_, tells in types.items() if not set(tells) <= open_[type_.partition(".")[0]]} == {}
    assert [type_ for type_, tells in types.items() if not tells] == []


def test_no_two_records_share_an_id_prefix_and_none_was_renamed():
    import_everything_of(api.domain.__name__)
    records = [mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Record)]
    prefixes = sorted((record.__name__, record.prefix) for record in records)
    assert prefixes == sorted(item for item in WIRE_PREFIXES.items() if item[0] in dict(prefixes))
    assert len({prefix for _, prefix in prefixes}) == len(prefixes)


def test_the_code_map_names_every_folder():
    named = (ROOT / "README.md").read_text("utf8")
    assert [folder for folder in FOLDERS if f"{folder}/" not in named] == []


def test_no_file_names_a_path_of_a_machine_or_a_registry():
    """A fresh clone anywhere, against any mirror, must work: nothing here may point at where it was written."""
    homes = {str(place) for place in (ROOT, Path.home()) if place.is_absolute() and len(place.parts) > 1}
    machine = [rf"(?<![\w.}}]){re.escape(home)}(?![\w-])" for home in homes]
    machine += [r"(?<![\w.}])/(?:home|Users)/\w+/"]
    registry = ["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"]
    forbidden = re.compile("|".join(machine + registry))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in kept_files()
        for number, line in enumerate(path.read_text("utf8", errors="replace").split("\n"), 1)
        if (match := forbidden.search(line))
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_every_package_with_hashes_and_names_no_address(name: str):
    text = (ROOT / name).read_text("utf8")
    pins = [line for line in text.split("\n") if re.match(r"[a-z0-9]", line)]
    assert [pin for pin in pins if not re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+ .*\\$", pin)] == []
    assert text.count("--hash=sha256:") >= len(pins) > 30
    assert "://" not in text
    assert not re.search(r"^(-|--)", text, re.MULTILINE)


def test_the_development_lock_holds_the_same_versions_as_the_released_one():
    released, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: development.get(name) for name in released} == released


def test_decision_records_are_numbered_without_a_gap_and_have_their_five_parts():
    records = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(path.stem[:4]) for path in records] == list(range(1, len(records) + 1))
    parts = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
    headings = {path.stem: re.findall(r"^## (.+)$", path.read_text("utf8"), re.MULTILINE) for path in records}
    assert headings == dict.fromkeys(headings, parts)


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))
    listed = [*project["project"]["dependencies"], *chain.from_iterable(project["dependency-groups"].values())]
    names = [re.split(r"[\[><=]", requirement)[0] for requirement in listed]
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf8")
    assert [name for name in names if f"`{name}`" not in reasons] == []


def absolute_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported by its full name; a module imported by name counts as itself."""
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            folder = ROOT / node.module.replace(".", "/")
            for alias in node.names:
                is_module = (folder / f"{alias.name}.py").exists()
                yield node.lineno, f"{node.module}.{alias.name}" if is_module else node.module


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def subclasses(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        if child.__module__.startswith("api."):
            yield child
        yield from subclasses(child)


def import_everything_of(package: str) -> None:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)


def kept_files() -> list[Path]:
    """What is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", (ROOT / name).read_text("utf8"), re.MULTILINE))


def test_the_files_of_tests_that_begin_are_there():
    assert [file for file in LONGEST if not (ROOT / file).is_file()] == []
