"""Sends mutation probes: records that are another tenant's, hidden, archived, of a wrong type, or malformed.

Nothing of the others' may change, and a record that is hidden must be answered like one that is not there.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from graphql import get_named_type

from tests.probes.judging import Judge, Leak, flat, masked, told
from tests.probes.mutations import Inputs
from tests.probes.mutations import Place as Where
from tests.probes.operands import key_values
from tests.probes.outsiders import Outsider
from tests.probes.place import Answer, Place
from tests.probes.principals import Principal
from tests.probes.quiet import rewritten
from tests.probes.reading import FOREIGN, Found, number_of
from tests.probes.values import LETTERS, TWIN
from tests.probes.world import NAMED_BY, Row, World

WINDOW = 200  # probes between two looks at the tables
SAME = ("foreign", "hidden")  # must be answered like what is not there
REFUSED = {"viewed": {"NOT_ALLOWED"}, "edited": set()}  # what an outsider is told of what it sees
TEXT = 'string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")'
# Unique keys hold in the whole tenant, so that a write that would make a second record with one must be refused.
UNIQUE = "a key that a hidden record has is taken"


@dataclass(frozen=True)
class Try:
    """One probe: who names what, and where."""

    principal: Principal
    where: Where
    kind: str
    row: Row | None
    value: Any
    absent: Any = None
    patch: str | None = None  # the field that is written

    @property
    def name(self) -> str:
        return f"{self.where.name} {self.kind}" + (f" {self.patch}" if self.patch else "")


@dataclass
class Writer:
    """Probes one place; `dry`: nothing is for good, so that what follows finds the world as it was."""

    place: Place
    judge: Judge
    inputs: Inputs
    found: Found
    dry: bool = False
    window: list[Try] = field(default_factory=list)
    done: list[Try] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    absent: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.place.filled.world

    # -- what is tried ----------------------------------------------------------------------------------------------

    def tries(self, principals: Sequence[Principal]) -> Iterator[Try]:
        """Place by place, so that an early end has met all principals."""
        for where in self.inputs.places():
            table = getattr(self.inputs.catalog.entities[where.entity].table, "name", "")
            for principal in principals:
                own = self.rows(table, principal.letter)
                seen = {row.n for row in own if principal.sees(self.world, row)}
                rows = {
                    "foreign": self.rows(table, FOREIGN[principal.letter], live),
                    "hidden": [row for row in own if row.n not in seen],
                    "archived": [row for row in own if row.n in seen and not live(row)],
                }
                for kind, found in rows.items():
                    if found and (kind != "archived" or where.form == "id"):
                        yield from self.aimed(principal, where, kind, found[number_of(where.name + kind) % len(found)])
                if where.form == "id":
                    wrong = self.world.of(principal.letter, "users" if where.entity != "User" else "accounts")[2].wire
                    yield Try(principal, where, "wrong type", None, self.by_id(where, wrong))
                    yield Try(principal, where, "malformed", None, self.by_id(where, "acc_1234"))
                if isinstance(principal, Outsider) and where.form == "id" and where.at == ("where",):
                    yield from self.each_field(principal, where, table)

    def each_field(self, outsider: Outsider, where: Where, table: str) -> Iterator[Try]:
        """Every field that a mutation takes, of every record: what may be edited, what is only shown, and the rest."""
        argument = self.inputs.mutations[where.mutation].args.get("patch")
        if argument is None:
            return  # a verb without values of its own
        patch: Any = get_named_type(argument.type)
        for name in patch.fields:
            for letter in (outsider.letter, FOREIGN[outsider.letter]):
                for row in self.rows(table, letter):
                    seen, edits = outsider.sees(self.world, row), outsider.changes(self.world, row)
                    kind = "edited" if edits else "viewed" if seen else "hidden" if row.letter == letter else "foreign"
                    yield from (replace(one, patch=name) for one in self.aimed(outsider, where, kind, row))

    def rows(self, table: str, letter: str, fits: Callable[[Row], bool] = bool) -> list[Row]:
        return [row for row in self.world.of(letter, table) if row.n < 100 and fits(row)]

    def aimed(self, principal: Principal, where: Where, kind: str, row: Row) -> Iterator[Try]:
        if where.form == "id":
            absent = row.wire[:-2] + "ff"
            yield Try(principal, where, kind, row, self.by_id(where, row.wire), self.by_id(where, absent))
            return
        values, absent_values = (key_values(where.form, where.parts, beside)(self.world, row) for beside in ("", "!"))
        if values is not None and absent_values is not None:
            made = [self.by_key(where, one) for one in (values, absent_values)]
            yield Try(principal, where, kind, row, made[0], made[1])

    def by_id(self, where: Where, id: str) -> Any:
        type_: Any = self.inputs.schema.type_map.get(f"{where.entity}Ref")
        plain = type_ is None or str(where.at[-1]).endswith("Id")
        return id if plain else {"id": id}

    def by_key(self, where: Where, values: Sequence[Any]) -> Any:
        if not where.parts:
            return {where.form: values[0]}
        return {where.form: dict(zip(where.parts, values, strict=True))}

    def own(self, principal: Principal) -> dict[str, Any]:
        """A live record of each type that the principal may see and owns, or of its tenant if there is none."""
        found: dict[str, Any] = {}
        for entity in self.inputs.catalog.entities.values():
            name = getattr(entity.table, "name", "")
            if (
                entity.prefix is None
                and name not in NAMED_BY
                and not any(
                    model.__tablename__ == name and hasattr(model, "prefix") for model in self.world.models.values()
                )
            ):
                continue
            rows = self.rows(name, principal.letter, live)
            seen = [row for row in rows if principal.sees(self.world, row)]
            owner = getattr(seen[0].model, "owner", None) if seen else None
            firms = principal.firms if isinstance(principal, Outsider) else frozenset()
            mine = [row for row in seen if row.id in firms or (owner and row.values[owner] == principal.user)]
            chosen = (mine or seen or rows)[:1]
            if chosen:
                found[entity.name] = {"id": chosen[0].wire}
        return found

    # -- running ----------------------------------------------------------------------------------------------------

    async def probe(self, one: Try) -> None:
        answer, given = await self.send(one, one.value)
        for what in self.judge.found(one.principal, answer, [given]):
            self.leak(one, what, given)
        self.found.counts["mutation"] += 1
        if answer.status >= 500 or any((e.get("extensions") or {}).get("code") == "INTERNAL" for e in answer.errors):
            self.found.broken[f"{one.name}: {answer.body[:160]!r}"] += 1
        settled = {"ILLEGAL_TRANSITION"} if one.row is not None and "status" in one.row.values else set()
        if one.kind in REFUSED and (codes := self.codes(answer) - settled) != REFUSED[one.kind]:
            self.leak(one, f"is answered with {sorted(codes)}", given)
        if one.kind in SAME and self.comparable(one):
            other, also = await self.send(one, one.absent)
            seen = [masked(outcome(found), [given, also]) for found in (answer, other)]
            if seen[0] != seen[1]:
                self.leak(one, f"answers {seen[0][:200]!r} for a {one.kind} row, {seen[1][:200]!r} for none", given)
        self.window.append(one)

    def codes(self, answer: Answer) -> set[str]:
        payloads = [payload for payload in answer.data.values() if payload]
        errors = [error["code"] for payload in payloads for error in payload["errors"]]
        return {*errors, *((error.get("extensions") or {}).get("code", "none") for error in answer.errors)}

    def comparable(self, one: Try) -> bool:
        """People of C have the names of those of A, and may be found by them."""
        same_people = one.row is not None and TWIN.get(one.principal.letter) == one.row.letter
        told_apart = any(told(value) for value in flat([one.value]))  # shipped roles are called alike everywhere
        return one.where.form == "id" or (told_apart and not same_people)

    async def send(self, one: Try, value: Any) -> tuple[Answer, dict[str, Any]]:
        """A write by a key could make a record that holds what is searched for, so only those by id are for good."""
        given = self.inputs.arguments(one.where, value, self.own(one.principal))
        if one.patch is not None:
            given["patch"] = self.inputs.patched(one.where.mutation, one.patch, self.own(one.principal))
        if (self.dry or one.where.form != "id") and "dryRun" in self.inputs.mutations[one.where.mutation].args:
            given["dryRun"] = True
        return await self.place.ask(one.principal, self.inputs.document(one.where.mutation, given), given), given

    def leak(self, one: Try, what: str, given: Mapping[str, Any]) -> None:
        text = self.inputs.document(one.where.mutation, given)
        self.found.leaks.append(Leak(one.principal.name, one.name, what, text, given))

    async def undo(self) -> None:
        """Give the records that were named the values they had: outsiders' mutations are never dry.

        The version stays, since the history has it.
        """
        for row in {one.row for one in self.window if one.row is not None and isinstance(one.principal, Outsider)}:
            now = await self.place.owner.fetchrow(f"SELECT * FROM {row.table} WHERE id = $1", row.id)
            assert now is not None, row.wire
            await rewritten(self.place, [(row, dict(now), {**row.values, "version": now["version"]})])
        self.window = []

    async def probe_all(
        self, principals: Sequence[Principal], tell: Callable[[str], None], most: int, until: float = inf
    ) -> None:
        """A sample of at most so many tries, spread over all of them; the tables are looked at after each window."""
        tries = list(self.tries(principals))
        step = max(1, -(-len(tries) // most))
        chosen = sorted(tries, key=lambda one: number_of(one.name + one.principal.name))[:most] if step > 1 else tries
        self.before = await self.state()
        for at, one in enumerate(chosen):
            await self.probe(one)
            last = at + 1 == len(chosen) or time.monotonic() > until
            if len(self.window) == WINDOW or last:
                await self.look()
            tell(f"mutation: {at + 1} of {len(chosen)} probes")
            if last:
                return

    async def look(self) -> None:
        """Compare the tables with what they were; if they differ, find the probe that did it."""
        tried, self.window = self.window, []
        changed = await self.changed(tried)
        if not changed:
            return
        for one in tried:
            await self.send(one, one.value)
            if again := await self.changed([one]):
                self.leak(one, f"changes {', '.join(again)}", {})
                changed = []
        if changed:
            names = ", ".join(sorted({one.name for one in tried}))[:500]
            self.found.leaks.append(Leak("one of several", names, f"changed {', '.join(changed)}"))

    async def changed(self, tried: Sequence[Try]) -> list[str]:
        """What none of these tries was to change. A tenant whose principals tried is judged by what they may change."""
        now, before = await self.state(), self.before
        self.before = now
        different = [key for key in before.keys() | now.keys() if before.get(key) != now.get(key)]
        found = []
        for key in different:
            letter, table, id = key.split(" ")
            row = next((row for row in self.world.of(letter, table) if str(row.values.get("id")) == id), None)
            mine = [one.principal for one in tried if one.principal.letter == letter]
            if not mine or (row is not None and not any(one.changes(self.world, row) for one in mine)):
                found.append(key)
        return found

    async def state(self) -> dict[str, str]:
        """A SHA-256 of each row that existed when the world was made, and of each table as a whole."""
        found: dict[str, str] = {}
        for letter in LETTERS:
            for table in self.world.models:
                if table in {"rate_buckets", "idempotency_keys"}:
                    continue
                owner = "id" if table == "tenants" else "tenant_id"
                id = "id::text" if "id" in self.world.models[table].__table__.c else "NULL"
                rows = await self.place.owner.fetch(
                    f"SELECT {id} AS id, encode(sha256(convert_to({TEXT}, 'UTF8')), 'hex') AS sum "
                    f"FROM {table} AS t WHERE {owner} = $1 GROUP BY 1",
                    self.world.tenant(letter),
                )
                found |= {f"{letter} {table} {row['id'] or '*'}": row["sum"] for row in rows}
        return found

    # -- positive controls -------------------------------------------------------------------------------------------

    async def controlled(self, principal: Principal, until: float) -> tuple[int, list[str]]:
        """How many places were looked at, and those where a record is not found by who may see and write it.

        The places come in an order of their own, so that what is left out at the end of the time is from everywhere.
        """
        silent: list[str] = []
        places = sorted(self.inputs.places(), key=lambda one: number_of(one.name))
        for done, where in enumerate(places):
            if time.monotonic() > until:
                return done, silent
            table = getattr(self.inputs.catalog.entities[where.entity].table, "name", "")
            for row in self.rows(table, principal.letter, live):
                tries = list(self.aimed(principal, where, "control", row))
                if tries and await self.finds(tries[0]):
                    break
            else:
                silent.append(where.name)
        return len(places), silent

    async def finds(self, one: Try) -> bool:
        """Whether the record is told from one that is not there."""
        answers, sent = [], []
        for value in (one.value, one.absent):
            given = self.inputs.arguments(one.where, value, self.own(one.principal)) | {"dryRun": True}
            sent.append(given)
            text = self.inputs.document(one.where.mutation, given)
            answers.append(outcome(await self.place.ask(one.principal, text, given)))
        return masked(answers[0], sent) != masked(answers[1], sent)


def live(row: Row) -> bool:
    return row.values.get("archived_at") is None


def outcome(answer: Answer) -> Any:
    """What an answer says without ids and times of records that it has made."""
    if answer.data and not answer.errors:
        return trimmed(answer.data)
    return [
        [error.get("message"), (error.get("extensions") or {}).get("code"), error.get("path")]
        for error in answer.errors
    ]


def trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trimmed(one) for name, one in value.items() if name not in {"id", "createdAt", "updatedAt"}}
    return [trimmed(one) for one in value] if isinstance(value, list) else value
