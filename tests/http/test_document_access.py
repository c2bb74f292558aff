"""Which document a request means: what is asked of the database, for how long it is believed, and memory."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from api.db.pool import DatabaseUnavailable
from api.domain import documents
from api.domain.access import shipped
from api.domain.kernel import PrincipalKind, Viewer, new_id
from api.domain.tokens import DocumentMode
from api.http import document_access
from api.http.document_access import DocumentAccess, Found
from api.http.documents import Documents
from api.http.envelope import Envelope
from api.http.errors import Refused
from api.schema import schema
from tests.conftest import Committed
from tests.http.sent_documents import FREE, REGISTERED, register, retire, sha256

Asked = list[Sequence[Any]]


def a_viewer(tenant: UUID, mode: DocumentMode = DocumentMode.TRUSTED) -> Viewer:
    return Viewer(tenant, new_id(), PrincipalKind.INTEGRATION, "Shop", shipped("admin"), documents=mode)


def by_hash(text: str) -> Envelope:
    return Envelope(None, sha256(text), None, {}, {})


def as_text(text: str, *, automatic: bool = False) -> Envelope:
    return Envelope(text, sha256(text) if automatic else None, None, {}, {})


async def code_of(access: DocumentAccess, envelope: Envelope, viewer: Viewer) -> str | None:
    """Of the refusal, None if there is none."""
    try:
        await access.find(envelope, viewer, "POST")
    except Refused as refused:
        return refused.code
    return None


@pytest.fixture
def asked(committed: Committed) -> Asked:
    """The arguments of every look-up."""
    found: Asked = []
    committed.reads.on_statement.append(lambda _sql, arguments: found.append(arguments))
    return found


@pytest.fixture
def access(committed: Committed) -> DocumentAccess:
    return DocumentAccess(Documents(schema.core), committed.reads)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    at = time.monotonic() + seconds
    monkeypatch.setattr("api.http.document_access.time.monotonic", lambda: at)


async def test_the_text_is_fetched_once_and_permission_asked_for_every_five_seconds(
    committed: Committed, access: DocumentAccess, asked: Asked, monkeypatch: pytest.MonkeyPatch
):
    await register(committed.open_as, [REGISTERED])
    viewer, key = a_viewer(committed.tenant.id), sha256(REGISTERED)
    first = await access.find(by_hash(REGISTERED), viewer, "POST")
    for envelope in (by_hash(REGISTERED), as_text(REGISTERED), as_text(REGISTERED, automatic=True)):
        again = await access.find(envelope, viewer, "POST")
        assert again == Found(first.document, registered=True)
    assert asked == [[committed.tenant.id, key, True]]
    later(monkeypatch, document_access.KNOWN_SECONDS)
    assert (await access.find(by_hash(REGISTERED), viewer, "POST")).document is first.document
    assert asked[1:] == [[committed.tenant.id, key, False]]


async def test_a_document_that_another_process_retires_is_refused_after_five_seconds(
    committed: Committed, access: DocumentAccess, monkeypatch: pytest.MonkeyPatch
):
    await register(committed.open_as, [REGISTERED])
    viewer = a_viewer(committed.tenant.id)
    other = DocumentAccess(Documents(schema.core), committed.reads)
    for process in (access, other):
        assert await code_of(process, by_hash(REGISTERED), viewer) is None
    await retire(committed.open_as, REGISTERED)
    later(monkeypatch, document_access.KNOWN_SECONDS)
    for process in (access, other):
        assert await code_of(process, by_hash(REGISTERED), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"
        assert await code_of(process, as_text(REGISTERED), viewer) == "DOCUMENT_NOT_TRUSTED"


async def test_what_was_unknown_is_asked_for_again_after_a_second(
    committed: Committed, access: DocumentAccess, asked: Asked, monkeypatch: pytest.MonkeyPatch
):
    viewer = a_viewer(committed.tenant.id)
    for _ in range(3):
        assert await code_of(access, by_hash(REGISTERED), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"
    assert len(asked) == 1
    await register(committed.open_as, [REGISTERED])
    assert await code_of(access, by_hash(REGISTERED), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"
    later(monkeypatch, document_access.UNKNOWN_SECONDS)
    assert await code_of(access, by_hash(REGISTERED), viewer) is None
    assert len(asked) == 2


async def test_what_is_no_hash_and_free_text_of_open_tokens_ask_nothing(
    committed: Committed, access: DocumentAccess, asked: Asked
):
    trusted, opened = a_viewer(committed.tenant.id), a_viewer(committed.tenant.id, DocumentMode.OPEN)
    for wrong in ("", "x", "0" * 63, "0" * 65_536, "٠" * 64, f"{'0' * 64}\n"):
        envelope = Envelope(None, wrong, None, {}, {})
        assert await code_of(access, envelope, trusted) == "PERSISTED_DOCUMENT_NOT_FOUND"
    assert await code_of(access, as_text(FREE), opened) is None
    assert await code_of(access, as_text(FREE, automatic=True), opened) is None
    assert asked == []


async def test_a_document_that_fell_out_of_memory_is_fetched_again(committed: Committed, asked: Asked):
    access = DocumentAccess(Documents(schema.core, tokens_held=20), committed.reads)
    texts = [f"query Q{number} {{ viewer {{ name }} }}" for number in range(10)]
    await register(committed.open_as, texts)
    viewer = a_viewer(committed.tenant.id)
    for text in [*texts, *texts]:
        found = await access.find(by_hash(text), viewer, "POST")
        assert found.document.key.hex() == sha256(text)
    assert [wanted for _, _, wanted in asked] == [True] * 20


async def test_memory_is_bounded_whatever_is_asked_for(
    committed: Committed, access: DocumentAccess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(document_access, "MOST_REMEMBERED", 10)
    viewer = a_viewer(committed.tenant.id, DocumentMode.APQ)
    for number in range(30):
        text = f"query Q{number} {{ viewer {{ name }} }}"
        assert await code_of(access, by_hash(text), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"
        assert await code_of(access, as_text(text, automatic=True), viewer) is None
    assert (len(access._remembered), len(access._automatic)) == (10, 10)
    assert await code_of(access, by_hash("query Q0 { viewer { name } }"), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"
    assert await code_of(access, by_hash("query Q29 { viewer { name } }"), viewer) is None


async def test_an_automatic_document_that_fell_out_of_memory_is_sent_again(committed: Committed):
    access = DocumentAccess(Documents(schema.core, tokens_held=20), committed.reads)
    viewer = a_viewer(committed.tenant.id, DocumentMode.APQ)
    for number in range(5):
        text = f"query Q{number} {{ viewer {{ name }} }}"
        assert await code_of(access, as_text(text, automatic=True), viewer) is None
    assert await code_of(access, by_hash("query Q0 { viewer { name } }"), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"


async def test_a_registered_document_may_be_ten_times_as_long_but_for_those_who_trust_it_only(
    committed: Committed, access: DocumentAccess
):
    long = "{ accounts(filter: {name: {in: [" + '"a" ' * 3_000 + "]}}) { nodes { name } } }"
    await register(committed.open_as, [long])
    opened, trusted = (a_viewer(committed.tenant.id, mode) for mode in (DocumentMode.OPEN, DocumentMode.TRUSTED))
    assert await code_of(access, as_text(long), opened) == "QUERY_TOO_EXPENSIVE"
    assert await code_of(access, as_text(long), trusted) is None
    assert await code_of(access, by_hash(long), opened) is None
    assert await code_of(access, as_text(long), opened) == "QUERY_TOO_EXPENSIVE"  # though it is in memory


async def test_a_registered_document_that_fits_the_schema_no_more_says_why(
    committed: Committed, access: DocumentAccess
):
    gone = "{ accounts { nodes { fax } } }"
    await register(committed.open_as, [gone])
    assert await code_of(access, by_hash(gone), a_viewer(committed.tenant.id)) == "GRAPHQL_VALIDATION_FAILED"


async def test_another_tenant_asks_for_itself(committed: Committed, access: DocumentAccess, asked: Asked):
    await register(committed.open_as, [REGISTERED])
    assert await code_of(access, by_hash(REGISTERED), a_viewer(committed.tenant.id)) is None
    stranger = a_viewer(new_id())
    assert await code_of(access, by_hash(REGISTERED), stranger) == "PERSISTED_DOCUMENT_NOT_FOUND"
    assert [tenant for tenant, _, _ in asked] == [committed.tenant.id, stranger.tenant]


async def test_a_look_up_leaves_no_tenant_behind(committed: Committed, access: DocumentAccess):
    await register(committed.open_as, [REGISTERED])
    await access.find(by_hash(REGISTERED), a_viewer(committed.tenant.id), "POST")
    assert await committed.reads.fetch("SELECT coalesce(current_setting('crm.tenant', true), '')", []) == b""
    assert await committed.reads.fetch("SELECT count(*)::text FROM stored_documents", []) == b"0"


async def test_without_the_database_nobody_is_told_that_his_document_is_unknown(
    committed: Committed, access: DocumentAccess, monkeypatch: pytest.MonkeyPatch
):
    await register(committed.open_as, [REGISTERED])
    viewer = a_viewer(committed.tenant.id)
    assert await code_of(access, by_hash(REGISTERED), viewer) is None
    await committed.reads.close()
    committed.reads._url = "postgresql://crm_app@/crm?host=/nowhere"
    assert await code_of(access, by_hash(REGISTERED), viewer) is None  # believed for five seconds
    later(monkeypatch, document_access.KNOWN_SECONDS)
    with pytest.raises(DatabaseUnavailable):
        await access.find(by_hash(REGISTERED), viewer, "POST")


async def test_a_restored_document_may_be_sent_again(
    committed: Committed, access: DocumentAccess, monkeypatch: pytest.MonkeyPatch
):
    await register(committed.open_as, [REGISTERED])
    await retire(committed.open_as, REGISTERED)
    viewer = a_viewer(committed.tenant.id)
    assert await code_of(access, by_hash(REGISTERED), viewer) == "PERSISTED_DOCUMENT_NOT_FOUND"
    async with committed.open_as() as work:
        done = await documents.register(work, [REGISTERED])
    assert done == {sha256(REGISTERED): documents.Registration.RESTORED}
    later(monkeypatch, document_access.UNKNOWN_SECONDS)
    assert await code_of(access, by_hash(REGISTERED), viewer) is None
