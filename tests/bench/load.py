"""The load generator: `wrk` with one thread and eight connections, fed by a script of prepared requests."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.bench.servers import Server
from tests.bench.workloads import Ask, Workload

CONNECTIONS = 8
MISSING = "wrk is missing. Install it: apt-get install wrk"
MEBI = 1024 * 1024

# Reads are formatted once; what must be different in every request is filled in as it is sent.
SCRIPT = """
local given = {{ {requests} }}
local prepared, at, run, number = {{}}, 0, {run}, 0
init = function()
  for index, one in ipairs(given) do
    prepared[index] = one.fresh and one or wrk.format("POST", one.path, one.headers, one.body)
  end
end
request = function()
  at = at % #prepared + 1
  local one = prepared[at]
  if type(one) == "string" then return one end
  number = number + 1
  local body = one.body:gsub("{{n}}", run .. "." .. number)
  body = body:gsub("{{uuid}}", string.format("0199%04x-%04x-7000-8000-%012x", run / 65536, run % 65536, number))
  return wrk.format("POST", one.path, one.headers, body)
end
done = function(summary, latency)
  local errors = summary.errors
  local shown = '\\n{{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d}}\\n'
  io.write(string.format(shown, summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
"""
RUNS = count(1)


class LoadFailed(Exception):
    """Requests were refused or broke: a figure made of those would say nothing."""


@dataclass(frozen=True)
class Load:
    """What one run of the generator found."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float


def is_installed() -> bool:
    return shutil.which("wrk") is not None


def run(server: Server, asked: Sequence[tuple[Workload, Ask]], seconds: float, folder: Path) -> Load:
    script = folder / f"load-{next(RUNS)}.lua"
    script.write_text(script_of(server, asked), "utf8")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout", "20s", "-s", str(script)]
    command.append(f"http://127.0.0.1:{server.port}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    script.unlink()
    last = done.stdout.rstrip().rpartition("\n")[2]
    if done.returncode != 0 or not last.startswith("{"):
        raise LoadFailed(f"wrk failed at {server.name}: {done.stderr}{done.stdout}")
    found = json.loads(last)
    if found["refused"] or found["broken"]:
        raise LoadFailed(f"{server.name} refused {found['refused']} and broke {found['broken']} requests of {found}")
    per_second = found["requests"] * 1_000_000 / found["microseconds"]
    return Load(found["requests"], per_second, found["p50"] / 1000, found["p99"] / 1000)


def script_of(server: Server, asked: Sequence[tuple[Workload, Ask]]) -> str:
    requests = []
    for workload, ask in asked:
        headers = ", ".join(f"[ {lua(name)} ] = {lua(value)}" for name, value in server.headers(ask.tenant).items())
        body = lua(server.body(workload, ask))
        fresh = str(workload.writes).lower()
        requests.append(
            f"{{path = {lua(server.path(workload))}, fresh = {fresh}, headers = {{{headers}}}, body = {body}}}"
        )
    return SCRIPT.format(requests=",\n".join(requests), run=next(RUNS))


def lua(text: str) -> str:
    """A text as a literal of Lua."""
    return "[==[" + text + "]==]"
