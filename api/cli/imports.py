"""`crm import maven-crm | accounts`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from .database import Database, open_database
from .importing import Importing, MappingFile, Records, Report, count_inserts, count_rows, load_mapping
from .importing.report import report_path
from .output import AsJson, CommandRefused, progress, say

app = typer.Typer(
    no_args_is_help=True,
    help="Load records from files through the same commands the API uses. A second run changes nothing.",
)

MAPPINGS = Path(__file__).resolve().parents[1] / "mappings"

IntoTenant = Annotated[str, typer.Option("--tenant", help="Name of the tenant that gets the records.")]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help="File for rejected rows; default is a new one in the working folder.")
]


@app.command(
    "maven-crm",
    help="Load the public CRM Sales Opportunities files: accounts, products, sales_teams and sales_pipeline, all .csv.",
)
def maven_crm(
    folder: Annotated[Path, typer.Argument(help="The folder that holds the four files.")],
    tenant: IntoTenant,
    report: ReportFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    mapping = load_mapping(MAPPINGS / "maven-crm.toml")
    if not folder.is_dir():
        raise CommandRefused("NOT_FOUND", f"There is no folder {folder}: name the one that holds the files.")
    paths = {records.file: folder / records.file for records in mapping.records if records.file}
    for path in paths.values():
        refuse_missing(path)
    run("maven-crm", mapping, lambda records: paths[records.file or ""], tenant, report, as_json=as_json)


@app.command(help="Load customers, their contacts, employees and products of the public Northwind script.")
def northwind(
    folder: Annotated[Path, typer.Argument(help="The folder that holds northwind.sql.")],
    tenant: IntoTenant,
    report: ReportFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    mapping = load_mapping(MAPPINGS / "northwind.toml")
    script = folder / "northwind.sql"
    refuse_missing(script)
    run("northwind", mapping, lambda _records: script, tenant, report, as_json=as_json)


@app.command(
    help="Load accounts from a file of your own, as a mapping says; api/mappings/accounts-example.toml is one."
)
def accounts(
    file: Annotated[Path, typer.Argument(help="A CSV file with headings in its first line.")],
    tenant: IntoTenant,
    mapping_file: Annotated[Path, typer.Option("--map", help="The mapping, a TOML file.")],
    report: ReportFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    mapping = load_mapping(mapping_file)
    for records in mapping.records:
        if records.kind != "account" or records.file is not None:
            reason = "this command takes accounts from one file: remove other kinds and `file`"
            raise CommandRefused("MAPPING", f"{mapping_file}: {reason}.")
    refuse_missing(file)
    run("accounts", mapping, lambda _records: file, tenant, report, as_json=as_json)


def run(
    recipe: str,
    mapping: MappingFile,
    path_of: Callable[[Records], Path],
    tenant: str,
    report_file: Path | None,
    *,
    as_json: bool,
) -> None:
    path = report_file or report_path(f"crm-import-{recipe}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.csv")
    total = sum(rows_of(records, path_of(records)) for records in mapping.records)
    with open_database() as database, Report(path) as report, progress("Importing", total) as advance:
        asyncio.run(import_into(database, tenant, mapping, report, recipe, path_of, advance))
    if not as_json:
        for kind, facts in report.facts()["kinds"].items():
            typer.echo(f"{kind}: {facts['read']} at {facts['rows_per_second']} a second")
    say(report.line(), report.facts(), as_json=as_json)
    raise typer.Exit(code=1 if report.counts.rejected else 0)


async def import_into(
    database: Database,
    tenant: str,
    mapping: MappingFile,
    report: Report,
    recipe: str,
    path_of: Callable[[Records], Path],
    advance: Callable[[int], None],
) -> None:
    found = await database.tenant(tenant)
    async with database.sessions() as sessions:
        await Importing(sessions, found.id, mapping, report, f"import {recipe}", advance).run(path_of)


def rows_of(records: Records, path: Path) -> int:
    return count_rows(path) if records.table is None else count_inserts(path, records.table)


def refuse_missing(path: Path) -> None:
    if not path.is_file():
        raise CommandRefused("NOT_FOUND", f"There is no file {path}: name the right place.")
