"""How an answer looks: the media type by the Accept header of GraphQL over HTTP, and its status by the profile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.http.envelope import Head
from api.http.errors import CODES, OK, PARTIAL, Refused

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class MediaType:
    """`strict` clients get 4xx for errors in the document, others 200; in the draft profile all get 4xx.

    `streams`: the caller takes a stream of events, too; `whole`: he takes anything else.
    """

    header: bytes
    strict: bool
    draft: bool = False
    streams: bool = False
    whole: bool = True

    def status(self, refused: Refused) -> int:
        """The status of an answer without data."""
        code = CODES[refused.code]
        if self.draft:
            return refused.draft or refused.status or code.draft
        return refused.status or (code.strict if self.strict else code.status)

    @property
    def content_type(self) -> tuple[bytes, bytes]:
        return b"content-type", self.header

    @property
    def partial(self) -> int:
        """The status of an answer with data and errors."""
        return PARTIAL if self.draft else OK


PLAIN = MediaType(b"application/json; charset=utf-8", strict=False)
STRICT = MediaType(b"application/graphql-response+json; charset=utf-8", strict=True)


@dataclass(frozen=True, slots=True)
class Profile:
    """The media types a server answers in."""

    plain: MediaType
    strict: MediaType


PROFILES = {
    "audit": Profile(PLAIN, STRICT),  # what the audit suite of npm's graphql-http asks for
    "draft": Profile(replace(PLAIN, draft=True), replace(STRICT, draft=True)),  # the specification's draft of 2026
}


def negotiated(head: Head, profile: Profile = PROFILES["audit"]) -> MediaType:
    """The type to answer in; without a header, and for `*/*`, plain JSON.

    Raises:
        Refused: NOT_ACCEPTABLE, the caller takes neither.
    """
    given = head.get(b"accept")
    if given is None or given in {b"*/*", b"application/json"}:
        return profile.plain
    ranges = dict(quality(part) for part in given.decode("latin-1").lower().split(","))
    anything = ranges.get("application/*", ranges.get("*/*", 0.0))
    plain, strict = ranges.get(JSON, anything), ranges.get(GRAPHQL_RESPONSE, 0.0)
    if ranges.get(EVENT_STREAM, 0.0):
        chosen = profile.plain if plain > strict else profile.strict
        return replace(chosen, streams=True, whole=bool(plain or strict))
    if not plain and not strict:
        raise Refused("NOT_ACCEPTABLE", f"Accept {GRAPHQL_RESPONSE} or {JSON}; subscriptions also {EVENT_STREAM}.")
    return profile.strict if strict >= plain else profile.plain


def quality(part: str) -> tuple[str, float]:
    """A media range and how much it is wanted, 0 to 1.

    >>> quality(" text/html;level=1;q=0.5")
    ('text/html', 0.5)
    """
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return name, 0.0
    return name, 1.0
