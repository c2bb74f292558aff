"""Bodies, signatures, sealed secrets, the schedule."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from api.domain.webhooks import CannotOpen, Sealer, TooLarge, body, new_secret, shown, signed
from api.worker.webhooks.schedule import DELAYS, next_delay

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
CHANCES = (lambda: 0.0, lambda: 0.5, lambda: 1.0)


def test_a_signature_is_that_of_the_specification():
    """The example of the specification of Standard Webhooks."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = dict(signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [secret]))
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_our_signature_is_the_published_packages():
    secret = new_secret()
    ours = dict(signed("whd_1", int(NOW.timestamp()), b"{}", [secret]))["webhook-signature"]
    assert ours == Webhook(shown(secret)).sign("whd_1", NOW.replace(tzinfo=None), "{}")
    assert ours == Webhook(secret).sign("whd_1", NOW.replace(tzinfo=None), "{}")


def test_a_body_has_20_000_bytes_at_most():
    most = 20_000 - len(body("contact.updated", NOW, b""))
    assert len(body("contact.updated", NOW, b"1" * most)) == 20_000
    with pytest.raises(TooLarge, match="the body has 20,001 bytes and at most 20,000 are sent"):
        body("contact.updated", NOW, b"1" * (most + 1))


def test_a_sealed_secret_opens_in_its_own_row_only():
    sealer, (tenant, endpoint, id) = Sealer(b"k" * 32), (uuid4(), uuid4(), uuid4())
    sealed = sealer.seal(b"secret", tenant=tenant, endpoint=endpoint, id=id)
    assert b"secret" not in sealed
    assert sealed != sealer.seal(b"secret", tenant=tenant, endpoint=endpoint, id=id)
    assert sealer.open(sealed, tenant=tenant, endpoint=endpoint, id=id) == b"secret"
    for wrong in (
        {"tenant": uuid4(), "endpoint": endpoint, "id": id},
        {"tenant": tenant, "endpoint": uuid4(), "id": id},
        {"tenant": tenant, "endpoint": endpoint, "id": uuid4()},
    ):
        with pytest.raises(CannotOpen):
            sealer.open(sealed, **wrong)
    for changed in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b""):
        with pytest.raises(CannotOpen):
            sealer.open(changed, tenant=tenant, endpoint=endpoint, id=id)
    with pytest.raises(CannotOpen):
        Sealer(b"l" * 32).open(sealed, tenant=tenant, endpoint=endpoint, id=id)


def test_the_schedule_is_that_of_standard_webhooks_within_a_fifth():
    hours = [0, 5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert [round(delay.total_seconds() / 3600, 6) for delay in DELAYS] == [round(hour, 6) for hour in hours]
    for attempts, delay in enumerate(DELAYS[1:], 1):
        found = [next_delay(attempts, 500, None, NOW, chance=chance) for chance in CHANCES]
        assert found == [delay * 0.8, delay, delay * 1.2]
    assert next_delay(10, 500, None, NOW) is None


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "90", timedelta(seconds=90)),
        (503, "Mon, 02 Mar 2026 09:16:00 GMT", timedelta(seconds=60)),
        (503, "Mon, 02 Mar 2026 09:00:00 GMT", timedelta(seconds=1)),
        (503, "0", timedelta(seconds=1)),
        (503, "1" + "0" * 9, timedelta(hours=24)),
        (503, "9" * 5_000, timedelta(hours=24)),
        (503, "-5", timedelta(seconds=5)),
        (503, "Fri, 99 Foo", timedelta(seconds=5)),
        (503, f"Mon, 02 Mar {'9' * 20} 09:15:00 GMT", timedelta(seconds=5)),
        (503, f"Mon, 02 Mar 2026 09:15:00 +{'9' * 20}", timedelta(seconds=5)),
        (503, "", timedelta(seconds=5)),
        (500, "90", timedelta(seconds=5)),
        (None, None, timedelta(seconds=5)),
    ],
)
def test_retry_after_is_obeyed_from_a_second_to_a_day(status: int | None, header: str | None, wait: timedelta):
    assert next_delay(1, status, header, NOW, chance=lambda: 0.5) == wait


def test_who_asked_us_to_wait_is_given_up_after_ten_attempts_all_the_same():
    assert next_delay(10, 429, "60", NOW) is None
