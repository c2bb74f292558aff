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
    "In our process token, budget, strict JSON, cost of the answer, log line, figures and headers; a profile adds them "
    "up to less than a tenth of a millisecond beside what the limit needs, and does not explain the rest. Tried, with "
    "gain: types of variables looked up once for an operation, one timer for all deadlines, the log line without "
    "structlog, headers read once, no layers in front of the endpoint, the answer in one write. Not tried: remembering "
    "whole bodies."
)
WRITES = (
    "A write takes 6 round trips, the limit one: BEGIN with context, the look-ups of what it names, one statement for "
    "everything new, read-back, COMMIT. Tried: past SQLAlchemy, which halved the time. Not tried: look-ups together, "
    "variables coerced once."
)
AGGREGATE = (
    "Our statement sums per currency and puts the sums together per group; the limit's does neither. Tried: grouping "
    "by the id and making its text once a group halved PostgreSQL's time; no look at the stages for whoever may see "
    "all of them took off 14 % more."
)

OWNERS = (
    "The newest of one owner are found by walking the newest of all. Not tried: an index of owner and instant, which "
    "every write would pay for."
)
SHARES = (
    "The list of shares is read for the rows, for masked fields and by row-level security. Tried: one list as index "
    "condition instead of two, which made Q1 five times as fast. Not tried: the profile's list only where it is asked "
    "for."
)

WHY: dict[str, str] = {
    "Q1 as sales rep": OWNERS,
    "Q1 as outsider": SHARES,
    "Q2 as outsider": SHARES,
    "Q3 as outsider": SHARES,
    "Q1": f"{IN_POSTGRESQL} {IN_THE_SERVER}",
    "Q2": f"{IN_POSTGRESQL} {IN_THE_SERVER}",
    "Q3": IN_THE_SERVER,
    "filtered + ordered page": IN_THE_SERVER,
    "group-by aggregate": AGGREGATE,
    "`contactCreate`": WRITES,
    "page 1,000": IN_POSTGRESQL,
}
UNKNOWN = "Not looked into yet; the processor times above say on which side it is."
