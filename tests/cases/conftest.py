from tests.graphql_client import app, graphql
from tests.sharing.conftest import world

__all__ = ["app", "graphql", "world"]
