"""Rows of commissions and their ledgers: constraints tie them together more than tries would find out."""

from typing import Any

from api.domain.commissions import CommissionBasis, CommissionStatus, EntryKind
from api.domain.kernel import CURRENCIES
from tests.probes.values import day

COST = 7


def ledger_values(entries: list[Any], table: str, letter: str, n: int) -> dict[str, Any]:
    """What the row of a table of commissions is made with; nothing for any other table. `entries`: made before."""
    minor = 1_000_000 + n
    if table == "partner_commissions":
        amounts = dict.fromkeys(("basis_minor", "uncapped_minor", "cap_minor", "amount_minor"), minor)
        basis = {"basis": CommissionBasis.MARGIN, "percent": 100, "cost_minor": COST, "revenue_minor": minor + COST}
        unpaid = {"reversed_minor": 0, "paid_minor": 0, "approved_on": None, "paid_on": None, "reversal_reason": None}
        return {**amounts, **basis, **unpaid, "status": CommissionStatus.ACCRUED}
    if table == "partner_commission_entries":
        place = {"currency": sorted(CURRENCIES)[n], "sequence": 1, "previous": None, "kind": EntryKind.ACCRUED}
        money = {"opening_minor": 0, "amount_minor": minor, "balance_minor": minor}
        return {**place, **money, "version": 1, "archived_at": None}
    if table == "partner_commission_statements":
        last = entries[n % len(entries)].values
        period = dict.fromkeys(("starts_on", "ends_on"), day(letter, n))
        sums = {"opening_minor": 0, "reversed_minor": 0, "paid_minor": 0, "from_sequence": 1, "to_sequence": 1}
        closing = dict.fromkeys(("accrued_minor", "closing_minor"), last["balance_minor"])
        return {"account_id": last["account_id"], "currency": last["currency"], **period, **sums, **closing}
    return {}
