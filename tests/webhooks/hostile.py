"""URLs that must lead nowhere, a resolver that lies as attackers' do, and a network that counts where one goes."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import httpcore

DATA = tomllib.loads((Path(__file__).parent / "hostile_urls.toml").read_text("utf8"))
NAMES: dict[str, list[list[str]]] = DATA["names"]
URLS: list[str] = [*DATA["refused"], *DATA["addressed"], *(f"https://{name}/hook" for name in NAMES)]
REBINDING = [f"https://{name}/hook" for name, answers in NAMES.items() if len(answers) > 1]
PUBLIC = "93.184.215.14"
# What is public, written down once more and the other way round.
OPEN = [ip_network(block) for block in ("93.184.215.0/24", "2606:2800::/32")]


class Lying:
    """A resolver. Names of the list get its answers one after the other, addresses themselves, others a public one."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.asked: Counter[str] = Counter()
        self.names = NAMES | names

    async def __call__(self, host: str, _port: int, _tenant: UUID) -> Sequence[str]:
        self.asked[host] += 1
        try:
            return [str(ip_address(host))]
        except ValueError:
            answers = self.names.get(host, [[PUBLIC]])
            return answers[min(self.asked[host], len(answers)) - 1]


class Counting(httpcore.AsyncNetworkBackend):
    """A network in which every address leads to one local port; it remembers which addresses were asked for."""

    def __init__(self, port: int) -> None:
        self._port, self._network = port, httpcore.AnyIOBackend()
        self.connected: list[str] = []

    async def connect_tcp(self, host: str, port: int, *about: Any, **more: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        return await self._network.connect_tcp("127.0.0.1", self._port)

    @property
    def forbidden(self) -> list[str]:
        return [host for host in self.connected if not any(ip_address(host) in block for block in OPEN)]
