"""What the server says about itself: one JSON line per event without personal data, and where a request's time went.

Only the keys named here are ever logged, so that no variable, no text of a user and no token can slip in.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple, TextIO

import orjson
import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "path",
        "status",
        "duration_ms",
        "operation_type",
        "document",  # first digits of its SHA-256
        "tenant",
        "principal",
        "code",
        "exception",  # the class, never the message
        "sqlstate",
        "constraint",  # its name, one of ours
        "frames",
        "logger",
        "address",
        "reason",  # texts of our own, for the operator
        "database_ms",
        "statements",  # how many
        "cost",
        "plan",  # kinds of nodes, tables and indexes, no values
    }
)
STACK_DEPTH = 25
TELLING_NOTHING = ("uvicorn.",)  # loggers whose texts, without their arguments, hold nothing of a person


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send our log and the log of libraries to `stream`, standard error by default."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allowed_only,
            structlog.processors.JSONRenderer(serializer=line_of),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: Lines(stream),
        cache_logger_on_first_use=False,
    )
    held.logger = structlog.get_logger().bind()
    held.requests = Lines(stream) if threshold <= logging.INFO else None
    handler = Forward()
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def line_of(event: Any, **_options: Any) -> str:
    return orjson.dumps(event, default=str).decode()


class Held:
    """The logger as it was last configured: to make one costs more than to write a line.

    `requests`: where the line of each request goes, if it is written at all.
    """

    logger: Any = structlog.get_logger()
    requests: Lines | None = None


class Lines:
    """Writes each event as one line, to `stream` or to what is standard error at that moment."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        (self._stream or sys.stderr).write(f"{line}\n")  # standard error sends each line by itself

    debug = info = warning = error = critical = msg


held = Held()


def allowed_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog."""
    return {key: value for key, value in event.items() if key in ALLOWED}


class Forward(logging.Handler):
    """Lines of libraries, without their arguments: those may be anything, a row or a password."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        reason = str(record.msg) if record.name.startswith(TELLING_NOTHING) else None
        log(record.levelno, "library", logger=record.name, reason=reason, **(described(error) if error else {}))


def log(level: int, event: str, **fields: Any) -> None:
    held.logger.log(level, event, **{key: value for key, value in fields.items() if value is not None})


def answered(fields: MutableMapping[str, Any]) -> None:
    """The line of one request. As `log` would write it at the level info, in a tenth of the time."""
    if held.requests is not None:
        line = {"event": "request", "level": "info", "timestamp": datetime.now(UTC)}
        line |= {key: value for key, value in fields.items() if value is not None and key in ALLOWED}
        held.requests.msg(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode())


def described(error: BaseException) -> dict[str, Any]:
    """An exception for the log: its class, where it was raised, PostgreSQL's code. Its message may quote data."""
    frames = traceback.extract_tb(error.__traceback__)[-STACK_DEPTH:]
    origin = getattr(error, "orig", error)
    cause = getattr(origin, "__cause__", None) or origin  # SQLAlchemy wraps the driver's own
    return {
        "exception": f"{type(error).__module__}.{type(error).__qualname__}",
        "sqlstate": getattr(origin, "sqlstate", None),
        "constraint": getattr(cause, "constraint_name", None),
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class Statement(NamedTuple):
    """One statement that a request sent: `began` by the performance counter; `arguments` of a compiled read only."""

    text: str
    began: float
    seconds: float
    arguments: Sequence[Any] | None = None


STATEMENTS: ContextVar[list[Statement] | None] = ContextVar("statements", default=None)


def executed(text: str, began: float, arguments: Sequence[Any] | None = None) -> None:
    """Note a statement for the request that is being answered; outside of one nothing is kept."""
    held = STATEMENTS.get()
    if held is not None:
        held.append(Statement(text, began, time.perf_counter() - began, arguments))


class Timings:
    """How long each stage of one request took."""

    __slots__ = ("_names", "_times", "began_ns", "started")

    def __init__(self) -> None:
        self.began_ns = time.time_ns()
        self.started = time.perf_counter()
        self._names = ""
        self._times = [self.started]

    def mark(self, stage: str) -> None:
        """The stage that ends now; it began where the one before it ended."""
        self._names += stage + ";dur=%.2f, "
        self._times.append(time.perf_counter())

    @property
    def total_ms(self) -> float:
        return (time.perf_counter() - self.started) * 1000

    def header(self) -> str:
        """The value of `Server-Timing`, in milliseconds."""
        times = self._times
        stages = [(ended - began) * 1000 for began, ended in pairwise(times)]
        return (self._names + "total;dur=%.2f") % (*stages, self.total_ms)
