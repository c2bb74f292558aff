"""Products, pipelines, opportunities and exchange rates of a random tenant."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.domain import accounts, contacts, opportunities, products, users
from api.domain.kernel.rates import ExchangeRate
from tests.oracle.maker import CURRENCIES, WORDS, Maker
from tests.oracle.wire import fold

OPEN, WON, LOST = opportunities.Status.OPEN, opportunities.Status.WON, opportunities.Status.LOST
OPEN_CATEGORIES = [one for one in opportunities.ForecastCategory if one != "CLOSED"]


def catalog(maker: Maker) -> None:
    for at in range(maker.random.randrange(4, 9)):
        name, family, currency = maker.name(), maker.maybe(lambda: maker.random.choice(WORDS)), maker.currency()
        code = f"{maker.random.choice(['GTX', 'Öl', 'mg'])}-{at}"
        price = maker.maybe(lambda currency=currency: maker.minor(currency))  # type: ignore[misc]
        maker.record(
            products.Product,
            code=code,
            code_norm=fold(code),
            name=name,
            name_sort=fold(name),
            family=family,
            family_sort=family and fold(family),
            list_price_minor=price,
            currency=currency if price is not None or maker.chance(0.5) else None,
            is_active=maker.chance(0.7),
        )


def pipelines(maker: Maker) -> None:
    for at in range(3):
        name = maker.unique(maker.name())
        pipeline = maker.record(
            opportunities.Pipeline,
            archived=0.3 if at == 2 else 0,
            name=name,
            name_sort=fold(name),
            currency=maker.maybe(maker.currency, 0.5),
            strict_order=at == 1 or maker.chance(0.3),
        )
        kinds = [*[OPEN] * maker.random.randrange(2, 5), WON, LOST, *maker.random.choice([[], [OPEN]])]
        for position, kind in enumerate(kinds, 1):
            stage(maker, pipeline["id"], kind, position)


def stage(maker: Maker, pipeline: UUID, kind: opportunities.Status, position: int) -> None:
    name = maker.unique(maker.name())
    chance, category = figures(maker, kind)
    maker.record(
        opportunities.Stage,
        archived=0.2 if kind is OPEN and position > 1 else 0,
        pipeline_id=pipeline,
        name=name,
        name_sort=fold(name),
        position=position,
        kind=kind,
        probability=chance,
        forecast_category=category,
        max_days=maker.maybe(lambda: maker.random.choice([1, 14, 30]), 0.6) if kind is OPEN else None,
    )


def figures(maker: Maker, kind: opportunities.Status) -> tuple[int, opportunities.ForecastCategory]:
    closed = opportunities.CLOSED_FIGURES.get(kind)
    return closed or (maker.random.choice([0, 10, 33, 50, 99, 100]), maker.random.choice(OPEN_CATEGORIES))


def all_opportunities(maker: Maker) -> None:
    stages = [row for row in maker.rows[opportunities.Stage] if row["tenant_id"] == maker.tenant]
    for _ in range(maker.random.randrange(25, 45)):
        stage, name, currency = maker.random.choice(stages), maker.name(), maker.currency()
        status, opened = stage["kind"], maker.maybe(maker.day)
        closed = None if status is OPEN else max(maker.day(), opened or date.min)
        chance, category = figures(maker, status)
        row = maker.record(
            opportunities.Opportunity,
            name=name,
            name_sort=fold(name),
            account_id=maker.some(accounts.Account, 1 if status is WON else 0.6),
            owner_id=maker.some(users.User, 0.8),
            pipeline_id=stage["pipeline_id"],
            stage_id=stage["id"],
            status=status,
            amount_minor=maker.maybe(lambda c=currency: maker.minor(c), 0.8),  # type: ignore[misc]
            currency=currency,
            close_date=closed or maker.maybe(maker.day),
            opened_on=opened,
            closed_on=closed,
            probability=chance,
            is_probability_overridden=maker.chance(0.2),
            forecast_category=category,
            is_forecast_category_overridden=maker.chance(0.2),
            type=maker.maybe(lambda: maker.random.choice(list(opportunities.OpportunityType))),
            next_step=maker.maybe(maker.name, 0.3),
            notes=None,
            loss_reason="Too dear" if status is LOST else None,
            competitor=maker.maybe(maker.name, 0.2),
            stage_entered_at=maker.instant(),
            push_count=maker.random.randrange(3),
        )
        opportunity_parts(maker, row)


def opportunity_parts(maker: Maker, row: dict[str, Any]) -> None:
    for position in range(1, maker.random.choice([0, 0, 2, 4]) + 1):
        maker.add(
            opportunities.OpportunityLine,
            id=maker.id(),
            opportunity_id=row["id"],
            product_id=maker.some(products.Product, 0.8),
            position=position,
            name=maker.name(),
            quantity=Decimal(maker.random.choice(["1", "2.5", "0.125", "1000"])),
            list_price_minor=maker.maybe(lambda: maker.minor(row["currency"])),
            unit_price_minor=maker.minor(row["currency"]),
            discount_percent=Decimal(maker.random.choice(["0", "10", "33.33", "100"])),
            total_minor=maker.minor(row["currency"]),
            currency=row["currency"],
        )
    stays = maker.random.choice([0, 1, 1, 3])
    for at in range(stays):
        entered = maker.instant()
        left = entered + timedelta(seconds=maker.random.randrange(40 * 86_400)) if at or maker.chance(0.3) else None
        maker.add(
            opportunities.StageHistory,
            id=maker.id(),
            opportunity_id=row["id"],
            from_stage_id=maker.some(opportunities.Stage, 0.6),
            stage_id=maker.some(opportunities.Stage, 1),
            entered_at=entered,
            left_at=left,
            amount_minor=maker.maybe(lambda: maker.minor(row["currency"])),
            currency=row["currency"],
            close_date=maker.maybe(maker.day),
            probability=maker.random.randrange(101),
            forecast_category=maker.random.choice(list(opportunities.ForecastCategory)),
            reason=maker.maybe(maker.name, 0.2),
            actor_id=maker.id(),
        )


def roles(maker: Maker) -> None:
    """People of the buying side, and who shares the credit."""
    people = [one["id"] for one in maker.rows[contacts.Contact] if one["tenant_id"] == maker.tenant]
    sellers = [one["id"] for one in maker.rows[users.User] if one["tenant_id"] == maker.tenant]
    for row in maker.rows[opportunities.Opportunity]:
        if row["tenant_id"] != maker.tenant or maker.chance(0.5):
            continue
        for at, contact in enumerate(maker.random.sample(people, maker.random.choice([0, 1, 2, 4]))):
            maker.add(
                opportunities.OpportunityContactRole,
                id=maker.id(),
                opportunity_id=row["id"],
                contact_id=contact,
                role=maker.random.choice(list(opportunities.ContactRole)),
                is_primary=at == 1,
                created_at=maker.instant(),
            )
        for user in maker.random.sample(sellers, maker.random.choice([0, 1, 3])):
            kind, percent = (
                maker.random.choice(list(opportunities.SplitKind)),
                Decimal(maker.random.choice(["33.34", "50", "0.5"])),
            )
            maker.add(
                opportunities.OpportunitySplit, opportunity_id=row["id"], user_id=user, kind=kind, percent=percent
            )


def rates(maker: Maker) -> None:
    ids = sorted(maker.id() for _ in range(60))
    for base in CURRENCIES[:4]:
        for quote in CURRENCIES[:4]:
            for _ in range(maker.random.choice([0, 1, 3]) if base != quote else 0):
                maker.add(
                    ExchangeRate,
                    base=base,
                    quote=quote,
                    valid_from=maker.random.choice([*maker.days[:2], maker.day()]),
                    id=ids.pop(0),
                    rate=Decimal(maker.random.randrange(1, 2 * 10**12)).scaleb(-10),
                    source="ECB",
                    recorded_at=maker.now,
                    recorded_by=maker.tenant,
                )
