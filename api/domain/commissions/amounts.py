"""How commissions are rounded: half to even, once for each commission, and never twice.

What is reversed of a commission is reckoned from the whole each time, and what was reversed before is taken off. So
parts that are given back one after the other add up to the commission, whatever each was rounded to.
"""

from decimal import ROUND_HALF_EVEN, Decimal


def even(value: Decimal) -> int:
    """To a whole number, half to the even one: over many commissions nobody gains by it.

    >>> [even(Decimal(text)) for text in ("0.5", "1.5", "2.5", "2.51", "-0.5")]
    [0, 2, 2, 3, 0]
    """
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def percent_of(minor: int, percent: Decimal) -> int:
    """Rounded half to even.

    >>> percent_of(100_050, Decimal("5.00"))
    5002
    """
    return even(minor * percent / 100)


def share_of(minor: int, part: int, whole: int) -> int:
    """What of an amount belongs to a part of its basis.

    >>> [share_of(100, part, 3) for part in (1, 2, 3)]
    [33, 67, 100]
    """
    return even(Decimal(minor) * part / whole)
