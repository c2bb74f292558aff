"""Market development funds: budget → allocation → request → claim, each within the one before it."""

from .budgets import (
    AllocationValues,
    BudgetRow,
    BudgetValues,
    NoteValues,
    allocate,
    archive_allocation,
    archive_budget,
    create_budget,
    restore_allocation,
    restore_budget,
    update_allocation,
    upsert_budgets,
)
from .claims import ClaimValues
from .claims import annotate as annotate_claim
from .claims import approve as approve_claim
from .claims import pay as pay_claim
from .claims import reject as reject_claim
from .claims import submit as submit_claim
from .claims import withdraw as withdraw_claim
from .events import (
    FundClaimApproved,
    FundClaimPaid,
    FundClaimRejected,
    FundClaimSubmitted,
    FundClaimWithdrawn,
    FundRequestApproved,
    FundRequestRejected,
    FundRequestSubmitted,
    FundRequestWithdrawn,
)
from .models import PartnerFundAllocation, PartnerFundClaim, PartnerFundRequest, PartnerMarketingBudget
from .requests import RequestValues
from .requests import annotate as annotate_request
from .requests import approve as approve_request
from .requests import reject as reject_request
from .requests import submit as submit_request
from .requests import withdraw as withdraw_request
from .states import CLAIM_TRANSITIONS, REQUEST_TRANSITIONS, FundActivity, FundClaimStatus, FundRequestStatus

__all__ = [
    "CLAIM_TRANSITIONS",
    "REQUEST_TRANSITIONS",
    "AllocationValues",
    "BudgetRow",
    "BudgetValues",
    "ClaimValues",
    "FundActivity",
    "FundClaimApproved",
    "FundClaimPaid",
    "FundClaimRejected",
    "FundClaimStatus",
    "FundClaimSubmitted",
    "FundClaimWithdrawn",
    "FundRequestApproved",
    "FundRequestRejected",
    "FundRequestStatus",
    "FundRequestSubmitted",
    "FundRequestWithdrawn",
    "NoteValues",
    "PartnerFundAllocation",
    "PartnerFundClaim",
    "PartnerFundRequest",
    "PartnerMarketingBudget",
    "RequestValues",
    "allocate",
    "annotate_claim",
    "annotate_request",
    "approve_claim",
    "approve_request",
    "archive_allocation",
    "archive_budget",
    "create_budget",
    "pay_claim",
    "reject_claim",
    "reject_request",
    "restore_allocation",
    "restore_budget",
    "submit_claim",
    "submit_request",
    "update_allocation",
    "upsert_budgets",
    "withdraw_claim",
    "withdraw_request",
]
