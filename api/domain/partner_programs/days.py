"""The calendar of memberships and certifications."""

from calendar import monthrange
from datetime import date

from api.domain.kernel import Work


async def today(work: Work) -> date:
    return (await work.tenant_settings()).day_of(work.now)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last.

    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
