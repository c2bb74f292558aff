"""Tokens of outsiders."""

from datetime import timedelta
from uuid import UUID

from api.domain import tokens
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Invalid, Required, Work, checked
from api.domain.tokens import LONGEST_VALIDITY, NAME_LIMIT, DocumentMode, Token, TokenKind

OUTSIDERS = frozenset({TokenKind.PARTNER, TokenKind.CUSTOMER})


async def create_for_contact(  # noqa: PLR0913 - the last two may be left out
    work: Work,
    contact_id: UUID,
    kind: TokenKind,
    name: str,
    *,
    pepper: bytes,
    expires_in: timedelta | None = None,
    documents: DocumentMode = DocumentMode.OPEN,
) -> tuple[Token, str]:
    """A token for a contact, and its text, which is nowhere stored and cannot be had again.

    With PARTNER he acts for his account and sees what is shared with it or with him, with CUSTOMER only what is shared
    with him. A partner's token is for the account he has now: it opens nothing once he has another.

    Raises:
        Invalid: the kind is none of an outsider, or the validity is not positive or longer than ten years.
        NotFound, Archived: about the contact.
        Required: the contact of a PARTNER has no account. Also, with TooLong, about the name.
        NotAllowed: the viewer may not make tokens.
        BeyondOwnRights: he may not read all that can be shared; the token may come to open any of it.
    """
    work.check_create(Token)
    if kind not in OUTSIDERS:
        raise Invalid(("kind",), "a contact's token is of the kind PARTNER or CUSTOMER", "outsider")
    if expires_in is not None and not timedelta(0) < expires_in <= LONGEST_VALIDITY:
        raise Invalid(("expires_in",), "a token is valid for more than 0 and at most 3650 days", constraint="validity")
    name = checked(name, "name", limit=NAME_LIMIT)
    contact = await work.reference(Contact, contact_id, "contact")
    if contact is None:
        raise Required(("contact",))
    tokens.check_may_share(work, "make")
    company = await work.reference(Account, contact.account_id, "contact") if kind is TokenKind.PARTNER else None
    if kind is TokenKind.PARTNER and company is None:
        raise Required(("contact",), "a partner's contact needs an account; set it first, or make a customer's token")
    return tokens.issue(
        work,
        pepper,
        kind,
        name=name,
        documents=documents,
        contact_id=contact.id,
        account_id=None if company is None else company.id,
        expires_at=None if expires_in is None else work.now + expires_in,
    )
