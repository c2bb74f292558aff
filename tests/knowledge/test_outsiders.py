"""What partners and customers find and read of our articles: what is published for them."""

from typing import Any

import asyncpg
import pytest

from api.domain import knowledge
from api.domain.knowledge import ArticleVisibility
from tests.sharing.conftest import World

SEARCH = '{ knowledgeSearch(words: "router") { place article { title } } }'
LIST = "{ knowledgeArticles(first: 10, orderBy: {field: TITLE}) { nodes { title } } }"
DIRECT = "SELECT id FROM crm_search_ids_outside('knowledge_article', 'router', false, 250)"
FOR_ALL, FOR_PARTNERS, FOR_US = "Public router", "Router for resellers", "Router of ours"


@pytest.fixture
async def shelf(world: World) -> World:
    """Of each visibility one that is published, and with each a draft, a withdrawn and an archived one."""
    async with world.committed.open_as() as work:
        titles = zip((FOR_US, FOR_PARTNERS, FOR_ALL), ArticleVisibility, strict=True)
        for title, visibility in titles:
            for fate in ("", "draft", "withdrawn", "archived"):
                name = f"{title} {fate}".strip()
                article = await knowledge.create(work, {"title": name, "body": "Turn it on", "visibility": visibility})
                await work.flush()
                world.note(name, article)
                if fate != "draft":
                    await knowledge.publish(work, article.id)
                if fate == "withdrawn":
                    await knowledge.withdraw(work, article.id, "Wrong")
                if fate == "archived":
                    await knowledge.archive(work, article.id)
    return world


def titles_of(found: Any) -> list[str]:
    return sorted(one["article"]["title"] for one in found["knowledgeSearch"])


async def test_each_outsider_finds_what_is_published_for_him(shelf: World) -> None:
    assert titles_of(await shelf.ask("Pat", SEARCH)) == [FOR_ALL, FOR_PARTNERS]
    assert titles_of(await shelf.ask("Ada", SEARCH)) == [FOR_ALL]
    found = (await shelf.ask("admin", SEARCH))["knowledgeSearch"]
    assert [one["place"] for one in found] == list(range(1, 10))  # all but the archived ones
    places = (await shelf.ask("Pat", SEARCH))["knowledgeSearch"]
    assert [one["place"] for one in places] == [1, 2]  # what is hidden leaves no gap


async def test_lists_and_ids_show_what_the_search_finds(shelf: World) -> None:
    for who, seen in (("Pat", [FOR_ALL, FOR_PARTNERS]), ("Ada", [FOR_ALL])):
        nodes = (await shelf.ask(who, LIST))["knowledgeArticles"]["nodes"]
        assert [one["title"] for one in nodes] == seen
        names = [name for name in shelf.ids if "outer" in name]
        ids = [shelf.ids[name] for name in names]
        got = (await shelf.ask(who, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}))["nodes"]
        assert sorted(name for name, one in zip(names, got, strict=True) if one is not None) == sorted(seen)


async def test_outsiders_are_not_shown_versions_drafts_owners_or_the_cases_that_it_helped(shelf: World) -> None:
    for field in ("versions { body }", "draftRevision", "owner { name }", "cases(first: 1) { nodes { case { id } } }"):
        assert (
            await shelf.refused("Pat", f"{{ knowledgeArticles {{ nodes {{ {field} }} }} }}")
            == "GRAPHQL_VALIDATION_FAILED"
        )
    assert (
        await shelf.refused("Pat", '{ knowledgeSuggestions(case: {id: "x"}) { place } }') == "GRAPHQL_VALIDATION_FAILED"
    )


async def test_the_function_gives_the_login_of_outsiders_the_ids_of_the_settings_and_none_without(
    shelf: World,
) -> None:
    connection = await asyncpg.connect(shelf.committed.urls.partner)
    try:
        assert await connection.fetch(DIRECT) == []
        for account, seen in ((None, {FOR_ALL}), ("Brightwater", {FOR_ALL, FOR_PARTNERS})):
            async with connection.transaction():
                settings = {"tenant": shelf.committed.tenant.id, "account": shelf.keys[account] if account else ""}
                for name, value in settings.items():
                    await connection.execute("SELECT set_config($1, $2, true)", f"crm.{name}", str(value))
                found = {row["id"] for row in await connection.fetch(DIRECT)}
                assert found == {shelf.keys[name] for name in seen}
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(DIRECT.replace("_outside", ""))
    finally:
        await connection.close()
