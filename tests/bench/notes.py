"""Where the time goes where a ratio is missed, found by profiles; printed beside the figure of the run.

Keys are beginnings of the names of goals; the first that fits is taken.
"""

from __future__ import annotations

PLANNED_ANEW = (
    "PostgreSQL plans our statement anew at each execution: a generic plan takes `LIMIT $n` for a tenth of the table "
    "and is never chosen. Tried by hand: a constant limit, the most a page may have, inside that of the page, so that "
    "the generic plan is chosen after five executions; and ids made by `encode(uuid_send(id), 'hex')`, a microsecond "
    "each less than `translate(id::text, '-', '')`. Together they bring PostgreSQL's time for Q1 from 1.1 to 0.5 ms, "
    "where the statement of the limit takes 0.5, and for Q2 from 3.2 to 1.5 ms (the limit's: 1.1; ours reads each "
    "contact twice, for its place in the order and for its fields)."
)
IN_THE_SERVER = (
    "In our process, about 0.2 ms a request, of which the limit has 0.01: the log line (structlog, the standard "
    "library's JSON, a flush a line) a third, two `asyncio.timeout`, Starlette's layers around the endpoint and "
    "coercing variables, whose types are looked up by name each time, about an eighth each; the rest is spread thinly "
    "over envelope, token, timings and headers."
)
WRITES = (
    "A write takes 12 round trips: BEGIN, context, two look-ups, six INSERTs, read-back, COMMIT; the limit takes one. "
    "In our process SQLAlchemy makes the key of its cache and the parameters of each of them, and every flush, five "
    "in a request, sorts all tables by their foreign keys anew (0.15 ms each)."
)
AGGREGATE = (
    "Our statement groups by the id as text, which it makes for each of the 12,000 rows. Tried by hand: grouping by "
    "the id itself and making its text once a group brings PostgreSQL's time from 16 to 7 ms; the limit's statement, "
    "which does not ask whether the stage may be seen, takes 5."
)

WHY: dict[str, str] = {
    "Q1": f"{PLANNED_ANEW} {IN_THE_SERVER}",
    "Q2": f"{PLANNED_ANEW} {IN_THE_SERVER}",
    "Q3": IN_THE_SERVER,
    "filtered + ordered page": IN_THE_SERVER,
    "group-by aggregate": AGGREGATE,
    "`contactCreate`": WRITES,
    "page 1,000": PLANNED_ANEW,
}
UNKNOWN = "Not looked into yet; the processor times above say on which side it is."
