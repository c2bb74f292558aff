"""Amounts within the level above: allocations within a budget, requests within an allocation, claims within a request.

Each command locks the level above before it looks at what is left, and always from below upwards.
"""

from api.domain.kernel import Invalid, Money, Required, checked_money


def positive(amount: Money | None, path: str = "amount") -> Money:
    """Raises Required, Invalid unless it is more than nothing."""
    checked_money(amount, path)
    if amount is None:
        raise Required((path,))
    if amount.minor == 0:
        raise Invalid((path,), "this amount must be more than nothing", "positive", 0)
    return amount


def check_currency(amount: Money, currency: str, path: str = "amount") -> None:
    if amount.currency != currency:
        raise Invalid((path,), f"this is in {currency}; give the amount in that currency", "currency")


def check_left(wanted: int, left: int, currency: str, what: str, path: str = "amount") -> None:
    """Raises Invalid if more is wanted than the level above has left."""
    if wanted > left:
        rest = Money(left, currency).amount
        raise Invalid((path,), f"{rest} {currency} of the {what} are left; give no more than that", "left")
