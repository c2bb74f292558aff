"""Asking customers how content they are: how often, and once and for all."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.domain import satisfaction
from api.domain.cases import CaseStatus
from api.domain.kernel import Invalid, Required, Work
from api.domain.satisfaction import AnswerRefused, RequestStatus, SatisfactionKind
from api.settings import SecretKey
from tests.factories import a_case, a_contact
from tests.people import NOW

CSAT, NPS = SatisfactionKind


@pytest.fixture
async def settled(work: Work) -> Any:
    contact = await a_contact(work)
    return await a_case(work, status=CaseStatus.RESOLVED, contact_id=contact.id)


async def test_a_contact_is_left_alone_for_thirty_days(work: Work, settled: Any):
    first = await satisfaction.ask(work, CSAT, case_id=settled.id)
    await work.flush()
    assert (first.contact_id, first.expires_at) == (settled.contact_id, NOW + timedelta(days=30))
    work.now = NOW + timedelta(days=30) - timedelta(seconds=1)
    with pytest.raises(Invalid, match="last 30 days"):
        await satisfaction.ask(work, NPS, contact_id=settled.contact_id)
    await satisfaction.archive(work, first.id)
    await work.flush()
    with pytest.raises(Invalid, match="last 30 days"):  # archiving does not make it unasked
        await satisfaction.ask(work, NPS, contact_id=settled.contact_id)
    work.now = NOW + timedelta(days=30)
    await satisfaction.ask(work, NPS, contact_id=settled.contact_id)


async def test_who_declined_is_not_asked_until_somebody_archives_that(work: Work, settled: Any):
    request = await satisfaction.ask(work, CSAT, case_id=settled.id)
    await satisfaction.decline_by_link(work, request.id)
    await work.flush()
    work.now = NOW + timedelta(days=400)
    with pytest.raises(Invalid, match="does not want to be asked"):
        await satisfaction.ask(work, NPS, contact_id=settled.contact_id)
    await satisfaction.archive(work, request.id)
    await work.flush()
    await satisfaction.ask(work, NPS, contact_id=settled.contact_id)


async def test_what_cannot_be_asked(work: Work, settled: Any):
    with pytest.raises(Required):
        await satisfaction.ask(work, CSAT, contact_id=settled.contact_id)
    with pytest.raises(Invalid, match="when the case is resolved"):
        await satisfaction.ask(work, CSAT, case_id=(await a_case(work)).id, contact_id=settled.contact_id)
    with pytest.raises(Required):
        await satisfaction.ask(work, CSAT, case_id=(await a_case(work, status=CaseStatus.RESOLVED)).id)


@pytest.mark.parametrize(("kind", "lowest", "highest"), [(CSAT, 1, 5), (NPS, 0, 10)])
async def test_an_answer_is_on_the_scale_and_there_is_one(
    work: Work, settled: Any, kind: SatisfactionKind, lowest: int, highest: int
):
    request = await satisfaction.ask(work, kind, case_id=settled.id)
    await work.flush()
    for score in (lowest - 1, highest + 1):
        with pytest.raises(Invalid):
            await satisfaction.answer(work, request.id, score)
    await satisfaction.answer(work, request.id, highest, comment="Quick")
    assert (request.status, request.score, request.comment) == (RequestStatus.ANSWERED, highest, "Quick")
    with pytest.raises(AnswerRefused):
        await satisfaction.answer(work, request.id, lowest)
    with pytest.raises(AnswerRefused):
        await satisfaction.decline_by_link(work, request.id)
    assert request.score == highest


async def test_a_link_is_too_old_from_its_last_instant_on(work: Work, settled: Any):
    request = await satisfaction.ask(work, CSAT, case_id=settled.id, valid_days=1)
    await work.flush()
    work.now = NOW + timedelta(days=1)
    with pytest.raises(AnswerRefused):
        await satisfaction.answer(work, request.id, 5)
    work.now -= timedelta(microseconds=1)
    await satisfaction.answer(work, request.id, 5)


def test_a_link_opens_with_the_key_it_was_signed_with_or_one_after_it():
    tenant, request = UUID(int=1), UUID(int=2)
    old, new = SecretKey(b"o" * 32), SecretKey(b"n" * 32)
    signed = satisfaction.sign(old, tenant, request)
    assert satisfaction.opened(old, signed) == (tenant, request)
    assert satisfaction.opened(new, signed) is None
    new.previous = (bytes(old),)
    assert satisfaction.opened(new, signed) == (tenant, request)
    changed = signed[:-1] + ("A" if signed[-1] != "A" else "B")
    assert [satisfaction.opened(old, text) for text in (changed, signed + "A", "", "é" * 64)] == [None] * 4
