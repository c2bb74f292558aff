"""What is done with webhooks: URLs and documents are checked before a transaction is open, secrets are told once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import strawberry
from strawberry.types import Info

from api.compiler import wire_uuid
from api.domain import webhooks as domain
from api.domain.kernel import DomainError, Invalid, NotFound, Outcome, Required, Work, under, wire
from api.outbound.destinations import Unusable

from .commands import Verbs
from .connections import about, lazy
from .context import Context
from .errors import UserError, answered
from .filters import input_type
from .jobs import JOB
from .mutations import field_of, options_of
from .references import given, resolve
from .webhooks import WebhookEndpoint
from .writing import IfVersion, again, argument_path, works, write, write_payload

Acted = tuple[domain.WebhookEndpoint, Any]  # the endpoint, and what only this answer tells
Act = Callable[[Work, dict[str, Any], Context], Awaitable[Acted]]

WEBHOOKS = Verbs(WebhookEndpoint, "webhook_endpoint")
REF = lazy("WebhookEndpointRef", "api.schema.webhooks")
WHERE = about(REF, "The endpoint that is meant.")
ONCE = (
    "What the receiver verifies signatures with, `whsec_…`; told this once. Null if refused, on a dry run, and when an "
    "idempotency key repeats a request: whoever lost it rotates the secret."
)
SECRET = write_payload(WebhookEndpoint, "webhook_endpoint", name="WebhookSecretPayload", secret=(str | None, ONCE))
TEST = write_payload(
    WebhookEndpoint,
    "webhook_endpoint",
    name="WebhookTestPayload",
    delivery_id=(strawberry.ID | None, "Id of the delivery, to be found in `deliveries`."),
)
REPLAY = write_payload(
    WebhookEndpoint,
    "webhook_endpoint",
    name="WebhookReplayPayload",
    job_id=(
        strawberry.ID | None,
        "Id of the job that sends a range, to be found in `replays`; null for a single one, which is sent at once.",
    ),
)

FIELDS: dict[str, tuple[Any, str]] = {
    "name": (str, "What it is for; at most 100 characters."),
    "url": (str, "Where it is sent to: https, port 443 or 8443, a host on the public internet."),
    "document": (str, "A subscription to `events` without variables; at most 20,000 characters."),
    "types": (list[str], "Only events with one of these types; at most 100."),
    "objects": (list[str], "Only events of these kinds of records; at most 100."),
    "changed_fields": (list[str], "Only events that changed one of these fields; at most 100."),
    "ordering": (domain.Ordering, "In which order events are sent; NONE when left out."),
}
WebhookEndpointCreateInput = input_type(
    "WebhookEndpointCreateInput",
    FIELDS,
    "A new webhook endpoint; it is yours.",
    module=__name__,
    required=("name", "url", "document"),
)
WebhookEndpointPatch = input_type(
    "WebhookEndpointPatch",
    FIELDS,
    "Changes to a webhook endpoint. A field left out is unchanged; only the owner changes URL and document.",
    module=__name__,
)


async def refusal(context: Context, value: Any, *, creating: bool) -> DomainError | None:
    """What is wrong with URL and document as far as others have to be asked, before a transaction is open.

    Nobody's name server is asked for those who could not use the answer.
    """
    right = context.viewer.capability.on(domain.WebhookEndpoint.object)
    if not (right.create if creating else right.write != "NONE"):
        return None
    fields = given(value)
    try:
        document = (fields.get("document") or "").strip()
        if 0 < len(document) <= domain.LONGEST_DOCUMENT:
            context.sending.check_document(context.viewer, document)
        if url := fields.get("url"):
            await context.sending.guard.check(url, context.viewer.tenant)
    except DomainError as found:
        return found
    except Unusable as error:
        return Invalid(("url",), f"nothing is sent to this URL: {error}", "url")
    return None


async def create(work: Work, arguments: dict[str, Any], context: Context) -> Acted:
    sending = context.sending
    values: Any = given(arguments["input"])
    return await domain.create(work, values, allowed=sending.guard.allowed, sealer=sending.sealer)


async def update(work: Work, arguments: dict[str, Any], context: Context) -> Acted:
    id = await resolve(work, arguments["where"], ("where",))
    values: Any = given(arguments["patch"])
    version = arguments["if_version"]
    return await domain.update(work, id, values, allowed=context.sending.guard.allowed, if_version=version), None


async def take_over(work: Work, arguments: dict[str, Any], context: Context) -> Acted:
    id = await resolve(work, arguments["where"], ("where",))
    endpoint = await domain.take_over(work, id, if_version=arguments["if_version"])
    with under("where"):
        context.sending.check_document(context.viewer, endpoint.document)
    return endpoint, None


async def rotate(work: Work, arguments: dict[str, Any], context: Context) -> Acted:
    id = await resolve(work, arguments["where"], ("where",))
    hours = max(-1, min(arguments["keep_old_for"], domain.LONGEST_OVERLAP_HOURS + 1))
    return await domain.rotate_secret(
        work,
        id,
        sealer=context.sending.sealer,
        keep_old_for=timedelta(hours=hours),
        if_version=arguments["if_version"],
    )


async def test(work: Work, arguments: dict[str, Any], _context: Context) -> Acted:
    id = await resolve(work, arguments["where"], ("where",))
    delivery = await domain.send_test(work, id, if_version=arguments["if_version"])
    return await work.get(domain.WebhookEndpoint, id), wire(domain.PREFIX, delivery)


async def replay(work: Work, arguments: dict[str, Any], _context: Context) -> Acted:
    id = await resolve(work, arguments["where"], ("where",))
    one, after, through, version = (arguments[name] for name in ("delivery", "after", "through", "if_version"))
    if [one is None, after is None, through is None] not in ([False, True, True], [True, False, False]):
        raise Required(("delivery",), "give either `delivery`, or `after` and `through`")
    if one is not None:
        await domain.replay(work, id, wire_uuid(domain.PREFIX, one), if_version=version)
        return await work.get(domain.WebhookEndpoint, id), None
    begin, end = position(after, "after"), position(through, "through")
    job = await domain.replay_range(work, id, after=begin, through=end, if_version=version)
    return await work.get(domain.WebhookEndpoint, id), wire(JOB, job)


def position(text: str, name: str) -> int:
    """Raises Invalid for what no feed gives."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # noqa: PLR2004 - digits of a bigint
        raise Invalid((name,), "a position is a whole number, as the feed gives it", "position")
    return int(text)


def reaching_out(
    act: Act, payload: Any, told: str | None, description: str, declared: dict[str, Any], holder: str, **defaults: Any
) -> Any:
    """A mutation that needs more than the database, and may tell something that no later answer tells."""

    async def resolver(info: Info[Context, None], **arguments: Any) -> Any:
        options, given_ = options_of(arguments)
        rest = {"if_version": None, **dict.fromkeys(declared), **given_}
        wrong = await refusal(info.context, rest[holder], creating=holder == "input") if holder != "where" else None
        tells: list[Any] = []
        replays = len(info.context.replayed)

        async def command(work: Work) -> domain.WebhookEndpoint:
            if wrong is not None:
                raise wrong
            endpoint, secret = await act(work, rest, info.context)
            tells[:] = [secret]  # an attempt that the database has undone told another
            return endpoint

        answer = await write(info, payload, command, options, rest, holder)
        done = answer.outcome is not Outcome.FAILED and not options.dry_run
        if told is not None and done and len(info.context.replayed) == replays:
            setattr(answer, told, tells[0])
        return answer

    return field_of(resolver, declared, payload, description, **defaults)


@strawberry.type(description="What would be sent.")
class WebhookPreviewPayload:
    body: str | None = strawberry.field(
        description="The body, to the byte; null if nothing would be sent: you may not see the event, or it is not "
        "what the document asks for."
    )
    errors: list[UserError] = strawberry.field(description="Why it was refused; empty otherwise.")


EVENT = """
SELECT types[1], occurred_at, position FROM outbox
 WHERE tenant_id = $1 AND event_id = $2 AND position IS NOT NULL"""


async def preview(info: Info[Context, None], **arguments: Any) -> Any:
    rest = {"endpoint": None, "document": None, **options_of(arguments)[1]}
    context = info.context

    async def attempt() -> WebhookPreviewPayload:
        endpoint, document = rest["endpoint"], rest["document"]
        if (endpoint is None) == (document is None):
            raise Required(("document",), "give either `endpoint` or `document`")
        async with works(context, info.field_name, dry_run=True) as work:
            if endpoint is not None:
                id = await resolve(work, endpoint, ("endpoint",))
                document = (await work.get(domain.WebhookEndpoint, id)).document
            event = wire_uuid("evt", rest["event"])
            found = await work.driven.fetch(EVENT, [work.tenant, event])
        if not found:
            raise NotFound("event", ("event",))
        body = await context.sending.preview(context.viewer, document, tuple(found[0]))
        return WebhookPreviewPayload(body=body, errors=[])

    def refused(wrong: DomainError) -> WebhookPreviewPayload:
        path_of = partial(argument_path, arguments=rest, argument="endpoint")
        error = answered(wrong, path_of, context.viewer, "WebhookEndpoint")
        return WebhookPreviewPayload(body=None, errors=[error])

    return await again(attempt, refused)


@strawberry.type
class Mutation:
    webhook_endpoint_create = reaching_out(
        create,
        SECRET,
        "secret",
        "Send events to a URL from now on, with your rights.",
        {"input": about(WebhookEndpointCreateInput, "What is known of it.")},
        "input",
    )
    webhook_endpoint_update = reaching_out(
        update,
        WEBHOOKS.payload,
        None,
        "Change a webhook endpoint.",
        {"where": WHERE, "patch": about(WebhookEndpointPatch, "What changes."), "if_version": IfVersion},
        "patch",
    )
    webhook_endpoint_archive = WEBHOOKS.verb(domain.archive, "Send nothing any more, for ever; the log stays.")
    webhook_endpoint_enable = WEBHOOKS.verb(domain.enable, "Send again, beginning with what still waits.")
    webhook_endpoint_disable = WEBHOOKS.verb(domain.disable, "Send nothing until it is enabled again.")
    webhook_endpoint_take_over = reaching_out(
        take_over,
        WEBHOOKS.payload,
        None,
        "Make it yours: from now on it is sent with your rights.",
        {"where": WHERE, "if_version": IfVersion},
        "where",
    )
    webhook_secret_rotate = reaching_out(
        rotate,
        SECRET,
        "secret",
        "Make a new secret. For some hours requests are signed with both.",
        {
            "where": WHERE,
            "keep_old_for": about(int, "Hours that the old one signs as well, 0 to 24."),
            "if_version": IfVersion,
        },
        "where",
        keep_old_for=domain.LONGEST_OVERLAP_HOURS,
    )
    webhook_test = reaching_out(
        test,
        TEST,
        "delivery_id",
        "Send an event of the type `webhook_endpoint.test`; the endpoint itself stays as it is.",
        {"where": WHERE, "if_version": IfVersion},
        "where",
    )
    webhook_delivery_replay = reaching_out(
        replay,
        REPLAY,
        "job_id",
        "Send one delivery again, or in the background all events behind one position up to another, at most a "
        "million; under the same ids.",
        {
            "where": WHERE,
            "delivery": about(strawberry.ID | None, "Id of the delivery."),
            "after": about(str | None, "Position of the last event that is not sent."),
            "through": about(str | None, "Position of the last event that is sent."),
            "if_version": IfVersion,
        },
        "where",
    )
    webhook_preview = field_of(
        preview,
        {
            "endpoint": about(REF | None, "The endpoint whose document is meant."),
            "document": about(str | None, "A document, instead of that of an endpoint."),
            "event": about(strawberry.ID, "Id of the event."),
        },
        WebhookPreviewPayload,
        "What would be sent for an event, if it were with your rights. Nothing is sent.",
    )
