"""Who signs in as whom: accounts of the issuer, linked to users by invitation and by nothing else."""

from .models import Identity, Invitation
from .service import LONGEST_VALIDITY, InvitationRefused, accept, identity_of, invite, invited, unlink

__all__ = [
    "LONGEST_VALIDITY",
    "Identity",
    "Invitation",
    "InvitationRefused",
    "accept",
    "identity_of",
    "invite",
    "invited",
    "unlink",
]
