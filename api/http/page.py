"""The plain page: where things are, and what each error code means. It contains nothing of any tenant."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import __version__
from api.http.errors import CODES

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 3rem auto; padding: 0 1rem }
code, pre { background: #f4f4f5; padding: .1rem .3rem; border-radius: .2rem } pre { padding: .8rem; overflow: auto }
td, th { text-align: left; vertical-align: top; padding: .15rem 1rem .15rem 0 }
:target { background: #fef9c3 }
@media (prefers-color-scheme: dark) { body { background: #18181b; color: #e4e4e7 } code, pre { background: #27272a }
  a { color: #93c5fd } :target { background: #3f3f46 } }
"""
EXAMPLE = """curl -s localhost:8765/graphql \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"query": "{ viewer { name } }"}'"""
NOT_BUILT = """<p>GraphiQL, the editor for queries, is not built yet. In the checkout say <code>make ide</code> and load
this page again; <code>make demo</code> does it by itself in about a minute, given a network.</p>"""
PLACES = (
    ("GET /", "GraphiQL, once it is built"),
    ("POST /graphql", "GraphQL, with <code>Authorization: Bearer crm_…</code>; queries also by GET"),
    ("GET /schema.graphql", "the schema with its descriptions, with a token"),
    ("GET /errors", "this page"),
    ("GET /livez", "200 as long as the process lives"),
    ("GET /readyz", "200 when it can serve"),
)


def text(note: str = "") -> str:
    places = "".join(f"<tr><td><code>{place}</code></td><td>{meaning}</td></tr>" for place, meaning in PLACES)
    codes = "".join(
        f'<tr id="{name}"><td><code>{name}</code></td><td>{code.status}'
        f"{'' if code.strict == code.status else f' or {code.strict}'}</td>"
        f"<td>{'yes' if code.retryable else 'no'}</td><td>{escape(code.meaning)}</td></tr>"
        for name, code in CODES.items()
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Headless CRM</title>
<style>{STYLE}</style>
<h1>Headless CRM</h1>
<p>Version {__version__}. A CRM without a screen: everything is behind one GraphQL endpoint.</p>
{note}
<table>{places}</table>
<p>Make a token with <code>crm token create --tenant NAME --role admin</code>, then:</p>
<pre>{escape(EXAMPLE)}</pre>
<h2>Errors</h2>
<p>A refusal that a user can act on stands in <code>errors</code> of the mutation's payload. Everything else is in the
response's own <code>errors</code> with one of these codes. With <code>Accept: application/graphql-response+json</code>
the second status is used where there are two.</p>
<table><tr><th>code</th><th>status</th><th>try again</th><th>meaning</th></tr>{codes}</table>
</html>
"""


TEXT = text()
WITHOUT_IDE = text(NOT_BUILT)
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-cache",
}


async def page(_request: Request) -> HTMLResponse:
    return HTMLResponse(TEXT, headers=HEADERS)


async def not_built(_request: Request) -> HTMLResponse:
    return HTMLResponse(WITHOUT_IDE, headers=HEADERS)
