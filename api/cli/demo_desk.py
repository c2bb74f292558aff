"""The desk of the demo's support: queues, rules, what is known, and how content customers are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.domain import cases, knowledge, queues, satisfaction
from api.domain.cases import CasePriority, EscalationTrigger, MilestoneType
from api.domain.kernel import Work, open_work
from api.domain.knowledge import ArticleVisibility
from api.domain.queues import QueueRouting
from api.domain.satisfaction import SatisfactionKind

from .database import Sessions

SUPPORT, INBOX, SECOND_LEVEL = "Support", "Inbox", "Second level"
LATER = timedelta(hours=3)
# Title, text, who reads it, and whether it is published.
ARTICLES = (
    ("Export more than 40 pages", "Choose a smaller span of time.", ArticleVisibility.PUBLIC, True),
    ("Change the address on an invoice", "Only an open invoice can be changed.", ArticleVisibility.PUBLIC, True),
    ("Add a second site", "Your reseller adds it, with the licence.", ArticleVisibility.PARTNER, True),
    ("When a sensor loses its connection", "Look for a channel that others use.", ArticleVisibility.INTERNAL, True),
    ("Alerts that come twice", "Two rules say the same.", ArticleVisibility.INTERNAL, False),
    ("Reports of version 3", "Sundays count twice.", ArticleVisibility.PUBLIC, True),
)
WITHDRAWN, REVISED = 5, 0  # of the articles
# What those say whose case was settled first, None: no answer yet. The last one does not want to be asked.
CONTENT = (5, 4, 5, 3, None, 4, 5, 2, None)
# What others would recommend us with.
RECOMMENDING = (10, 9, 9, 8, 7, 6, 3, None)


@dataclass(frozen=True)
class Settled:
    """A case whose contact can be asked, and when."""

    case: UUID
    contact: UUID
    asked_at: datetime


async def make_queues(work: Work, members: Sequence[UUID]) -> dict[str, UUID]:
    """By name; and the rules that escalate what waits too long."""
    everybody: list[queues.MemberValues] = [{"user_id": id} for id in members]
    made: dict[str, UUID] = {}
    for name, routing in (
        (SUPPORT, QueueRouting.ROUND_ROBIN),
        (INBOX, QueueRouting.MANUAL),
        (SECOND_LEVEL, QueueRouting.LEAST_LOADED),
    ):
        values: queues.QueueValues = {"name": name, "routing": routing, "members": everybody}
        made[name] = (await queues.create(work, values)).id
    await work.flush()
    late: cases.EscalationRuleValues = {
        "name": "A promise was broken",
        "trigger": EscalationTrigger.MILESTONE_VIOLATED,
        "milestone": MilestoneType.RESOLUTION,
        "to_level": 2,
        "to_queue_id": made[SECOND_LEVEL],
    }
    await cases.create_rule(work, late)
    again: cases.EscalationRuleValues = {
        "name": "It came back",
        "trigger": EscalationTrigger.REOPENED,
        "times": 1,
        "to_level": 1,
        "to_priority": CasePriority.HIGH,
    }
    await cases.create_rule(work, again)
    return made


async def make_articles(work: Work, helped: Sequence[UUID]) -> None:
    """In every state; each that is published helped with some of these cases."""
    for index, (title, body, visibility, is_published) in enumerate(ARTICLES):
        article = await knowledge.create(work, {"title": title, "body": body, "visibility": visibility})
        await work.flush()
        if not is_published:
            continue
        await knowledge.publish(work, article.id)
        for case in helped[index::4]:
            await knowledge.link(work, article.id, case)
        if index == WITHDRAWN:
            await knowledge.withdraw(work, article.id, "Version 3 is no longer in use")
        if index == REVISED:
            await knowledge.update(work, article.id, {"body": f"{body} Or ask for a file by e-mail."})


async def ask_customers(
    sessions: Sessions,
    at: Callable[..., Awaitable[None]],
    settled: Sequence[Settled],
    others: Sequence[UUID],
) -> None:
    """How content those are whose case is settled, each once; whether some of the others would recommend us."""
    asked: list[satisfaction.SatisfactionRequest] = []

    async def ask(
        kind: SatisfactionKind, now: datetime, score: int | None, contact: UUID, case: UUID | None = None
    ) -> None:
        async def question(work: Work) -> None:
            asked.append(await satisfaction.ask(work, kind, contact_id=contact, case_id=case))

        await at(now, question)
        if score is not None:
            viewer = satisfaction.answering(asked[-1].tenant_id, asked[-1].id)
            async with open_work(sessions, viewer, now=now + LATER, request_id="crm-demo", operation="demo") as work:
                await satisfaction.answer(work, asked[-1].id, score)

    for one, score in zip(settled, CONTENT, strict=False):
        await ask(SatisfactionKind.CSAT, one.asked_at, score, one.contact, one.case)
    declined = asked[-1].id
    now = settled[len(CONTENT) - 1].asked_at + LATER
    await at(now, lambda work: satisfaction.decline(work, declined))
    for contact, score in zip(others, RECOMMENDING, strict=False):
        await ask(SatisfactionKind.NPS, now, score, contact)
