"""How the credit for an opportunity is split among users."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import (
    Invalid,
    LimitExceeded,
    Work,
    assign,
    checked_references,
    load_references,
    require,
    under,
)
from api.domain.users import User

from .desk import check_open
from .models import Opportunity, OpportunitySplit
from .stages import SplitKind

MOST = 50
REFERENCES = {"user_id": User}
ALL, HUNDREDTH = Decimal(100), Decimal("0.01")
Key = tuple[UUID, SplitKind]


class SplitValues(TypedDict):
    """One user's share: `percent` is above 0 and at most 100, with two decimal digits."""

    user_id: UUID
    kind: SplitKind
    percent: Decimal


async def set_splits(
    work: Work, opportunity_id: UUID, splits: Sequence[SplitValues], *, if_version: int | None = None
) -> Opportunity:
    """Make these all the splits of an opportunity. Overlay splits are credit beside the revenue and add up to anything.

    Raises:
        IllegalTransition: the opportunity is closed.
        Invalid: the revenue splits do not add up to exactly 100 %, or a user has two of a kind.
    """
    opportunity = await work.edit(Opportunity, opportunity_id, if_version=if_version)
    check_open(opportunity, "set_splits")
    await load_references(work, [dict(split) for split in splits], REFERENCES)
    known = await load_splits(work, opportunity_id)
    asked = checked_splits(work, splits, known)
    for key, split in known.items():
        if key not in asked:
            work.remove(split)
    for (user_id, kind), percent in asked.items():
        split_of_user = known.get((user_id, kind))
        if split_of_user is not None:
            assign(split_of_user, {"percent": percent})
        else:
            work.add(OpportunitySplit(opportunity_id=opportunity_id, user_id=user_id, kind=kind, percent=percent))
    return opportunity


def checked_splits(work: Work, splits: Sequence[SplitValues], known: dict[Key, OpportunitySplit]) -> dict[Key, Decimal]:
    if len(splits) > MOST:
        raise LimitExceeded(("splits",), MOST, "splits of one opportunity")
    asked: dict[Key, Decimal] = {}
    for index, split in enumerate(splits):
        with under("splits", str(index)):
            require(split, "user_id", "kind", "percent")
            key = (split["user_id"], split["kind"])
            checked_references(work, split, REFERENCES, known.get(key))
            if key in asked:
                raise Invalid(("user",), "this user has another split of the kind; add the two up", "twice")
            asked[key] = checked_percent(split["percent"])
    revenue = [percent for (_, kind), percent in asked.items() if kind is SplitKind.REVENUE]
    if revenue and sum(revenue) != ALL:
        reason = f"the revenue splits add up to {sum(revenue)} %; they must be exactly 100 %, or none"
        raise Invalid(("splits",), reason, "sum", 100)
    return asked


def checked_percent(percent: Decimal) -> Decimal:
    if not percent.is_finite() or not 0 < percent <= ALL or percent != percent.quantize(HUNDREDTH):
        raise Invalid(("percent",), "a share is above 0 and at most 100, with two decimal digits", "percent")
    return percent


async def load_splits(work: Work, opportunity_id: UUID) -> dict[Any, OpportunitySplit]:
    """The splits of an opportunity by user and kind."""
    await work.flush()
    query = select(OpportunitySplit).where(
        OpportunitySplit.tenant_id == work.tenant, OpportunitySplit.opportunity_id == opportunity_id
    )
    return {(split.user_id, split.kind): split for split in await work.session.scalars(query)}
