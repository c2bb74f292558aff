"""Commands for webhook endpoints."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import func, select

from api.domain.kernel import (
    Event,
    Invalid,
    LimitExceeded,
    NotAllowed,
    PrincipalKind,
    TextField,
    TooLong,
    Work,
    assign,
    checked_texts,
    new_id,
    records,
    refuse_null,
    require,
)
from api.domain.tokens import Token
from api.outbound.destinations import Allowed, Unusable, destination

from .errors import NotOwner
from .events import WebhookEndpointDisabled
from .messages import new_secret, shown
from .models import DisabledReason, Ordering, WebhookEndpoint, WebhookHealth, WebhookSecret, WebhookState
from .secrets import Sealer

LONGEST_DOCUMENT = 20_000
LONGEST_LIST = 100
MOST_ENDPOINTS = 1_000
LONGEST_OVERLAP_HOURS = 24
LIFECYCLE = ("created", "updated", "archived", "restored")
FIELD = re.compile(r"[a-z][A-Za-z0-9]{0,62}")
TEXTS = {
    "name": TextField(100, required=True, folded="name_sort"),
    "document": TextField(LONGEST_DOCUMENT, required=True),
}


class EndpointValues(TypedDict, total=False):
    """What is known of an endpoint. A missing key leaves the value alone; an empty list leaves nothing out."""

    name: str
    url: str
    document: str
    types: Sequence[str]
    objects: Sequence[str]
    changed_fields: Sequence[str]
    ordering: Ordering


Made = tuple[WebhookEndpoint, str]


@cache
def event_types() -> frozenset[str]:
    """Every type of event there is."""
    found = {f"{record.object}.{what}" for record in records().values() for what in LIFECYCLE}
    return frozenset(found | {event.type for event in Event.__subclasses__()})


async def create(work: Work, values: EndpointValues, *, allowed: Allowed, sealer: Sealer) -> Made:
    """A new endpoint of the viewer and its secret, which is told this once.

    `allowed` are hosts of the operator. Whether another one is public, and the document one that the viewer may run,
    is for the caller to check.

    Raises:
        Required, TooLong, Invalid: about a value.
        LimitExceeded: the tenant has as many as it may have.
        NotAllowed: the viewer may not make endpoints, or is nobody that could own one.
    """
    work.check_create(WebhookEndpoint)
    require(values, "url")
    columns = checked_values(values, allowed)
    require(columns, "name", "document")
    live = select(func.count()).where(WebhookEndpoint.tenant_id == work.tenant, WebhookEndpoint.archived_at.is_(None))
    if (await work.session.execute(live)).scalar_one() >= MOST_ENDPOINTS:
        raise LimitExceeded((), MOST_ENDPOINTS, "live webhook endpoints")
    lists: dict[str, Any] = {"types": [], "objects": [], "changed_fields": []}
    endpoint = work.add(WebhookEndpoint(**{**lists, **columns, **await owner(work)}))
    work.add(WebhookHealth(endpoint_id=endpoint.id, failures=0))
    return endpoint, add_secret(work, endpoint, sealer)


async def owner(work: Work) -> dict[str, UUID | None]:
    """Who the viewer is, as the owner of an endpoint. A person outlives the token that he shows.

    Raises:
        NotAllowed: neither a person nor an integration.
    """
    viewer = work.viewer
    if viewer.outside or viewer.kind is PrincipalKind.SYSTEM:
        raise NotAllowed(WebhookEndpoint.object, "own")
    found = select(Token.role_id).where(Token.tenant_id == work.tenant, Token.id == viewer.token)
    role = None if viewer.token is None else (await work.session.execute(found)).scalar_one_or_none()
    return {"owner_id": viewer.user, "token_id": None if viewer.user else viewer.token, "role_id": role}


async def is_owner(work: Work, endpoint: WebhookEndpoint) -> bool:
    """Whether the viewer is the owner, and asks with the same rights: a narrower token of his is somebody else."""
    return all(getattr(endpoint, name) == value for name, value in (await owner(work)).items())


def checked_values(values: EndpointValues, allowed: Allowed) -> dict[str, Any]:
    """Raises Required, TooLong, Invalid."""
    refuse_null(values, "url", "types", "objects", "changed_fields", "ordering")
    columns = checked_texts(values, TEXTS)
    if "url" in values:
        try:
            columns["url"] = destination(values["url"], allowed).url
        except Unusable as error:
            raise Invalid(("url",), f"nothing is sent to this URL: {error}", "url") from error
    if "ordering" in values:
        columns["ordering"] = values["ordering"]
    columns |= checked_lists(values)
    return columns


def checked_lists(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The filters, sorted, each value once. Raises TooLong, Invalid."""
    found: dict[str, list[str]] = {}
    known: dict[str, tuple[Callable[[str], Any], str]] = {
        "types": (event_types().__contains__, "there is no event type {!r}; they look like `contact.updated`"),
        "objects": (objects().__contains__, "there is no kind of record {!r}; they look like `contact`"),
        "changed_fields": (FIELD.fullmatch, "{!r} is no name of a field; they look like `lastName`"),
    }
    for name, (is_known, reason) in known.items():
        if name not in values:
            continue
        if len(values[name]) > LONGEST_LIST:
            raise TooLong((name,), LONGEST_LIST, "items")
        for one in values[name]:
            if not is_known(one):
                raise Invalid((name,), reason.format(one[:100]), "known")
        found[name] = sorted(set(values[name]))
    return found


@cache
def objects() -> frozenset[str]:
    return frozenset(record.object for record in records().values())


async def update(
    work: Work, id: UUID, values: EndpointValues, *, allowed: Allowed, if_version: int | None = None
) -> WebhookEndpoint:
    """Raises, besides what `create` raises: NotOwner, if URL or document of somebody else's endpoint would change."""
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version)
    columns = checked_values(values, allowed)
    changes = any(name in columns and columns[name] != getattr(endpoint, name) for name in ("url", "document"))
    if changes and not await is_owner(work, endpoint):
        raise NotOwner(WebhookEndpoint.object, "change URL and document of")
    assign(endpoint, columns)
    return endpoint


async def take_over(work: Work, id: UUID, *, if_version: int | None = None) -> WebhookEndpoint:
    """Make the viewer its owner: from now on it is sent with his rights, and ends with them."""
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version)
    assign(endpoint, await owner(work))
    return endpoint


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> WebhookEndpoint:
    """Nothing is sent any more, for ever; the log stays."""
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version, archived=True)
    endpoint.archived_at = endpoint.archived_at or work.now
    return endpoint


async def enable(work: Work, id: UUID, *, if_version: int | None = None) -> WebhookEndpoint:
    """Send again, beginning with what still waits; how it did before is forgotten."""
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version)
    if endpoint.state is WebhookState.DISABLED:
        assign(endpoint, {"state": WebhookState.ACTIVE, "disabled_reason": None, "disabled_at": None})
        await work.driven.fetch(FORGET, [work.tenant, endpoint.id])
    return endpoint


async def disable(
    work: Work, id: UUID, *, reason: DisabledReason = DisabledReason.BY_HAND, if_version: int | None = None
) -> WebhookEndpoint:
    """Send nothing until it is enabled again; one that is disabled already keeps its reason."""
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version)
    if endpoint.state is WebhookState.ACTIVE:
        assign(endpoint, {"state": WebhookState.DISABLED, "disabled_reason": reason, "disabled_at": work.now})
        work.emit(WebhookEndpointDisabled(endpoint.id, reason.value))
    return endpoint


async def rotate_secret(
    work: Work, id: UUID, *, sealer: Sealer, keep_old_for: timedelta, if_version: int | None = None
) -> Made:
    """A new secret, told this once. Until the old one ends each request carries a signature by both.

    Only the newest of the old ones goes on; what was older ends now.

    Raises:
        NotOwner: somebody else's.
        Invalid: the overlap is not 0 to 24 hours.
    """
    if not timedelta(0) <= keep_old_for <= timedelta(hours=LONGEST_OVERLAP_HOURS):
        most = LONGEST_OVERLAP_HOURS
        raise Invalid(("keep_old_for",), f"the old secret goes on for 0 to {most} hours", "overlap", most)
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version)
    if not await is_owner(work, endpoint):
        raise NotOwner(WebhookEndpoint.object, "replace the secret of")
    await work.flush()
    found = select(WebhookSecret).where(
        WebhookSecret.tenant_id == work.tenant, WebhookSecret.endpoint_id == endpoint.id
    )
    newest, *older = (await work.session.execute(found.order_by(WebhookSecret.id.desc()))).scalars()
    for secret in older:
        work.remove(secret)
    newest.expires_at = work.now + keep_old_for
    return endpoint, add_secret(work, endpoint, sealer)


def add_secret(work: Work, endpoint: WebhookEndpoint, sealer: Sealer) -> str:
    """A new secret of the endpoint, as its receiver configures it."""
    id, secret = new_id(), new_secret()
    sealed = sealer.seal(secret, tenant=work.tenant, endpoint=endpoint.id, id=id)
    facts = {"id": id, "endpoint_id": endpoint.id, "sealed": sealed, "key_version": sealer.number}
    work.add(WebhookSecret(**facts, made_at=work.now))
    return shown(secret)


FORGET = """
UPDATE webhook_health SET failures = 0, failing_since = NULL, closed_until = NULL
 WHERE tenant_id = $1 AND endpoint_id = $2
"""
