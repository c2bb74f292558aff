"""Our webhooks before the published package for JavaScript: `python -m tests.contract.webhooks NODE`.

What we sign it accepts, by each of two secrets; with any byte of the body changed, or another id, instant or secret, it
does not. Ends with `webhooks: N accepted, M refused, 0 wrong`.
"""

import base64
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.domain.webhooks import body, new_secret, shown, signed

SCRIPT = Path(__file__).resolve().parents[2] / "clients/contract/webhooks.mjs"
ID = "whd_0192f3c0a1b27c3d8e4f5a6b7c8d9e0f"


def cases(now: int) -> list[tuple[bool, dict[str, Any]]]:
    """(whether it is ours, what is judged)."""
    secrets = new_secret(), new_secret()
    text = body("contact.updated", datetime(2026, 3, 2, 9, 15, tzinfo=UTC), '{"events":{"name":"Ünïcode €"}}'.encode())
    headers = dict(signed(ID, now, text, secrets))
    found = [(True, case(secret, headers, text)) for secret in secrets]
    found.append((False, case(new_secret(), headers, text)))
    for name, value in (("webhook-id", ID[:-1] + "0"), ("webhook-timestamp", str(now + 1))):
        found.append((False, case(secrets[0], {**headers, name: value}, text)))
    found.append((False, case(secrets[0], dict(signed(ID, now - 301, text, secrets)), text)))
    for at in range(len(text)):
        forged = bytearray(text)
        forged[at] ^= 1
        found.append((False, case(secrets[at % 2], headers, bytes(forged))))
    return found


def case(secret: bytes, headers: dict[str, str], text: bytes) -> dict[str, Any]:
    return {"secret": shown(secret), "headers": headers, "body": base64.b64encode(text).decode()}


def main(node: str) -> int:
    judged = cases(int(time.time()))
    asked = json.dumps([one for _, one in judged])
    answer = subprocess.run([node, str(SCRIPT)], input=asked, capture_output=True, text=True, check=True)
    accepted = json.loads(answer.stdout)
    wrong = sum(ours is not found for (ours, _), found in zip(judged, accepted, strict=True))
    print(f"webhooks: {sum(accepted)} accepted, {len(accepted) - sum(accepted)} refused, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
