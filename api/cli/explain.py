"""`crm explain`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)
from sqlalchemy import select

from api.compiler import Column, Entity, RequestError, RequestErrors, Value
from api.db.pool import ReadPool
from api.domain import access
from api.domain.kernel import PrincipalKind, Viewer, fold
from api.domain.users import User
from api.schema import schema
from api.schema.reading import Reads

from .database import Database, TenantFacts, open_database, operate
from .output import CommandRefused

app = typer.Typer()

WIDEST = 100
UNTOLD = (FieldNode, Mapping, Value)  # of the document and the schema; the passes make of them what is shown


@app.command(help="Show the plan of a query after each pass, its SQL, and what PostgreSQL does with it.")
def explain(
    file: Annotated[Path, typer.Argument(help="A file with a GraphQL query.")],
    role: Annotated[str, typer.Option("--as", help="admin, sales_rep or read_only.")],
    variables: Annotated[str, typer.Option(help="Values of its variables, a JSON object.")] = "{}",
    operation: Annotated[str | None, typer.Option(help="Which operation, if the file has several.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose data.")] = "demo",
    user: Annotated[str | None, typer.Option(help="Name of the person who asks, for roles that see their own.")] = None,
) -> None:
    if role not in access.SHIPPED:
        raise CommandRefused("INVALID", f"There is no role {role!r}; the roles are {', '.join(access.SHIPPED)}.")
    document = document_of(file)
    chosen = get_operation_ast(document, operation)
    if chosen is None or chosen.operation is not OperationType.QUERY:
        raise CommandRefused("INVALID", f"{file} must hold one query; of several name one with --operation.")
    values = values_of(variables)
    with open_database() as database:
        try:
            asyncio.run(show(database, Question(document, chosen, values), tenant, user, role))
        except RequestErrors as error:
            raise CommandRefused(error.code, *(one.message for one in error.errors)) from error
        except RequestError as error:
            raise CommandRefused(error.code, error.message) from error


class Question:
    """What is asked: a query of a document, and its variables."""

    def __init__(self, document: DocumentNode, query: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        self.document, self.query, self.variables = document, query, variables


async def show(database: Database, question: Question, tenant: str, user: str | None, role: str) -> None:
    viewer = await viewer_of(database, await database.tenant(tenant), user, role)
    reads = Reads(schema.core, schema.catalog, ReadPool(database.urls.app), database.secret())
    variables, _ = reads.coerced(question.query, question.variables)

    def watch(name: str, plan: Any) -> None:
        heading(f"Plan after {name}")
        for _, roots in plan.roots:
            for root in () if isinstance(roots, str) else roots:
                typer.echo("\n".join(lines_of(root)))

    visibility = reads.visibility(viewer)
    statement = reads.compiler.operation(question.document, question.query, variables, visibility, watch)
    heading("SQL")
    typer.echo(statement.text)
    heading("Parameters")
    parameters = statement.parameters(reads.request(viewer, variables))
    typer.echo("\n".join(f"${number} = {shortened(value)}" for number, value in enumerate(parameters, 1)))
    heading("PostgreSQL")
    connection = await asyncpg.connect(database.urls.app)
    try:
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {statement.text}", *parameters)
    finally:
        await connection.close()
    typer.echo("\n".join(row[0] for row in rows))


async def viewer_of(database: Database, tenant: TenantFacts, user: str | None, role: str) -> Viewer:
    """The named person in the role; without a name somebody who owns nothing."""
    capability = access.shipped(role)
    if user is None:
        return Viewer(tenant.id, tenant.id, PrincipalKind.INTEGRATION, "crm explain", capability)
    async with database.sessions() as sessions, operate(sessions, tenant.id, "explain") as work:
        query = select(User).where(User.tenant_id == tenant.id, User.name_sort == fold(user))
        person = (await work.session.scalars(query)).first()
    if person is None:
        raise CommandRefused("NOT_FOUND", f"Nobody in the tenant {tenant.name} is named {user!r}.")
    return Viewer(tenant.id, person.id, PrincipalKind.STAFF, person.name, capability, person.id)


def document_of(file: Path) -> DocumentNode:
    try:
        document = parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandRefused("NOT_FOUND", f"{file} cannot be read ({error.strerror}): name another file.") from error
    except UnicodeDecodeError as error:
        raise CommandRefused("INVALID", f"{file} is not UTF-8.") from error
    except GraphQLError as error:
        raise CommandRefused("PARSE_FAILED", place_of(file, error)) from error
    if wrong := validate(schema.core, document):
        raise CommandRefused("VALIDATION_FAILED", *(place_of(file, error) for error in wrong))
    return document


def place_of(file: Path, error: GraphQLError) -> str:
    place = f":{error.locations[0].line}:{error.locations[0].column}" if error.locations else ""
    return f"{file}{place}: {error.message}"


def values_of(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise CommandRefused("INVALID", f"--variables is not JSON ({error}).") from error
    if not isinstance(values, dict):
        raise CommandRefused("INVALID", '--variables is not a JSON object, such as {"first": 10}.')
    return values


def lines_of(part: Any, depth: int = 0, name: str = "") -> list[str]:
    """A part of the plan, one line for each: its own values, then the parts inside it, indented."""
    own, inside = [], []
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, UNTOLD) or (isinstance(value, str | tuple | bool | None) and not value):
            continue
        trees = trees_in(field.name, value)
        if trees is None:
            own.append(f"{field.name}={shortened(value)}")
        else:
            inside += trees
    label = f"{name}: " if name else ""
    found = [f"{'  ' * depth}{label}{type(part).__name__}({', '.join(own)})"]
    for field_name, one in inside:
        found += lines_of(one, depth + 1, field_name)
    return found


def trees_in(name: str, value: Any) -> list[tuple[str, Any]] | None:
    """The parts of the plan that a value is, each with its name; None for a value that is no part."""
    if is_part(value):
        return [(name, value)]
    if not isinstance(value, tuple):
        return None
    if all(is_part(one) for one in value):
        return [(name, one) for one in value]
    if all(isinstance(one, tuple) and is_part(one[-1]) for one in value):
        return [(f"{name} {one[0]}", one[-1]) for one in value]
    return None


def is_part(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, Entity | Column)


def shortened(value: Any) -> str:
    if isinstance(value, Entity):
        return value.name
    if isinstance(value, Column):
        return value.name
    if callable(value):
        return "…"
    text = repr(value)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"


def heading(text: str) -> None:
    typer.secho(f"\n── {text}", bold=True)
