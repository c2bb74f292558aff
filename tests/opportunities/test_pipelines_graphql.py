"""Pipelines and stages through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work
from api.domain.users import User
from tests.factories import a_pipeline
from tests.graphql_client import Client
from tests.record_writes import RecordWrites


class TestPipeline(RecordWrites):
    noun, type_name = "pipeline", "Pipeline"
    new: ClassVar[Mapping[str, Any]] = {"name": "Renewals"}
    change: ClassVar[Mapping[str, Any]] = {"strictOrder": True, "currency": "EUR"}
    shown = "name currency strictOrder stages(orderBy: [{field: POSITION}]) { nodes { name kind probability } }"
    natural: ClassVar[tuple[str, Any]] = ("name", "RENEWALS")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 5, "Restore": 5, "BulkUpsert": 4}


class TestStage(RecordWrites):
    noun, type_name = "stage", "Stage"
    new: ClassVar[Mapping[str, Any]] = {"name": "Demo", "probability": 40, "pipeline": {"name": "Sales"}}
    change: ClassVar[Mapping[str, Any]] = {"maxDays": 14, "probability": 45}
    shown = "name position kind probability maxDays forecastCategory pipeline { name }"
    natural: ClassVar[tuple[str, Any]] = ("byName", {"pipeline": "SALES", "name": "demo"})
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {
        "Create": 10,
        "Update": 10,
        "Archive": 7,
        "Restore": 6,
        "BulkUpsert": 11,
    }
    most = 30  # a pipeline has at most 50 stages

    @pytest.fixture(autouse=True)
    async def ready(self, work: Work) -> None:
        await a_pipeline(work)
        await work.finish()

    async def of(self, graphql: Client, person: User) -> str:
        await graphql('mutation { pipelineCreate(input: {name: "Sales"}) { outcome } }', user=person)
        return await super().of(graphql, person)
