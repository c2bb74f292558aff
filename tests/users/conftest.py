import pytest

pytest.register_assert_rewrite("tests.record_writes")

from tests.graphql_client import app, graphql  # noqa: E402 - the rewrite must be known before anything imports it

__all__ = ["app", "graphql"]
