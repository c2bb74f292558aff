from tests.graphql_client import app, graphql
from tests.partner_programs.conftest import world

__all__ = ["app", "graphql", "world"]
