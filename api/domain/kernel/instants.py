"""Instants as the API writes them, in whatever place they stand."""

from datetime import UTC, datetime


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with `Z`; no zeros at the end of the fraction.

    >>> instant_text(datetime.fromisoformat("2026-03-02T10:15:00.120+01:00"))
    '2026-03-02T09:15:00.12Z'
    """
    text = instant.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0') if '.' in text else text}Z"
