"""The guide to signing in is run: its commands, its requests, its answers."""

import asyncio
import json
import re
import shlex
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.cli.database import own_urls
from api.db.secret_files import secret_key
from api.settings import load
from tests.cli.conftest import Asking, Crm
from tests.graphql_client import bearer
from tests.issuer import Issuer, an_issuer
from tests.test_guides import learn

GUIDE = Path(__file__).parents[2] / "docs/guides/sign-in.md"
BLOCK = re.compile(r"^```(sh|graphql|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Reader:
    """Does what the guide says, one block after the other."""

    def __init__(self, crm: Crm, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.crm, self.issuer, self.environment = crm, issuer, monkeypatch
        now = int(time.time())
        self.jwt = issuer.token("grace", iat=now, nbf=now, exp=now + 600)
        self.code, self.answer = "", {}  # type: str, Any
        self.known: dict[str, str] = {}

    def shell(self, line: str) -> None:
        words = shlex.split(line)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.environment.setenv(name, self.issuer.url if name == "CRM_OIDC_ISSUER" else value)
        elif words[0] == "crm":
            done = self.crm(*words[1:])
            assert done.code == 0, done.err
            self.code = done.last_line if "invite" in words else self.code
        else:
            path = next(word for word in words if word.startswith("http")).partition("8765")[2]
            body = words[words.index("-d") + 1].replace("crm_inv_…", self.code)
            self.answer = self.post(path, json.loads(body))

    def graphql(self, query: str) -> None:
        self.answer = self.post("/graphql", {"query": query}).get("data")

    def json(self, promised: str) -> None:
        assert self.answer == learn(json.loads(promised), self.answer, self.known)

    def post(self, path: str, body: Any) -> Any:
        """The answer of a server that begins and ends with this request."""
        return asyncio.run(self.served(path, body))

    async def served(self, path: str, body: Any) -> Any:
        settings = load()
        app = create_app(settings, own_urls(settings), secret_key(settings.data_dir, settings))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
                return (await client.post(path, json=body, headers=bearer(self.jwt))).json()


def test_the_guide_to_signing_in_gives_the_answers_it_promises(
    crm: Crm, asking: Asking, monkeypatch: pytest.MonkeyPatch
):
    crm("tenant", "create", "acme")
    with an_issuer() as issuer:
        reader = Reader(crm, issuer, monkeypatch)
        for language, text in BLOCK.findall(GUIDE.read_text("utf8")):
            for piece in text.splitlines() if language == "sh" else [text]:
                {"sh": reader.shell, "graphql": reader.graphql, "json": reader.json}[language](piece)
        reader.graphql("{ viewer { name } }")

    assert reader.code.startswith("crm_inv_")
    assert reader.known["user"] == asking.value("SELECT 'usr_' || replace(id::text, '-', '') FROM users")
    assert reader.answer is None
