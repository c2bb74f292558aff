"""Money: minor units and an ISO 4217 code, never a float.

Source of the digits: ISO 4217 list one, the currencies whose minor unit is not 2.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Self

from sqlalchemy import ColumnElement, Numeric, case, cast, literal_column

from .errors import Invalid

DIGITS = MappingProxyType(
    {
        **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
        **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
        **dict.fromkeys("CLF UYW".split(), 4),
    }
)
# The codes of ISO 4217 list one that are money of a country or union, with two digits.
TWO_DIGITS = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG".split()
)
CURRENCIES = TWO_DIGITS | DIGITS.keys()
MAX_MINOR = 10**17  # far below 2^63: sums over a million rows still fit bigint


def digits_of(currency: str) -> int:
    """How many decimal digits amounts of this currency have; 2 unless ISO 4217 says otherwise."""
    return DIGITS.get(currency, 2)


def checked_currency(code: str, path: str = "currency") -> str:
    if code not in CURRENCIES:
        raise Invalid((path,), f"{code[:10]!r} is not an ISO 4217 currency code, such as USD", constraint="currency")
    return code


def rounded(value: Decimal) -> int:
    """To a whole number, half away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of its currency: `Money(105400, "USD")` is 1,054.00 US dollars."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str, path: str = "amount") -> Self:
        """Money from an amount in major units.

        Raises:
            Invalid: unknown currency, more digits than the currency has, or out of range.
        """
        checked_currency(currency, path)
        digits = digits_of(currency)
        scaled = amount.scaleb(digits)
        if scaled != scaled.to_integral_value():
            raise Invalid((path,), f"{currency} amounts have at most {digits} decimal digits", "digits", digits)
        if abs(scaled) > MAX_MINOR:
            raise Invalid((path,), "this amount is larger than can be stored", constraint="range")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """In major units with exactly the currency's digits."""
        return Decimal(self.minor).scaleb(-digits_of(self.currency))


def minor_unit(currency: ColumnElement[str]) -> ColumnElement[Decimal]:
    """SQL: the value of one minor unit in major units; multiplying by it gives exactly the currency's digits."""
    by_digits: dict[int, list[str]] = {}
    for code, digits in DIGITS.items():
        by_digits.setdefault(digits, []).append(code)
    return case(
        *(
            (currency.in_(codes), literal_column(str(Decimal(1).scaleb(-digits)), Numeric))
            for digits, codes in by_digits.items()
        ),
        else_=literal_column("0.01", Numeric),
    )


def major(minor: ColumnElement[int], currency: ColumnElement[str]) -> ColumnElement[Decimal]:
    """SQL: an amount in major units with exactly the currency's digits."""
    return cast(minor, Numeric) * minor_unit(currency)
