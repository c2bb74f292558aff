"""Cases with all that belongs to them, articles, and what customers were asked, of a random tenant."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api.domain import accounts, business_hours, cases, contacts, knowledge, products, queues, satisfaction, users
from api.domain.cases.models import CaseStay
from api.domain.knowledge.models import ArticleVersion, CaseArticle
from tests.oracle.maker import Maker
from tests.oracle.service import some_skills
from tests.oracle.wire import fold

STATUS, MILESTONE, WAY = cases.CaseStatus, cases.MilestoneStatus, cases.AssignmentWay
SETTLED = {STATUS.RESOLVED, STATUS.CLOSED}
REQUEST, KIND = satisfaction.RequestStatus, satisfaction.SatisfactionKind
ARTICLE, TEXT = knowledge.ArticleStatus, knowledge.VersionStatus


def all_cases(maker: Maker) -> None:
    number = 0
    for _ in range(maker.random.randrange(25, 45)):
        number += maker.random.choice([1, 1, 1, 4])
        status = maker.random.choice(list(STATUS))
        duplicate = maker.some(cases.Case, 1)
        if status is STATUS.DUPLICATE and duplicate is None:
            status = STATUS.CLOSED
        subject, answered = maker.name(), maker.maybe(maker.instant, 0.6)
        row = maker.record(
            cases.Case,
            number=number,
            subject=subject,
            subject_sort=fold(subject),
            description=maker.maybe(maker.name, 0.5),
            notes=maker.maybe(maker.name, 0.2),
            account_id=maker.some(accounts.Account),
            contact_id=maker.some(contacts.Contact),
            product_id=maker.some(products.Product, 0.4),
            owner_id=maker.some(users.User, 0.7),
            queue_id=maker.some(queues.Queue, 0.7),
            skills=some_skills(maker),
            parent_id=maker.some(cases.Case, 0.3),
            follows_id=maker.some(cases.Case, 0.2),
            duplicate_of_id=duplicate if status is STATUS.DUPLICATE else None,
            from_email=maker.maybe(lambda: "José@example.com", 0.3),
            origin=maker.random.choice(list(cases.CaseOrigin)),
            type=maker.maybe(lambda: maker.random.choice(list(cases.CaseType))),
            priority=maker.random.choice(list(cases.CasePriority)),
            severity=maker.maybe(lambda: maker.random.choice(list(cases.CaseSeverity)), 0.5),
            escalation_level=maker.random.choice([0, 0, 1, 5]),
            reopen_count=maker.random.choice([0, 0, 0, 1, 3]),
            first_response_at=answered,
            first_response_us=maker.maybe(lambda: some_microseconds(maker), 0.8) if answered else None,
            business_hours_id=maker.some(business_hours.BusinessHours, 0.3),
            entitlement_id=maker.some(cases.Entitlement, 0.3),
            sla_version_id=maker.some(cases.SlaVersion, 0.6),
            next_due_at=maker.maybe(maker.instant, 0.5),
            **how_it_stands(maker, status),
        )
        case_parts(maker, row)


def some_microseconds(maker: Maker) -> int:
    return maker.random.choice([0, 1, 90_000_000, 7 * 10**9, maker.random.randrange(10**12)])


def how_it_stands(maker: Maker, status: cases.CaseStatus) -> dict[str, Any]:
    is_settled, is_over = status in SETTLED, status in cases.FINISHED
    return {
        "status": status,
        "status_since": maker.instant(),
        "resolved_at": maker.instant() if is_settled else None,
        "resolution_us": maker.maybe(lambda: some_microseconds(maker), 0.8) if is_settled else None,
        "resolution_code": maker.random.choice(list(cases.ResolutionCode)) if is_settled else None,
        "resolution": maker.maybe(maker.name, 0.5) if is_settled else None,
        "closes_at": maker.instant() + timedelta(days=7) if status is STATUS.RESOLVED else None,
        "closed_at": maker.instant() if is_over else None,
    }


def case_parts(maker: Maker, case: dict[str, Any]) -> None:
    comments(maker, case["id"])
    stays(maker, case)
    milestones(maker, case["id"])
    for _ in range(maker.random.choice([0, 0, 1, 3])):
        assignment(maker, case["id"])
    rules: list[UUID] = []
    for _ in range(maker.random.choice([0, 0, 1, 2])):
        rule = maker.some(cases.EscalationRule, 0.7)
        rule = None if rule in rules else rule
        rules += [rule] if rule else []
        before = maker.random.randrange(0, 5)
        maker.add(
            cases.CaseEscalation,
            id=maker.id(),
            case_id=case["id"],
            rule_id=rule,
            by_id=None if rule else maker.some(users.User),
            level_before=before,
            level=maker.random.randrange(max(before, 1), 6),
            reason=maker.name(),
            created_at=maker.instant(),
        )


def comments(maker: Maker, case: UUID) -> None:
    for _ in range(maker.random.choice([0, 1, 1, 2, 4])):
        customer = maker.some(contacts.Contact, 0.4)
        maker.add(
            cases.CaseComment,
            id=maker.id(),
            case_id=case,
            user_id=None if customer else maker.some(users.User, 0.8),
            contact_id=customer,
            body=maker.name(),
            is_public=customer is not None or maker.chance(0.6),
            is_automated=maker.chance(0.2),
            created_at=maker.instant(),
        )


def stays(maker: Maker, case: dict[str, Any]) -> None:
    """Those it left, and the present one."""
    for _ in range(maker.random.choice([0, 1, 1, 3])):
        entered = maker.instant()
        left = entered + timedelta(seconds=maker.random.randrange(40 * 86_400))
        stay(maker, case["id"], maker.random.choice([STATUS.OPEN, STATUS.RESOLVED]), entered_at=entered, left_at=left)
    stay(maker, case["id"], case["status"], entered_at=case["status_since"], left_at=None)


def stay(maker: Maker, case: UUID, status: cases.CaseStatus, **when: Any) -> None:
    reason = maker.maybe(maker.name, 0.3)
    maker.add(CaseStay, id=maker.id(), case_id=case, status=status, reason=reason, actor_id=maker.id(), **when)


def milestones(maker: Maker, case: UUID) -> None:
    for kind in maker.random.sample(list(cases.MilestoneType), maker.random.choice([0, 1, 2, 4])):
        for is_last in maker.random.choice([[True], [False], [False, True]]):
            every = list(MILESTONE)
            status = maker.random.choice(every if is_last else [MILESTONE.MET, MILESTONE.MISSED, MILESTONE.CANCELLED])
            is_missed = status is MILESTONE.MISSED
            reached = status is MILESTONE.MET or (is_missed and (not is_last or maker.chance(0.5)))
            begin = maker.instant()
            target = begin + timedelta(minutes=maker.random.choice([1, 480, 30_000]))
            maker.add(
                cases.Milestone,
                id=maker.id(),
                case_id=case,
                type=kind,
                status=status,
                minutes=maker.random.choice([1, 60, 480]),
                business_hours_id=maker.some(business_hours.BusinessHours, 0.5),
                start_at=begin,
                warn_at=min(target, begin + timedelta(minutes=48)),
                target_at=target,
                paused_at=maker.instant() if status is MILESTONE.PAUSED else None,
                paused_us=maker.random.choice([0, 0, 999_999, 1_000_000, 10**12 + 1]),
                warned_at=maker.maybe(maker.instant, 0.4),
                violated_at=maker.maybe(maker.instant) if is_missed else None,
                completed_at=maker.instant() if reached else None,
            )


def assignment(maker: Maker, case: UUID) -> None:
    queue, way = maker.some(queues.Queue, 0.8), maker.random.choice(list(WAY))
    if queue is None and way is WAY.CHOSEN:
        way = WAY.GIVEN
    turns = [one["turn"] or 0 for one in maker.rows.get(cases.CaseAssignment, []) if one["queue_id"] == queue]
    made = maker.add(
        cases.CaseAssignment,
        id=maker.id(),
        case_id=case,
        queue_id=queue,
        user_id=None if way is WAY.QUEUED else maker.some(users.User, 1),
        way=way,
        routing=maker.random.choice(list(queues.QueueRouting)) if way in {WAY.CHOSEN, WAY.QUEUED} else None,
        turn=max(turns, default=0) + 1 if way is WAY.CHOSEN else None,
        reason=maker.maybe(maker.name, 0.3),
        by_id=maker.some(users.User, 0.5),
        created_at=maker.instant(),
    )
    people = [one["id"] for one in maker.rows[users.User] if one["tenant_id"] == maker.tenant]
    for user in maker.random.sample(people, maker.random.choice([0, 1, 3])):
        maker.add(
            cases.CaseCandidate,
            assignment_id=made["id"],
            user_id=user,
            case_id=case,
            standing=maker.random.choice(list(queues.AgentStanding)),
            open_cases=maker.random.randrange(4),
            last_turn=maker.random.randrange(9),
        )


def articles(maker: Maker) -> None:
    of_tenant = [one["id"] for one in maker.rows[cases.Case] if one["tenant_id"] == maker.tenant]
    for _ in range(maker.random.randrange(6, 14)):
        status = maker.random.choice(list(ARTICLE))
        last = maker.random.randrange(1, 5)
        has_draft = status is ARTICLE.DRAFT or (last > 1 and maker.chance(0.5))
        shown = {ARTICLE.PUBLISHED: last - 1 if has_draft else last}.get(status)
        texts = [a_text(maker) for _ in range(last)]
        text = texts[(shown or last) - 1]
        published = None if status is ARTICLE.DRAFT else maker.instant()
        row = maker.record(
            knowledge.KnowledgeArticle,
            **text,
            title_sort=fold(text["title"]),
            words=fold(" ".join(one for one in text.values() if one)),
            language=maker.maybe(lambda: maker.random.choice(["de", "de-AT", "pt-BR"])),
            visibility=maker.random.choice(list(knowledge.ArticleVisibility)),
            status=status,
            owner_id=maker.some(users.User),
            draft_revision=last if has_draft else None,
            published_revision=shown,
            published_at=published,
        )
        for revision, one in enumerate(texts, 1):
            here = {shown: TEXT.PUBLISHED, row["draft_revision"]: TEXT.DRAFT}.get(revision, TEXT.ARCHIVED)
            maker.add(
                ArticleVersion,
                id=maker.id(),
                article_id=row["id"],
                revision=revision,
                status=here,
                **one,
                user_id=maker.some(users.User),
                created_at=maker.instant(),
                published_at=published if here is TEXT.PUBLISHED else None,
                replaced_at=maker.instant() if here is TEXT.ARCHIVED else None,
            )
        for case in maker.random.sample(of_tenant, maker.random.choice([0, 1, 3])):
            user = maker.some(users.User)
            maker.add(CaseArticle, article_id=row["id"], case_id=case, user_id=user, created_at=maker.instant())


def a_text(maker: Maker) -> dict[str, Any]:
    return {"title": maker.unique(maker.name()), "summary": maker.maybe(maker.name, 0.5), "body": maker.name()}


def requests(maker: Maker) -> None:
    for _ in range(maker.random.randrange(15, 30)):
        kind, status = maker.random.choice(list(KIND)), maker.random.choice(list(REQUEST))
        is_answered = status is REQUEST.ANSWERED
        lowest, highest = satisfaction.SCORES[kind]
        maker.record(
            satisfaction.SatisfactionRequest,
            kind=kind,
            contact_id=maker.some(contacts.Contact, 1),
            case_id=maker.some(cases.Case, 1 if kind is KIND.CSAT else 0.3),
            status=status,
            expires_at=maker.instant() + timedelta(days=maker.random.choice([0, 14])),
            answered_at=None if status is REQUEST.ASKED else maker.instant(),
            score=maker.random.randrange(lowest, highest + 1) if is_answered else None,
            comment=maker.maybe(maker.name, 0.5) if is_answered else None,
        )
