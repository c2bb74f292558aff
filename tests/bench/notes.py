"""Where the time goes where a ratio is missed, found by profiles; printed beside the figure of the run.

Keys are beginnings of the names of goals; the first that fits is taken.
"""

from __future__ import annotations

IN_POSTGRESQL = (
    "PostgreSQL: one generic plan serves all values since each page has a constant LIMIT inside its own (before, it "
    "planned anew at each execution); what is left is row-level security, edges and page information that the "
    "statement of the limit does not make, and in Q2 each contact read twice, for its place in the order and for its "
    "fields."
)
IN_THE_SERVER = (
    "In our process: token, budget, cost of the answer, log line, figures and headers, each some ten microseconds, "
    "where the limit has two in all; then two `asyncio.timeout` and coercing variables, whose types are looked up by "
    "name each time. Tried: the log line through orjson and a logger that is kept, and no router in front of the "
    "endpoint, together about a tenth of a millisecond."
)
WRITES = (
    "A write takes 12 round trips: BEGIN, context, two look-ups, six INSERTs, read-back, COMMIT; the limit takes one. "
    "In our process SQLAlchemy makes the key of its cache and the parameters of each of them. Not tried: the six "
    "INSERTs as one statement."
)
AGGREGATE = (
    "Our statement asks for each row whether its stage may be seen, and sums per currency; the limit's does neither. "
    "Tried: grouping by the id and making its text once a group halved PostgreSQL's time."
)

WHY: dict[str, str] = {
    "Q1": f"{IN_POSTGRESQL} {IN_THE_SERVER}",
    "Q2": f"{IN_POSTGRESQL} {IN_THE_SERVER}",
    "Q3": IN_THE_SERVER,
    "filtered + ordered page": IN_THE_SERVER,
    "group-by aggregate": AGGREGATE,
    "`contactCreate`": WRITES,
    "page 1,000": IN_POSTGRESQL,
}
UNKNOWN = "Not looked into yet; the processor times above say on which side it is."
