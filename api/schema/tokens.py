"""Tokens: the credentials that programs and people call the API with."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Text, case, func, literal_column
from strawberry.types import Info

from api.domain import access
from api.domain import tokens as domain
from api.domain.kernel import Invalid, Outcome, Work
from api.domain.users import User as UserRow

from .access import Role
from .binding import computed, described, readable, to_one
from .commands import Verbs
from .connections import Connection, about, lazy, many, one
from .contacts import Contact
from .context import Context
from .enums import described_enum
from .inputs import ids_of
from .interfaces import Node, Record
from .mutations import field_of, options_of
from .records import complete
from .references import Asked, given, resolve
from .users import User
from .writing import IfVersion, write, write_payload

Made = tuple[domain.Token, str]
LONGEST_DAYS = domain.LONGEST_VALIDITY.days
SHOWN_OF_KEY: ColumnElement[int] = literal_column("4")

described_enum(
    domain.TokenKind,
    "TokenKind",
    "Who shows a token.",
    STAFF="A person: it allows what the person may do.",
    INTEGRATION="A program: it allows what its role does.",
    PARTNER="A contact who acts for his account: it shows what is shared with one of them.",
    CUSTOMER="A contact: it shows what is shared with him.",
)
described_enum(
    domain.DocumentMode,
    "DocumentMode",
    "Which documents a token may send.",
    OPEN="Any document.",
    APQ="Any document, and by its hash any that was sent in full before.",
    TRUSTED="Only documents that are registered.",
)


def hint(row: Any, _scope: Any) -> Any:
    start = case(
        *(
            (row.kind == literal_column(f"'{kind}'", Text()), literal_column(f"'{domain.PREFIXES[kind]}_'", Text()))
            for kind in domain.TokenKind
        )
    )
    return func.concat(start, func.left(row.key, SHOWN_OF_KEY), literal_column("'…'", Text()))


@readable(
    domain.Token,
    description="A credential. You see those that allow no more than you may do yourself; never their secrets.",
)
class Token(Record, Node):
    name: str = described("What it is for, or where it is kept.")
    kind: domain.TokenKind = described("Who shows it.")
    hint: str = computed(hint, "How it begins, to tell it from others: `crm_int_4Xyz…`.")
    role: Role | None = to_one("role_id", "access.Role", "What it allows; of a person's token what it is narrowed to.")
    user: User | None = to_one("user_id", "users.User", "The person it is for; null for a program's.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "The contact it is for; null for others.")
    documents: domain.DocumentMode = described("Which documents it may send.")
    expires_at: datetime | None = described("From when on it opens nothing; null for never.")
    revoked_at: datetime | None = described("Since when it opens nothing because somebody revoked it.")


complete(Token, synced=False)
TOKENS = Verbs(Token, "token")
ONCE = (
    "What to send as `Authorization: Bearer …`; told this once, stored nowhere. Null if refused, on a dry run, and "
    "when an idempotency key repeats a request: whoever lost it rotates the token."
)
SECRET = write_payload(Token, "token", name="TokenSecretPayload", secret=(str | None, ONCE))


@strawberry.input(description="A new token. Without a user it is a program's and needs a role.")
class TokenCreateInput:
    name: str = strawberry.field(description="What it is for, or where it is kept; at most 100 characters.")
    role: lazy("RoleRef", "api.schema.access") | None = strawberry.field(  # type: ignore[valid-type]
        description="What it allows; of a person's token what it is narrowed to.", default=strawberry.UNSET
    )
    user: lazy("UserRef", "api.schema.users") | None = strawberry.field(  # type: ignore[valid-type]
        description="The person it is for.", default=strawberry.UNSET
    )
    expires_in_days: int | None = strawberry.field(
        description=f"For how long it is valid, 1 to {LONGEST_DAYS}; until it is revoked when left out.",
        default=strawberry.UNSET,
    )
    documents: domain.DocumentMode = strawberry.field(
        description="Which documents it may send.", default=domain.DocumentMode.OPEN
    )


async def create(work: Work, arguments: dict[str, Any], pepper: bytes) -> Made:
    value = arguments["input"]
    asked = [Asked(one, (name,)) for name in ("role", "user") if (one := getattr(value, name))]
    ids = await ids_of(work, asked)
    found = {one.path[0]: ids.of(one.reference, *one.path) for one in asked}
    role = await work.reference(access.Role, found.get("role"), "role")
    user = await work.reference(UserRow, found.get("user"), "user")
    return await domain.create(
        work,
        role.name if role else None,
        value.name,
        pepper=pepper,
        user_id=user.id if user else None,
        expires_in=validity(given(value).get("expires_in_days")),
        documents=value.documents,
    )


def validity(days: int | None) -> timedelta | None:
    """Raises Invalid outside of 1 day to ten years."""
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        reason = f"a token is valid for 1 to {LONGEST_DAYS} days, or until it is revoked"
        raise Invalid(("expires_in_days",), reason, "validity", LONGEST_DAYS)
    return None if days is None else timedelta(days=days)


async def rotate(work: Work, arguments: dict[str, Any], pepper: bytes) -> Made:
    hours = arguments["keep_old_for"]
    id = await resolve(work, arguments["where"], ("where",))
    if not 0 <= hours <= domain.LONGEST_OVERLAP_HOURS:
        most = domain.LONGEST_OVERLAP_HOURS
        raise Invalid(("keep_old_for",), f"the old token stays valid for 0 to {most} hours", "overlap", most)
    overlap = timedelta(hours=hours)
    return await domain.rotate(work, id, pepper=pepper, keep_old_for=overlap, if_version=arguments["if_version"])


def telling_once(
    act: Callable[[Work, dict[str, Any], bytes], Awaitable[Made]],
    description: str,
    declared: dict[str, Any],
    holder: str,
    **defaults: Any,
) -> Any:
    """A mutation that makes a token and answers with its secret, unless it answers for an earlier request."""

    async def resolver(info: Info[Context, None], **arguments: Any) -> Any:
        options, rest = options_of(arguments)
        rest.setdefault("if_version", None)
        pepper = domain.pepper(info.context.reads.secret)
        told: list[str] = []
        replays = len(info.context.replayed)

        async def command(work: Work) -> domain.Token:
            token, text = await act(work, rest, pepper)
            told[:] = [text]  # an attempt that the database has undone told another
            return token

        answer = await write(info, SECRET, command, options, rest, holder)
        stored = answer.outcome is Outcome.CREATED and not options.dry_run
        if stored and len(info.context.replayed) == replays:
            (answer.secret,) = told
        return answer

    return field_of(resolver, declared, SECRET, description, **defaults)


@strawberry.type
class Query:
    token: Token | None = one(Token, "One token; null if there is none or you may not see it.")
    tokens: Connection[Token] = many(Token, "Tokens that allow no more than you may do yourself.")


@strawberry.type
class Mutation:
    token_create = telling_once(
        create,
        "Make a token; it allows nothing that you may not do yourself.",
        {"input": about(TokenCreateInput, "What is known of it.")},
        "input",
    )
    token_rotate = telling_once(
        rotate,
        "Make the successor of a token, with its name and rights. The old one stays valid for some hours.",
        {
            "where": about(lazy("TokenRef", __name__), "The token to replace."),
            "keep_old_for": about(int, "Hours that the old one stays valid, 0 to 24, if it would have."),
            "if_version": IfVersion,
        },
        "where",
        keep_old_for=domain.LONGEST_OVERLAP_HOURS,
    )
    token_revoke = TOKENS.verb(domain.revoke, "Make a token useless, for ever, within 5 seconds.")
