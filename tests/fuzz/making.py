"""Operations made by hypothesis-graphql and, wrong on purpose, by Schemathesis; one root field each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import schemathesis
from graphql import DocumentNode, GraphQLSchema, parse, print_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from hypothesis_graphql import strategies as graphql_strategies
from schemathesis import GenerationMode

from tests.fuzz.scalars import Ids, Values, strategies

SDL = Path(__file__).parents[2] / "api/schema/schema.graphql"
PER_FIELD = 20  # operations of one root field of one thinned schema
WRONG_SHARE = 0.2
NULL_SHARE = 0.3  # of the rest: null wherever null may be
QUERY_SHARE = 0.5


@dataclass(frozen=True)
class Made:
    """A generated document, and who has made it."""

    maker: str
    field: str
    text: str


def committed() -> DocumentNode:
    return parse(SDL.read_text("utf8"), no_location=True)


def operations(ids: Ids, number: int, thin: Any) -> Iterator[Made]:
    """Without an end; the same for the same number, which is that of the first draw. `thin`: `thinning.thinned`."""
    random, document, custom = Random(number), committed(), strategies(ids)
    for name, strategy in custom.items():
        schemathesis.graphql.scalar(name, strategy)
    while True:
        schema = thin(document, random)
        for _ in range(6):
            yield from of_one_field(schema, custom, random)


def of_one_field(schema: GraphQLSchema, custom: dict[str, Values], random: Random) -> Iterator[Made]:
    kind = "query" if random.random() < QUERY_SHARE else "mutation"
    root = schema.query_type if kind == "query" else schema.mutation_type
    assert root is not None
    field = random.choice(sorted(root.fields))
    if random.random() < WRONG_SHARE:
        maker, strategy = "schemathesis", wrong(schema, root.name, field)
    else:
        maker = "hypothesis-graphql"
        make = graphql_strategies.queries if kind == "query" else graphql_strategies.mutations
        null = random.random() < NULL_SHARE
        strategy = make(schema, fields=[field], custom_scalars=custom, allow_x00=False, allow_null=null)
    for text in drawn(strategy, random.randrange(2**32)):
        yield Made(maker, f"{kind} {field}", text)


def wrong(schema: GraphQLSchema, root: str, field: str) -> SearchStrategy[str]:
    """Operations with an argument that does not fit its type."""
    loaded = schemathesis.graphql.from_file(print_schema(schema))
    return loaded[root][field].as_strategy(generation_mode=GenerationMode.NEGATIVE).map(lambda case: str(case.body))


def drawn(strategy: SearchStrategy[str], number: int) -> list[str]:
    """A few examples of a strategy, without running anything; none if it cannot think of any."""
    found: list[str] = []

    @seed(number)
    @settings(
        max_examples=PER_FIELD,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(text: str) -> None:
        found.append(text)

    with suppress(Unsatisfiable):  # not every field of a thinned schema has an argument that can be wrong
        keep()
    return found
