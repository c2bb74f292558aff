"""Which partner is asked next: the same facts and the same seed give the same partner."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from api.domain.lead_distribution import Member, Standing, Wanted, choose

ANYWHERE = Wanted("", frozenset())


def member(number: int, weight: int = 1, **facts: Any) -> Member:
    return Member(UUID(int=number), weight, **facts)


def chosen(wanted: Wanted, *members: Member, seed: str = "x", declined: Any = (), expired: Any = ()) -> int | None:
    found = choose(wanted, members, seed, declined=declined, expired=expired).chosen
    return None if found is None else found.int


def test_the_order_in_which_members_are_told_is_of_no_matter():
    members = [member(number, number) for number in range(1, 9)]
    for seed in ("a", "b", "c"):
        assert chosen(ANYWHERE, *members, seed=seed) == chosen(ANYWHERE, *reversed(members), seed=seed)


def test_a_territory_widens_step_by_step_until_somebody_is_there():
    wanted = Wanted("emea/dach/de", frozenset())
    near, in_region, far = (
        member(1, territories=("emea/dach/de",)),
        member(2, 50, territories=("emea/dach/at", "apac")),
        member(3, 50, territories=("emea",)),
    )
    nowhere = member(4, 50)
    assert chosen(wanted, near, in_region, far, nowhere) == 1
    assert chosen(wanted, in_region, far, nowhere) == 2
    assert chosen(wanted, far, nowhere) == 3
    assert chosen(wanted, nowhere, member(5, 0, territories=("emea/dach/de",))) == 4


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ({"weight": 0}, Standing.NO_WEIGHT),
        ({"is_paused": True}, Standing.PAUSED),
        ({"capacity": 2, "open_leads": 2}, Standing.FULL),
        ({"capacity": 0}, Standing.FULL),
        ({"skills": frozenset({"erp"})}, Standing.NO_SKILLS),
    ],
)
def test_who_cannot_take_it_is_not_asked_and_it_says_why(facts: Any, standing: Standing):
    wanted = Wanted("", frozenset({"erp", "german"}))
    able = member(1, skills=frozenset({"erp", "german", "french"}), capacity=3, open_leads=2)
    other = member(2, **{"weight": 1000, "skills": frozenset({"erp", "german"}), **facts})
    found = choose(wanted, [other, able], "x", declined=(), expired=())
    assert (found.chosen, found.total) == (able.id, 1)
    assert [stood for _, stood in found.standings] == [Standing.CHOSEN, standing]


def test_whoever_has_said_no_or_nothing_is_not_asked_again():
    members = [member(1), member(2), member(3)]
    assert chosen(ANYWHERE, *members, declined={UUID(int=1)}, expired={UUID(int=2)}) == 3
    none = choose(ANYWHERE, members, "x", declined={UUID(int=1), UUID(int=3)}, expired={UUID(int=2)})
    assert (none.chosen, none.total, len(none.standings)) == (None, 0, 3)


def test_over_many_leads_the_offers_follow_the_weights():
    members = [member(number, weight) for number, weight in enumerate((1, 2, 3, 4), 1)]
    counts = Counter(chosen(ANYWHERE, *members, seed=f"lead {at}/1") for at in range(10_000))
    expected = {1: 1000, 2: 2000, 3: 3000, 4: 4000}
    chi_square = sum((counts[one] - number) ** 2 / number for one, number in expected.items())
    assert chi_square < 16.27  # p = 0.001 with three degrees of freedom
