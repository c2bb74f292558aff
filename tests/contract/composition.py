"""`python -m tests.contract.composition NODE`: our subgraph composes with another one, by two independent composers.

They are npm's `@apollo/composition` and `@theguild/federation-composition`; the other subgraph extends Account by its
key.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType

from api.schema import schema
from api.schema.federation import subgraph

SCRIPT = Path(__file__).resolve().parents[2] / "clients/contract/compose.mjs"
COMPOSERS = ("@apollo/composition", "@theguild/federation-composition")
ADDED = {"Account": {"loyaltyPoints"}, "Query": {"carts"}}  # by the other subgraph
PATIENCE_SECONDS = 60


def main(arguments: Sequence[str]) -> int:
    [node] = arguments
    results = composed(node, subgraph().sdl)
    problems = [problem for name in COMPOSERS for problem in found(name, results.get(name, {}))]
    for problem in problems:
        print(problem)
    print(f"composition: {len(COMPOSERS)} composers, {len(problems)} problems")
    return 1 if problems else 0


def composed(node: str, sdl: str) -> dict[str, Mapping[str, Any]]:
    """Composer → its errors, and the types and keys of its supergraph."""
    with tempfile.NamedTemporaryFile("w", suffix=".graphql", encoding="utf-8") as file:
        file.write(sdl)
        file.flush()
        done = subprocess.run(
            [node, str(SCRIPT), file.name], stdout=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS, check=True
        )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {result["composer"]: result for result in results}


def found(composer: str, result: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong: an error, or a type, a field or a key that is not as both subgraphs have it."""
    yield from (f"{composer}: {error}" for error in result.get("errors", ["it said nothing"]))
    types, keys = result.get("types", {}), result.get("keys", {})
    for name, type_ in schema.core.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            expected = set(type_.fields) | ADDED.get(name, set())
            if set(types.get(name, ())) != expected:
                yield f"{composer}: {name} has the fields {types.get(name)}, expected {sorted(expected)}"
    for name in subgraph().prefixes:
        if "CRM" not in keys.get(name, ()):
            yield f"{composer}: {name} cannot be found by its key"
    if set(keys.get("Account", ())) != {"CRM", "SHOP"}:
        yield f"{composer}: Account is not shared by its key"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
