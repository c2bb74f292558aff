"""Where the time goes where a ratio is missed, found by profiles; printed beside the figure of the run.

Keys are beginnings of the names of goals; the first that fits is taken.
"""

from __future__ import annotations

IN_POSTGRESQL = (
    "PostgreSQL: one generic plan serves all values, each page has a constant LIMIT inside its own, and a record that "
    "a page is sorted through is read once; what is left is row-level security (a look at a setting for each table) "
    "and a second LIMIT for each list."
)
IN_THE_SERVER = (
    "In our process about a hundred microseconds beside those of the limit: token, budget, strict JSON, cost of the "
    "answer, log line, figures and headers, each some five to ten. Tried, with gain: types of variables looked up once "
    "for an operation (30 µs), one timer for all deadlines (17), the log line without structlog (15), headers read "
    "once, no layers in front of the endpoint, the answer in one write (20). Not tried: remembering whole bodies."
)
WRITES = (
    "A write takes 12 round trips: BEGIN, context, two look-ups, six INSERTs, read-back, COMMIT; the limit takes one. "
    "In our process SQLAlchemy makes the key of its cache and the parameters of each of them. Not tried: the six "
    "INSERTs as one statement."
)
AGGREGATE = (
    "Our statement sums per currency and puts the sums together per group; the limit's does neither. Tried: grouping "
    "by the id and making its text once a group halved PostgreSQL's time; no look at the stages for whoever may see "
    "all of them took off 14 % more."
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
