"""The page at `/`: GraphiQL when it is built, else how to build it; and nothing that is not part of it."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from api import telemetry
from api.http.exchange import Observed
from api.http.ide import BUNDLE, Ide
from api.http.routes import misplaced

PAGE = "<!doctype html><title>GraphiQL</title>"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "ide").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "ide/index-abc.js").write_text("export {}")
    (folder / "ide/notes.txt").write_text("not for serving")
    (tmp_path / "secret.js").write_text("outside")
    return folder


@pytest.fixture
async def http(bundle: Path) -> AsyncIterator[httpx.AsyncClient]:
    handlers = {404: misplaced}
    app = Starlette(routes=Ide(bundle).routes(), middleware=[Middleware(Observed)], exception_handlers=handlers)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        yield client


async def test_the_page_may_load_only_what_it_brings_along(http: httpx.AsyncClient):
    response = await http.get("/")
    assert (response.status_code, response.text) == (200, PAGE)
    policy = dict(rule.split(" ", 1) for rule in response.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self'",
        "connect-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self' data:",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]


async def test_a_file_of_the_page_is_kept_for_a_year_under_the_same_policy(http: httpx.AsyncClient):
    response = await http.get("/ide/index-abc.js")
    assert (response.status_code, response.text) == (200, "export {}")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ["nothing.js", "notes.txt", "..%2f..%2fsecret.js", "..%2findex.html", "%2e%2e", ".js", "%00.js", "a%0ab.js"]
)
async def test_nothing_else_is_served(http: httpx.AsyncClient, name: str):
    assert (await http.get(f"/ide/{name}")).status_code == 404


async def test_a_name_that_the_caller_made_up_is_not_in_the_log(http: httpx.AsyncClient):
    stream = io.StringIO()
    telemetry.configure("info", stream)
    try:
        await http.get("/ide/canary@example.com.js")
        await http.get("/ide/index-abc.js")
    finally:
        telemetry.configure("error")
    assert [orjson.loads(line).get("path") for line in stream.getvalue().splitlines()] == [None, "/ide/index-abc.js"]


async def test_until_it_is_built_the_page_says_how_and_then_it_appears_without_a_restart(
    http: httpx.AsyncClient, bundle: Path
):
    index = (bundle / "index.html").rename(bundle / "later.html")
    response = await http.get("/")
    assert response.status_code == 200
    assert "<code>make ide</code>" in response.text
    assert "<script" not in response.text
    index.rename(bundle / "index.html")
    assert (await http.get("/")).text == PAGE


async def test_what_codes_mean_is_found_with_and_without_it(http: httpx.AsyncClient):
    page = (await http.get("/errors")).text
    assert 'id="UNAUTHENTICATED"' in page
    assert "make ide" not in page


@pytest.mark.skipif(not (BUNDLE / "index.html").is_file(), reason="GraphiQL is not built: make ide")
def test_the_built_page_names_no_address_but_its_own_and_every_file_is_of_a_kind_we_serve():
    index = (BUNDLE / "index.html").read_text("utf8")
    assert "://" not in index
    assert "<style" not in index
    assert index.count("<script") == index.count('src="./ide/') == 1
    served = {".css", ".js", ".svg", ".ttf", ".woff2"}
    assert [path.name for path in (BUNDLE / "ide").iterdir() if path.suffix not in served] == []
    assert "MIT" in (BUNDLE / "licenses.md").read_text("utf8")
