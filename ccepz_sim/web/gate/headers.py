"""What every answer tells the browser: to ask nobody else, to run nothing that was not ours, to be framed by nobody."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

# Data blocks (templates, JSON) are not run and need no hash.
SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
RUN = re.compile(r"""type\s*=\s*["']?(module|text/javascript|application/javascript)["']?""", re.IGNORECASE)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # the address names the game; forms and beacons keep their Origin
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
}
PLAIN_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page_policy(html: str, sockets: str) -> str:
    """Return the Content-Security-Policy of the page of the game.

    Vue 2 compiles its templates in the browser, which needs 'unsafe-eval'; Vue and Vuetify write style elements and
    attributes. All else is closed: inline scripts are named by their hash, and no other origin appears.

    Args:
        html: the page, whose inline scripts may run.
        sockets: address of our socket, as older browsers do not take it for 'self'.
    """
    hashes = " ".join(sorted({f"'sha256-{_digest(text)}'" for text in inline_scripts(html)}))
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'unsafe-eval' {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            f"connect-src 'self' {sockets}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def form_policy(style: str) -> str:
    """Return the policy of the page that asks for the code: its own style and its own form, no script at all."""
    return (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def inline_scripts(html: str) -> list[str]:
    """Return the text of every script that stands in a page and would run."""
    found = []
    for match in SCRIPT.finditer(html):
        attributes = match["attributes"]
        if re.search(r"\bsrc\s*=", attributes) or ("type" in attributes and not RUN.search(attributes)):
            continue
        found.append(match["text"])
    return found


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()
