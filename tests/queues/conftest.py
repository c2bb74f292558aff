from tests.graphql_client import app, graphql

__all__ = ["app", "graphql"]
