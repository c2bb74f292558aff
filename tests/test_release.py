"""The released wheel is complete and works alone, in an empty virtual environment and an empty folder."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from api.http.ide import BUNDLE

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the wheel; its dependencies are read from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin/python"
    run(
        [
            sys.executable,
            "-m",
            "pip",
            f"--python={python}",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            str(wheel),
        ],
        folder,
    )
    [site_packages] = folder.glob("lib/python*/site-packages")
    # a path in a .pth file adds that folder alone: the editable install beside the dependencies is not followed
    (site_packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], "utf8")
    return folder


def test_the_wheel_holds_migrations_mappings_and_the_public_schema_but_no_tests(wheel: Path):
    names = set(ZipFile(wheel).namelist())
    for folder, ending in (("api", ".py"), ("api/mappings", ".toml")):
        kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(f"*{ending}")}
        assert kept
        assert kept - names == set()
    migrations = {f"api/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "migrations").rglob("*.py")}
    assert migrations | {"api/migrations/script.py.mako", "api/schema/schema.graphql"} <= names
    assert {name.split("/")[0] for name in names} == {"api", f"{wheel.name.rsplit('-', 3)[0]}.dist-info"}
    assert [name for name in names if "test" in name or name.endswith(".pyc")] == []


@pytest.mark.skipif(not (BUNDLE / "index.html").is_file(), reason="GraphiQL is not built: make ide")
def test_the_wheel_holds_the_built_page_with_the_licences_of_what_is_in_it(wheel: Path):
    built = {path.relative_to(ROOT).as_posix() for path in BUNDLE.rglob("*") if path.is_file()}
    names = set(ZipFile(wheel).namelist())
    assert len(built) > 10
    assert {name for name in names if name.startswith("api/http/ide_bundle/")} == built
    assert "api/http/ide_bundle/licenses.md" in built


def test_the_installed_code_is_the_wheel_and_not_the_checkout(installed: Path, tmp_path: Path):
    where = run([str(installed / "bin/python"), "-c", "import api; print(api.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(installed)


def test_the_installed_command_prints_its_help_and_the_committed_schema(installed: Path, tmp_path: Path):
    crm = str(installed / "bin/crm")
    assert "Usage: crm" in run([crm, "--help"], tmp_path)
    assert run([crm, "schema", "print"], tmp_path) == (ROOT / "api/schema/schema.graphql").read_text("utf8")
    assert list(tmp_path.iterdir()) == []


def run(command: list[str], folder: Path) -> str:
    """Standard output of a command that has nothing of the checkout around it: not its folder, home or variables."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
