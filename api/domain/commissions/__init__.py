"""Commissions of partners: plans, what they give for sales that are won, the ledger, statements.

For others: `reverse_pro_rata(work, source_key, refunded, of, reason)` when something is refunded;
`PartnerCommissionEntry` is what figures are made of: the cost of commissions in a period is the sum of its entries of
the kinds ACCRUED and REVERSED, the balance of a partner that of all its entries.
"""

from .accruals import accrue
from .events import CommissionAccrued, CommissionApproved, CommissionPaid, CommissionReversed, StatementIssued
from .models import CommissionPlan, PartnerCommission, PartnerCommissionEntry, PartnerCommissionStatement
from .payments import NoteValues, annotate, approve, pay
from .plans import PlanRow, PlanValues, archive_plan, create_plan, restore_plan, upsert_plans
from .reversals import reverse, reverse_pro_rata
from .statements import issue_statement
from .states import TRANSITIONS, CommissionBasis, CommissionStatus, EntryKind

__all__ = [
    "TRANSITIONS",
    "CommissionAccrued",
    "CommissionApproved",
    "CommissionBasis",
    "CommissionPaid",
    "CommissionPlan",
    "CommissionReversed",
    "CommissionStatus",
    "EntryKind",
    "NoteValues",
    "PartnerCommission",
    "PartnerCommissionEntry",
    "PartnerCommissionStatement",
    "PlanRow",
    "PlanValues",
    "StatementIssued",
    "accrue",
    "annotate",
    "approve",
    "archive_plan",
    "create_plan",
    "issue_statement",
    "pay",
    "restore_plan",
    "reverse",
    "reverse_pro_rata",
    "upsert_plans",
]
