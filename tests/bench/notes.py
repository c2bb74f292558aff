"""Where the time goes where a ratio is missed, found by profiles; printed beside the figure of the run.

Keys are beginnings of the names of goals; the first that fits is taken.
"""

from __future__ import annotations

IN_POSTGRESQL = (
    "PostgreSQL: one generic plan serves all values, each page has a constant LIMIT inside its own, and a record that "
    "a page is sorted through is read once. What is left is row-level security, 12 % of Q1's and of Q2's time: the "
    "setting that names the tenant is read and made a uuid for each record that is looked up. A subquery around it "
    "would be evaluated once and takes those 12 % off, tried on a copy; it is not done, for Citus takes no subquery in "
    "the policies of distributed tables. Half of Q1 is JSON: joined by hand from texts the "
    "statement takes a fifth less in all, tried on Q1 only; json_build_object and JSON_OBJECT took longer than "
    "row_to_json. A cheaper form of instants made no difference."
)
IN_THE_SERVER = (
    "In our process token, budget, strict JSON, cost of the answer, log line, figures and headers. Each is some "
    "microseconds in a loop of its own, 0.1 ms together, and three times that in a server: between two requests "
    "PostgreSQL has had the processor and its caches, and 400 calls of Python are cold again. The limit's code "
    "grows by the same factor from Q3 to Q2, 1.7. So only fewer steps help, not faster ones. Tried, with gain: types "
    "of variables looked up once for an operation, one timer for all deadlines, the log line without structlog, "
    "headers read once, no layers in front of the endpoint, the answer in one write, objects counted in half "
    "the time, hidden fields found once for a capability. Not tried: remembering whole bodies, figures counted "
    "without their library."
)
WRITES = (
    "A write takes 6 round trips, the limit one: BEGIN with context, the look-ups of what it names, one statement for "
    "everything new, read-back, COMMIT. Tried: past SQLAlchemy, which halved the time. Not tried: look-ups together, "
    "variables coerced once."
)
AGGREGATE = (
    "Most of it is reading and grouping 12,000 rows, which PostGraphile's view and the limit do in the same way. Our "
    "statement sums per currency and puts the sums together per group; the limit's does neither. Tried: grouping "
    "by the id and making its text once a group halved PostgreSQL's time; no look at the stages for whoever may see "
    "all of them took off 14 % more; leaving out the number and the average of amounts makes no difference."
)

OWNERS = (
    "The index of owners has their newest records first, which made Q1 as fast as the administrator's. What is left is "
    "one condition more for each record that is looked up."
)
SHARES = (
    "The list of shares is read for the rows, for masked fields and by row-level security. Tried, with gain: each list "
    "once in a statement, as index condition for a list of everything and as a hash for a record that was found "
    "otherwise; settings read once and not for each share."
)
MEMORY = (
    "It is what the schema weighs, not what the load leaves: after the start, before any request, Python and the "
    "libraries hold 57 MiB, the mapped domain 39 and the schema of 935 types 45; load adds 15. Partners and service "
    "have added to the middle two since 131 MiB were measured. Not tried: types of Strawberry let go once the schema "
    "is made."
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
    "resident memory": MEMORY,
}
UNKNOWN = "Not looked into yet; the processor times above say on which side it is."
