"""What every kind of record does when it is written through the API; each slice gives its values.

class TestProduct(RecordWrites):
    noun, type_name = "product", "Product"
    new = {"code": "GTX", "name": "GTX Pro"}
    …
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work
from api.domain.users import User
from tests.factories import a_user
from tests.graphql_client import Client, GraphQLFailed
from tests.people import Sessions, a_tenant
from tests.people import a_user as a_person
from tests.watching import nothing_changes

NIL = "0" * 32
ERRORS = """
errors {
  __typename code message path
  ... on DuplicateError { existing { id } }
  ... on VersionConflictError { expectedVersion currentVersion current { id ... on Record { version } } }
  ... on ValidationError { constraint limit }
  ... on TransitionError { state requested allowed }
}
"""


class RecordWrites:
    noun: ClassVar[str]
    type_name: ClassVar[str]
    new: ClassVar[Mapping[str, Any]]
    change: ClassVar[Mapping[str, Any]]  # fields that a plain patch changes, as they are read back
    shown: ClassVar[str]  # selection that reads `new` and `change` back
    natural: ClassVar[tuple[str, Any] | None] = None  # natural key and its value for `new`
    duplicate: ClassVar[list[str] | None] = None  # path of the refusal when `new` is made twice
    statements: ClassVar[Mapping[str, int]]  # how many statements each write takes
    most: ClassVar[int] = 40  # rows of a bulk

    @pytest.fixture(autouse=True)
    async def ready(self, work: Work) -> None:
        """What must be there before a record can be made."""

    # How the mutations are called

    async def call(self, graphql: Client, verb: str, arguments: str, variables: Any, **who: Any) -> Any:
        """The payload of `<noun><verb>(<arguments>)`."""
        types = {
            "input": f"{self.type_name}CreateInput!",
            "patch": f"{self.type_name}Patch!",
            "values": f"{self.type_name}Patch!",
            "where": f"{self.type_name}Ref!",
            "match": f"{self.type_name}Ref!",
            "ifVersion": "Int",
            "dryRun": "Boolean!",
            "idempotencyKey": "String",
        }
        declared = ", ".join(f"${name}: {types[name]}" for name in arguments.split())
        given = ", ".join(f"{name}: ${name}" for name in arguments.split())
        field = f"{self.noun}{verb}"
        selected = f"outcome {self.noun} {{ id version archivedAt {self.shown} }} {ERRORS}"
        query = f"mutation({declared}) {{ {field}({given}) {{ {selected} }} }}"
        return (await graphql(query, variables, **who))[field]

    async def create(self, graphql: Client, **who: Any) -> Any:
        payload = await self.call(graphql, "Create", "input", {"input": self.new}, **who)
        assert (payload["outcome"], payload["errors"]) == ("CREATED", [])
        return payload[self.noun]

    async def read(self, graphql: Client, id: str, **who: Any) -> Any:
        query = f"query($id: ID!) {{ {self.noun}(where: {{id: $id}}) {{ id version archivedAt {self.shown} }} }}"
        return (await graphql(query, {"id": id}, **who))[self.noun]

    def refusal(self, payload: Any) -> tuple[str, list[str]]:
        """Code and path of the only error of a payload that did nothing."""
        (error,) = payload["errors"]
        assert (payload["outcome"], payload[self.noun]) == ("FAILED", None)
        return error["code"], error["path"]

    # Create, update, archive, restore

    async def test_what_is_created_is_answered_and_can_be_read(self, graphql: Client):
        made = await self.create(graphql)

        assert (made["version"], made["archivedAt"]) == (1, None)
        assert await self.read(graphql, made["id"]) == made

    async def test_a_change_makes_a_version_and_no_change_makes_nothing(self, graphql: Client):
        made = await self.create(graphql)
        given = {"where": {"id": made["id"]}, "patch": self.change}
        payload = await self.call(graphql, "Update", "where patch", given)

        assert (payload["outcome"], payload[self.noun]["version"]) == ("UPDATED", 2)
        assert await self.read(graphql, made["id"]) == payload[self.noun]
        assert payload[self.noun] != {**made, "version": 2}
        async with nothing_changes(graphql):
            same = await self.call(graphql, "Update", "where patch", given)
            empty = await self.call(graphql, "Update", "where patch", {**given, "patch": {}})
        assert [one["outcome"] for one in (same, empty)] == ["UNCHANGED", "UNCHANGED"]
        assert same[self.noun] == empty[self.noun] == payload[self.noun]

    async def test_an_archived_record_is_read_only_until_it_is_restored(self, graphql: Client):
        made = await self.create(graphql)
        where = {"where": {"id": made["id"]}}
        archived = await self.call(graphql, "Archive", "where", where)
        assert (archived["outcome"], archived[self.noun]["version"]) == ("UPDATED", 2)
        assert archived[self.noun]["archivedAt"] == "2026-03-02T09:15:00Z"

        async with nothing_changes(graphql):
            again = await self.call(graphql, "Archive", "where", where)
            refused = await self.call(graphql, "Update", "where patch", {**where, "patch": self.change})
        assert again["outcome"] == "UNCHANGED"
        assert self.refusal(refused) == ("ARCHIVED", [])
        assert refused["errors"][0]["existing"] == {"id": made["id"]}

        restored = await self.call(graphql, "Restore", "where", where)
        assert (restored["outcome"], restored[self.noun]) == ("UPDATED", {**made, "version": 3})
        async with nothing_changes(graphql):
            assert (await self.call(graphql, "Restore", "where", where))["outcome"] == "UNCHANGED"

    async def test_lists_leave_out_what_is_archived_unless_asked(self, graphql: Client):
        made = await self.create(graphql)
        await self.call(graphql, "Archive", "where", {"where": {"id": made["id"]}})
        plural = await self.plural(graphql)
        filter = f'filter: {{id: {{eq: "{made["id"]}"}}}}'
        data = await graphql(
            f"{{ live: {plural}({filter}) {{ nodes {{ id }} }}"
            f" all: {plural}({filter}, includeArchived: true) {{ nodes {{ id }} }} }}"
        )
        assert (data["live"]["nodes"], data["all"]["nodes"]) == ([], [{"id": made["id"]}])

    async def plural(self, graphql: Client) -> str:
        data = await graphql("{ __schema { queryType { fields { name type { ofType { name } } } } } }")
        fields = data["__schema"]["queryType"]["fields"]
        connection = f"{self.type_name}Connection"
        return next(str(one["name"]) for one in fields if (one["type"]["ofType"] or {}).get("name") == connection)

    # Refusals: nothing changes

    async def test_a_duplicate_names_the_record_in_the_way(self, graphql: Client):
        if self.duplicate is None:
            await self.create(graphql)
            assert (await self.create(graphql))["version"] == 1
            return
        made = await self.create(graphql)
        async with nothing_changes(graphql):
            payload = await self.call(graphql, "Create", "input", {"input": self.new})
        assert self.refusal(payload) == ("DUPLICATE", self.duplicate)
        assert payload["errors"][0]["existing"] == {"id": made["id"]}

    async def test_another_version_than_was_seen_is_a_conflict_that_shows_the_present_one(self, graphql: Client):
        made = await self.create(graphql)
        where = {"id": made["id"]}
        await self.call(graphql, "Update", "where patch", {"where": where, "patch": self.change})
        async with nothing_changes(graphql):
            refused = [
                await self.call(
                    graphql, "Update", "where patch ifVersion", {"where": where, "patch": {}, "ifVersion": 1}
                ),
                await self.call(graphql, "Archive", "where ifVersion", {"where": where, "ifVersion": 3}),
                await self.call(graphql, "Restore", "where ifVersion", {"where": where, "ifVersion": 0}),
            ]
        for payload, version in zip(refused, (1, 3, 0), strict=True):
            assert self.refusal(payload) == ("VERSION_CONFLICT", ["ifVersion"])
            (error,) = payload["errors"]
            assert (error["expectedVersion"], error["currentVersion"]) == (version, 2)
            assert error["current"] == {"id": made["id"], "version": 2}

    async def test_a_record_that_is_not_there_or_of_another_tenant_is_not_found(
        self, graphql: Client, sessions: Sessions
    ):
        stranger = await a_person(sessions, (await a_tenant(sessions, "Stranger")).id)
        theirs = await self.of(graphql, stranger)
        prefix = theirs[:3]
        async with nothing_changes(graphql):
            for id in (f"{prefix}_{NIL}", theirs):
                where = {"id": id}
                for verb, arguments, more in (
                    ("Update", "where patch", {"patch": self.change}),
                    ("Archive", "where", {}),
                    ("Restore", "where", {}),
                    ("Update", "where patch ifVersion", {"patch": {}, "ifVersion": 1}),
                ):
                    payload = await self.call(graphql, verb, arguments, {"where": where, **more})
                    assert self.refusal(payload) == ("NOT_FOUND", ["where"])
        assert await self.read(graphql, theirs) is None

    async def of(self, graphql: Client, person: User) -> str:
        """The id of a record that a person of another tenant has made."""
        return str((await self.create(graphql, user=person))["id"])

    async def test_a_reader_can_change_nothing(self, graphql: Client):
        made = await self.create(graphql)
        where = {"id": made["id"]}
        key = "externalId" if self.natural is None else self.natural[0]
        match = {"source": "s", "value": "1"} if self.natural is None else self.natural[1]
        async with nothing_changes(graphql):
            for verb, arguments, given in (
                ("Create", "input", {"input": self.new}),
                ("Update", "where patch", {"where": where, "patch": self.change}),
                ("Archive", "where", {"where": where}),
                ("Upsert", "match values", {"match": where, "values": self.change}),
                ("Upsert", "match values", {"match": {key: match}, "values": {**self.new, **self.change}}),
            ):
                payload = await self.call(graphql, verb, arguments, given, as_="read_only")
                assert self.refusal(payload)[0] == "NOT_ALLOWED", verb
        assert await self.read(graphql, made["id"], as_="read_only") == made

    async def test_a_malformed_id_is_a_mistake_of_the_program_and_not_of_the_user(self, graphql: Client):
        async with nothing_changes(graphql):
            for id in ("x", "tok_" + NIL, "", "a\tb"):
                with pytest.raises(GraphQLFailed) as failed:
                    await self.call(graphql, "Archive", "where", {"where": {"id": id}})
                assert failed.value.code == "BAD_USER_INPUT"

    # Keys

    async def test_a_record_is_named_by_an_external_id_or_its_natural_key(self, graphql: Client):
        made = await self.create(graphql)
        keys = {"externalIds": [{"source": "shop", "value": "1001"}]}
        given = {"where": {"id": made["id"]}, "patch": keys}
        assert (await self.call(graphql, "Update", "where patch", given))["outcome"] == "UPDATED"
        assert (await self.call(graphql, "Update", "where patch", given))["outcome"] == "UNCHANGED"

        by_key = {"where": {"externalId": {"source": "shop", "value": "1001"}}, "patch": self.change}
        assert (await self.call(graphql, "Update", "where patch", by_key))["outcome"] == "UPDATED"
        if self.natural is not None:
            by_name = {"where": {self.natural[0]: self.natural[1]}}
            assert (await self.call(graphql, "Archive", "where", by_name))["outcome"] == "UPDATED"
            refused = await self.call(graphql, "Restore", "where", by_name)  # a natural key is that of a live record
            assert self.refusal(refused) == ("NOT_FOUND", ["where"])
        other = {"where": {"externalId": {"source": "shop", "value": "x"}}, "patch": self.change}
        assert self.refusal(await self.call(graphql, "Update", "where patch", other)) == ("NOT_FOUND", ["where"])

    async def test_an_upsert_makes_what_its_key_does_not_find_and_changes_what_it_finds(self, graphql: Client):
        match = {"externalId": {"source": "erp", "value": "7"}}
        made = await self.call(graphql, "Upsert", "match values", {"match": match, "values": self.new})
        assert (made["outcome"], made["errors"]) == ("CREATED", [])
        changed = await self.call(graphql, "Upsert", "match values", {"match": match, "values": self.change})
        assert (changed["outcome"], changed[self.noun]["id"]) == ("UPDATED", made[self.noun]["id"])
        async with nothing_changes(graphql):
            same = await self.call(graphql, "Upsert", "match values", {"match": match, "values": self.change})
        assert same["outcome"] == "UNCHANGED"

    # Dry runs and repeated requests

    async def test_a_dry_run_shows_what_would_be_and_leaves_nothing(self, graphql: Client):
        made = await self.create(graphql)
        where = {"id": made["id"]}
        async with nothing_changes(graphql):
            changed = await self.call(
                graphql, "Update", "where patch dryRun", {"where": where, "patch": self.change, "dryRun": True}
            )
            archived = await self.call(graphql, "Archive", "where dryRun", {"where": where, "dryRun": True})
            keyed = await self.call(
                graphql,
                "Update",
                "where patch dryRun idempotencyKey",
                {"where": where, "patch": self.change, "dryRun": True, "idempotencyKey": "a-dry-run-key"},
            )
        assert changed == keyed
        assert (changed["outcome"], changed[self.noun]["version"]) == ("UPDATED", 2)
        assert archived[self.noun]["archivedAt"] == "2026-03-02T09:15:00Z"
        assert await self.read(graphql, made["id"]) == made

    async def test_a_repeated_request_has_one_effect(self, graphql: Client, work: Work):
        colleague = await a_user(work, "Grace Colleague")
        await work.finish()
        made = await self.create(graphql)
        where = {"id": made["id"]}
        arguments = "where patch idempotencyKey"
        given = {"where": where, "patch": self.change, "idempotencyKey": "the-first-request"}
        first = await self.call(graphql, "Update", arguments, given)
        async with nothing_changes(graphql):
            second = await self.call(graphql, "Update", arguments, given)
            other = {**given, "patch": {}}
            refused = [
                await self.call(graphql, "Update", arguments, other),
                await self.call(graphql, "Update", arguments, {**given, "idempotencyKey": "short"}),
                await self.call(graphql, "Update", arguments, {**given, "idempotencyKey": "x" * 256}),
                await self.call(graphql, "Update", arguments, {**given, "idempotencyKey": "with\ttabs"}),
            ]
        assert first == second
        assert first["outcome"] == "UPDATED"
        assert [self.refusal(one) for one in refused] == [
            ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"]),
            *[("INVALID", ["idempotencyKey"])] * 3,
        ]
        mine = await self.call(graphql, "Update", arguments, other, user=colleague)
        assert mine["outcome"] == "UNCHANGED"  # the key of another principal is another key

    async def test_a_replay_says_so_and_shows_the_record_as_it_is_now(self, graphql: Client):
        query = f"mutation($input: {self.type_name}CreateInput!) {{ {self.noun}Create(input: $input) {{ outcome {self.noun} {{ id version }} }} }}"  # noqa: E501 - one line
        body = {"query": query, "variables": {"input": self.new}}
        key = {"idempotency-key": "request-0001"}
        first = await graphql.post(body, headers=key)
        made = first.json()["data"][f"{self.noun}Create"][self.noun]
        await self.call(graphql, "Update", "where patch", {"where": {"id": made["id"]}, "patch": self.change})
        async with nothing_changes(graphql):
            second = await graphql.post(body, headers=key)

        assert "idempotent-replayed" not in first.headers
        assert second.headers["idempotent-replayed"] == "true"
        assert second.json()["extensions"]["idempotentReplay"] is True
        assert second.json()["data"] == {
            f"{self.noun}Create": {"outcome": "CREATED", self.noun: {"id": made["id"], "version": 2}}
        }

    # History and cost

    async def test_the_history_says_who_changed_what_and_when(self, graphql: Client):
        made = await self.create(graphql)
        await self.call(graphql, "Update", "where patch", {"where": {"id": made["id"]}, "patch": self.change})
        query = f"""
        query($id: ID!) {{ {self.noun}(where: {{id: $id}}) {{ history {{ nodes {{
          version at operation changedFields actor {{ kind id name }} changes {{ field before after }} }} }} }} }}
        """
        changed, created = (await graphql(query, {"id": made["id"]}))[self.noun]["history"]["nodes"]

        assert (changed["version"], created["version"]) == (2, 1)
        assert changed["operation"] == f"{self.noun}Update"
        assert changed["actor"] == {"kind": "STAFF", "id": f"usr_{graphql.admin.id.hex}", "name": "Ada Admin"}
        assert changed["at"] == "2026-03-02T09:15:00Z"
        assert set(self.change) <= set(changed["changedFields"])
        assert [one["field"] for one in changed["changes"]] == changed["changedFields"]
        assert all(one["before"] is None for one in created["changes"])

    async def test_a_write_is_a_fixed_number_of_statements_however_many_records_there_are(
        self, graphql: Client, statements: list[str]
    ):
        found = []
        for at in range(2):
            made = await self.call(graphql, "Create", "input", {"input": self.another(f"{at} first")})
            counts = {}
            for verb, arguments, given in (
                ("Create", "input", {"input": self.another(f"{at} second")}),
                ("Update", "where patch", {"where": {"id": made[self.noun]["id"]}, "patch": self.changed(str(at))}),
                ("Archive", "where", {"where": {"id": made[self.noun]["id"]}}),
                ("Restore", "where", {"where": {"id": made[self.noun]["id"]}}),
            ):
                await graphql.token_of()
                statements.clear()
                payload = await self.call(graphql, verb, arguments, given)
                assert payload["errors"] == []
                counts[verb] = len(statements)
            found.append(counts)
            for more in range(5):
                await self.call(graphql, "Create", "input", {"input": self.another(f"{at} {more}")})
        expected = {verb: self.statements[verb] for verb in counts}
        assert found == [expected, expected]

    async def test_the_statements_of_a_bulk_do_not_grow_with_its_rows(self, graphql: Client, statements: list[str]):
        counts = []
        for size in (1, 2, self.most):
            rows = [
                {
                    "match": {"externalId": {"source": "bulk", "value": f"{size}-{at}"}},
                    "values": self.another(f"{size} {at}"),
                }
                for at in range(size)
            ]
            await graphql.token_of()
            statements.clear()
            payload = await self.bulk(graphql, rows)
            assert (payload["created"], payload["failed"]) == (size, 0)
            assert [one["outcome"] for one in payload["results"]] == ["CREATED"] * size
            counts.append(len(statements))
        assert counts == [self.statements["BulkUpsert"]] * 3

    async def bulk(self, graphql: Client, rows: list[Any], policy: str = "SKIP_ROW", **who: Any) -> Any:
        field = f"{self.noun}BulkUpsert"
        query = f"""
        mutation($rows: [{self.type_name}UpsertRow!]!, $policy: BulkErrorPolicy!) {{
          {field}(rows: $rows, onRowError: $policy) {{
            created updated unchanged failed errors {{ code path }}
            results {{ index outcome {self.noun} {{ id version {self.shown} }} errors {{ code path }} }}
          }}
        }}
        """
        return (await graphql(query, {"rows": rows, "policy": policy}, **who))[field]

    def changed(self, mark: str) -> Mapping[str, Any]:
        """`change`, where a change must differ from that of another record."""
        return self.change

    def another(self, mark: str) -> dict[str, Any]:
        """Values of a new record that differ from all others by a mark."""
        return {**self.new, "name": f"{self.new['name']} {mark}"}
