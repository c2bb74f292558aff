"""The job of a case's timer: what its clocks say, and what rules make of it."""

from collections.abc import Mapping
from typing import Any

from api.domain.kernel import Work, parse

from .clocks import open_clocks
from .escalating import Occasion, act
from .models import Case


async def clock_due(work: Work, payload: Mapping[str, Any]) -> None:
    """It looks at what is due now, so that it may come twice, too late or too early. Archived cases are silent."""
    found = await work.affect(Case, [parse("cas", payload["case"])])
    cases = [case for case in found if case.archived_at is None]
    clocks = await open_clocks(work, cases)
    for case in cases:
        clocks.tick(case)
    await clocks.settle()
    await act(work, [Occasion(*told) for told in clocks.told])
