"""The log: one JSON line per event, nothing of a person in it, wherever the event comes from."""

import io
import logging
from collections.abc import Iterator

import orjson
import pytest

from api import telemetry


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    telemetry.configure("info", stream)
    yield stream
    telemetry.configure("error")


def read(stream: io.StringIO) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_holds_what_is_allowed_and_nothing_else(lines: io.StringIO):
    telemetry.log(logging.INFO, "request", status=200, code=None, email="ada@example.com", variables={"a": 1})
    (line,) = read(lines)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {"event": "request", "level": "info", "status": 200}


def test_a_line_below_the_level_is_not_written(lines: io.StringIO):
    telemetry.log(logging.DEBUG, "request")
    assert read(lines) == []


def test_the_lines_of_libraries_lose_their_arguments(lines: io.StringIO):
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("asyncio").error("Task of %s failed", "ada@example.com")
    logging.getLogger("sqlalchemy").info("SELECT 'ada@example.com'")
    first, second = read(lines)
    assert (first["logger"], first["reason"]) == ("uvicorn.error", "Invalid HTTP request received.")
    assert (second["logger"], second["level"]) == ("asyncio", "error")
    assert "reason" not in second
    assert "ada@example.com" not in lines.getvalue()


def test_an_exception_is_told_by_its_class_and_place(lines: io.StringIO):
    try:
        dict[str, int]()["ada@example.com"]
    except KeyError:
        logging.getLogger("asyncio").exception("failed")
    (line,) = read(lines)
    assert line["exception"] == "builtins.KeyError"
    assert "test_telemetry.py" in str(line["frames"])
    assert "ada@example.com" not in lines.getvalue()


def test_stages_follow_each_other_and_end_in_the_total():
    timings = telemetry.Timings()
    timings.mark("parse")
    timings.mark("sql")
    stages = [stage.split(";dur=") for stage in timings.header().split(", ")]
    assert [name for name, _ in stages] == ["parse", "sql", "total"]
    assert float(stages[0][1]) + float(stages[1][1]) <= float(stages[2][1]) + 0.02
