"""The guard at the socket, and the client behind it."""

import asyncio
import ipaddress
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.outbound.addresses import is_public
from api.outbound.client import Client, Failed
from api.outbound.destinations import Destination, Unusable, allowed_hosts, destination
from api.outbound.guard import Guard
from api.outbound.resolving import PER_TENANT, Resolver
from tests.webhooks.hostile import DATA, NAMES, PUBLIC, REBINDING, URLS, Counting, Lying
from tests.webhooks.receivers import (
    EVIL,
    Receiver,
    answer,
    authorities,
    hangs_up,
    receiving,
    redirects,
    reset,
    silent,
    trickled_body,
)

TENANT, OTHER = uuid4(), uuid4()
HEADERS = [("content-type", "application/json"), ("webhook-id", "whd_1")]


def client(receiver: Receiver, *, seconds: float = 5) -> Client:
    return Client(Guard(allowed_hosts([receiver.allowed]), Lying()), authorities(), seconds=seconds)


def where(receiver: Receiver) -> Destination:
    return destination(receiver.url, allowed_hosts([receiver.allowed]))


def test_there_are_at_least_150_hostile_urls_and_none_twice():
    assert len(URLS) >= 150
    assert len(set(URLS)) == len(URLS)


@pytest.mark.parametrize("url", DATA["refused"])
def test_a_url_that_could_be_read_in_two_ways_is_refused_by_its_form(url: str):
    with pytest.raises(Unusable):
        destination(url)


@pytest.mark.parametrize("url", DATA["addressed"])
def test_an_address_that_is_not_of_the_public_internet_is_none_to_send_to(url: str):
    assert not is_public(destination(url).host)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "2a00:1450:4001:81b::200e"]
)
def test_a_public_address_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("https://Hooks.Example.com", "https://hooks.example.com/"),
        ("https://hooks.example.com:443/a/b?c=d%20e", "https://hooks.example.com/a/b?c=d%20e"),
        ("https://hooks.example.com:8443?x", "https://hooks.example.com:8443/?x"),
        ("https://xn--exmple-cua.com/", "https://xn--exmple-cua.com/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:2800:021F::1]/x", "https://[2606:2800:21f::1]/x"),
    ],
)
def test_a_usable_url_has_one_spelling(url: str, spelling: str):
    assert destination(url).url == spelling
    assert destination(spelling).url == spelling


def test_the_operator_opens_single_hosts_and_ports():
    allowed = allowed_hosts(["localhost:9000", "[::1]:9000", " Hooks.Internal:8080 "])
    assert destination("http://localhost:9000/x", allowed) == Destination("http", "localhost", 9000, "/x", free=True)
    assert destination("http://[::1]:9000/", allowed).free
    assert destination("https://hooks.internal:8080/", allowed).free
    for url in ("http://localhost:9001/", "http://localhost/", "http://127.0.0.1:9000/", "ftp://localhost:9000/"):
        with pytest.raises(Unusable):
            destination(url, allowed)
    for entry in ("localhost", "localhost:", "localhost:0", "localhost:65536", "http://localhost:9000", "*:80"):
        with pytest.raises(ValueError, match="is not host:port"):
            allowed_hosts([entry])


@pytest.mark.parametrize("host", sorted(NAMES))
async def test_a_name_counts_only_if_all_its_addresses_are_public(host: str):
    guard, url = Guard(resolve=Lying()), f"https://{host}/"
    for answers in NAMES[host]:
        if answers and all(is_public(one) for one in answers):
            assert (await guard.check(url, TENANT)).host == host
        else:
            with pytest.raises(Unusable, match="does not exist, or is not on the public internet"):
                await guard.check(url, TENANT)


async def test_a_missing_name_and_a_private_one_are_refused_in_the_same_words():
    async def missing(_host: str, _port: int, _tenant: UUID) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(Unusable) as one:
        await Guard(resolve=missing).check("https://nobody.example.com/", TENANT)
    with pytest.raises(Unusable) as other:
        await Guard(resolve=Lying()).check("https://private.example.com/", TENANT)
    assert str(one.value) == str(other.value)


async def test_no_hostile_url_is_connected_to_and_a_public_one_is():
    async with receiving(hangs_up) as receiver:
        network = Counting(receiver.port)
        guard = Guard(resolve=Lying())
        sender = Client(guard, authorities(), network=network, seconds=2)
        for url in [*DATA["addressed"], *(url for url in URLS if url not in DATA["refused"])]:
            with pytest.raises(Failed):
                await sender.post(sender.destination(url), HEADERS, b"{}", tenant=TENANT)
        assert network.forbidden == []
        # The rebinding names are public when they are first asked for; nothing else is.
        assert receiver.connections == len(network.connected) == len(REBINDING)
        for url in REBINDING:
            with pytest.raises(Failed, match="is not on the public internet"):
                await sender.post(sender.destination(url), HEADERS, b"{}", tenant=TENANT)
        assert receiver.connections == len(REBINDING)
        with pytest.raises(Failed, match="no connection, or no TLS"):  # the receiver speaks no TLS
            await sender.post(sender.destination("https://hooks.example.com/"), HEADERS, b"{}", tenant=TENANT)
        assert network.connected[-1] == PUBLIC


async def test_what_was_checked_is_what_is_connected_to():
    """A name is resolved once for each connection."""
    async with receiving(hangs_up) as receiver:
        resolve = Lying()
        sender = Client(Guard(resolve=resolve), authorities(), network=Counting(receiver.port), seconds=2)
        with pytest.raises(Failed):
            await sender.post(sender.destination("https://hooks.example.com/"), HEADERS, b"{}", tenant=TENANT)
        assert resolve.asked == {"hooks.example.com": 1}


async def test_a_request_is_sent_whole_and_answered():
    async with receiving() as receiver:
        receiver.answers = [answer(201, b"thank you", retry_after="7")]
        found = await client(receiver).post(where(receiver), HEADERS, b'{"type":"x"}', tenant=TENANT)
    assert (found.status, found.body, found.retry_after) == (201, b"thank you", "7")
    (request,) = receiver.requests
    assert (request.target, request.body) == ("/hook", b'{"type":"x"}')
    assert request.headers == {
        "host": receiver.allowed,
        "content-length": "12",
        "accept-encoding": "identity",
        "connection": "close",
        "content-type": "application/json",
        "webhook-id": "whd_1",
    }


async def test_a_redirect_is_an_answer_and_is_not_followed():
    async with receiving(redirects) as receiver:
        found = await client(receiver).post(where(receiver), HEADERS, b"{}", tenant=TENANT)
        assert (found.status, receiver.connections) == (307, 1)


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch):
    async with receiving() as receiver, receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await client(receiver).post(where(receiver), HEADERS, b"{}", tenant=TENANT)
        assert (receiver.connections, proxy.connections) == (1, 0)


@pytest.mark.parametrize("evil", sorted(set(EVIL) - {"speaks no HTTP"}))
async def test_an_evil_receiver_gets_its_seconds_and_no_more(evil: str):
    loop = asyncio.get_running_loop()
    async with receiving(EVIL[evil]) as receiver:
        began = loop.time()
        try:
            found = await client(receiver, seconds=1.5).post(where(receiver), HEADERS, b"{}", tenant=TENANT)
            assert len(found.body) <= 4_096
            assert found.status != 200
        except Failed:
            pass
        assert loop.time() - began < 2.5


async def test_a_body_that_trickles_does_not_undo_its_head():
    async with receiving(trickled_body) as receiver:
        found = await client(receiver).post(where(receiver), HEADERS, b"{}", tenant=TENANT)
    assert (found.status, found.seconds < 2) == (500, True)


@pytest.mark.parametrize(
    ("behave", "words"),
    [(silent, "no answer within 1 seconds"), (reset, "the connection broke before an answer in HTTP came")],
)
async def test_a_failure_says_what_happened(behave: object, words: str):
    async with receiving(behave) as receiver:  # type: ignore[arg-type]
        with pytest.raises(Failed, match=words):
            await client(receiver, seconds=1).post(where(receiver), HEADERS, b"{}", tenant=TENANT)


async def test_nobody_listening_is_a_failure():
    async with receiving() as receiver:
        pass
    with pytest.raises(Failed, match="no connection"):
        await client(receiver).post(where(receiver), HEADERS, b"{}", tenant=TENANT)


def authority(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of this name shows, and what believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(names, names, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    (folder / "pem").write_bytes(
        text
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pem")
    return server, ssl.create_default_context(cadata=text.decode())


async def test_tls_is_with_the_name_of_the_url_and_not_with_the_address(tmp_path: Path):
    server, believing = authority(tmp_path, "hooks.example.com")
    named: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: named.append(name)
    async with receiving(tls=server) as receiver:
        network = Counting(receiver.port)
        sender = Client(Guard(resolve=Lying()), believing, network=network)
        found = await sender.post(sender.destination("https://hooks.example.com/hook"), HEADERS, b"{}", tenant=TENANT)
        assert (found.status, named, network.connected) == (200, ["hooks.example.com"], [PUBLIC])
        assert receiver.requests[0].headers["host"] == "hooks.example.com"
        with pytest.raises(Failed, match="no TLS with a valid certificate"):
            await sender.post(sender.destination("https://other.example.com/hook"), HEADERS, b"{}", tenant=TENANT)
        with pytest.raises(Failed, match="no TLS with a valid certificate"):
            await Client(Guard(resolve=Lying()), network=network).post(
                sender.destination("https://hooks.example.com/hook"), HEADERS, b"{}", tenant=TENANT
            )
        assert len(receiver.requests) == 1


async def test_the_second_address_is_tried_if_the_first_does_not_answer():
    class Half(Counting):
        async def connect_tcp(self, host: str, port: int, *about: Any, **more: Any) -> httpcore.AsyncNetworkStream:
            if ipaddress.ip_address(host).version == 6:
                self.connected.append(host)
                raise httpcore.ConnectError("unreachable")
            return await super().connect_tcp(host, port)

    async with receiving(hangs_up) as receiver:
        network = Half(receiver.port)
        both = Lying(**{"two.example.com": [["2606:2800:21f::1", PUBLIC]]})
        sender = Client(Guard(resolve=both), authorities(), network=network, seconds=2)
        with pytest.raises(Failed):  # the receiver speaks no TLS
            await sender.post(sender.destination("https://two.example.com/"), HEADERS, b"{}", tenant=TENANT)
        assert network.connected == ["2606:2800:21f::1", PUBLIC]


async def test_a_slow_resolver_holds_up_nobody_else_and_is_asked_once():
    release = asyncio.Event()
    asked: list[str] = []

    class Slow(Resolver):
        @staticmethod
        def addresses(host: str, port: int) -> list[str]:
            if host == "slow.example.com":
                asked.append(host)
                asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)
            return Resolver.addresses("127.0.0.1", port)

    loop, resolver = asyncio.get_running_loop(), Slow(seconds=0.2)
    waiting = [asyncio.ensure_future(resolver("slow.example.com", 443, TENANT)) for _ in range(4)]
    assert await resolver("127.0.0.1", 443, TENANT) == ["127.0.0.1"]
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [OSError] * 4
    assert asked == ["slow.example.com"]
    release.set()
    resolver.close()


async def test_names_that_nobody_answers_for_take_the_threads_of_their_own_tenant_only():
    release, began = threading.Event(), time.monotonic()
    asked: list[str] = []

    class Silent(Resolver):
        @staticmethod
        def addresses(host: str, port: int) -> list[str]:
            asked.append(host)
            if host.endswith(".example.com"):
                release.wait(10)
            return Resolver.addresses("127.0.0.1", port)

    resolver = Silent(seconds=0.3)
    waiting = [asyncio.ensure_future(resolver(f"{number}.example.com", 443, TENANT)) for number in range(80)]
    await asyncio.sleep(0.05)
    assert await resolver("127.0.0.1", 443, OTHER) == ["127.0.0.1"]
    assert {type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)} == {OSError}
    with pytest.raises(OSError, match="no answer"):  # nobody waits any more, and the threads are still held
        await resolver("127.0.0.1", 8443, TENANT)
    assert (len(asked), time.monotonic() - began < 2) == (PER_TENANT + 1, True)
    release.set()
    while len(asked) < PER_TENANT + 2:
        with suppress(OSError):
            await resolver("127.0.0.1", 8443, TENANT)
    resolver.close()
