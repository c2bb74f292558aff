"""How content customers are: what they were asked through signed links, and what they said."""

from .errors import AnswerRefused
from .events import SatisfactionAnswered, SatisfactionDeclined
from .links import opened, sign
from .models import SatisfactionRequest
from .service import answer, answering, archive, ask, decline, decline_by_link, open_request, restore
from .states import SCORES, TRANSITIONS, RequestStatus, SatisfactionKind

__all__ = [
    "SCORES",
    "TRANSITIONS",
    "AnswerRefused",
    "RequestStatus",
    "SatisfactionAnswered",
    "SatisfactionDeclined",
    "SatisfactionKind",
    "SatisfactionRequest",
    "answer",
    "answering",
    "archive",
    "ask",
    "decline",
    "decline_by_link",
    "open_request",
    "opened",
    "restore",
    "sign",
]
