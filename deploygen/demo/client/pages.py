"""The client's pages: plain HTML, no script, nothing from outside."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from deploygen.demo.client.relying_party import SignIn

_STYLE = """
:root { color-scheme: light dark; --page: #f5f4f1; --card: #fff; --line: #dddad3; --text: #22272a;
  --quiet: #62696c; --accent: #2f5d62; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #16191b; --card: #1f2426; --line: #363d40;
  --text: #e6e8e6; --quiet: #9aa3a5; --accent: #6fb1b7; --on-accent: #10191a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
@media (min-width: 40rem) { body { padding-top: 8vh; } main { padding: 2rem; } }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .25rem; font-size: 1rem; }
p { margin: 0 0 1rem; }
.quiet { color: var(--quiet); font-size: .9rem; }
.notice { padding: .6rem .75rem; border-left: 3px solid var(--accent); background: var(--page); }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .4rem 0; border-top: 1px solid var(--line); text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
th { width: 13rem; padding-right: 1rem; font-weight: 400; color: var(--quiet); }
@media (max-width: 39.99rem) { th, td { display: block; width: auto; padding: .3rem 0 0; }
  td { padding: 0 0 .3rem; border: 0; } }
code { font: .85rem ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
.actions form { margin: 0; }
.button { display: inline-block; min-height: 2.75rem; padding: .55rem 1.25rem;
  background: var(--accent); color: var(--on-accent); border: 1px solid var(--accent);
  border-radius: .5rem; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
.button.plain { background: none; color: inherit; border-color: var(--line); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_TIMES = {"exp", "iat", "auth_time", "nbf"}


def security_policy(issuer: str) -> str:
    """Return the Content-Security-Policy; forms may end at the provider, where one signs out."""
    provider = urlsplit(issuer)
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{_STYLE_HASH}'",
            f"form-action 'self' {provider.scheme}://{provider.netloc}",
            "img-src data:",  # the empty icon
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def welcome(issuer: str, notice: str) -> str:
    said = f'<p class="notice" role="status">{escape(notice)}</p>' if notice else ""
    return _page(
        "Sample client",
        f"""<h1>Sample client</h1>
{said}
<p>A small application that has no accounts of its own. It stands where the wiki stands, and asks
the provider at <code>{escape(issuer)}</code> who you are.</p>
<div class="actions"><a class="button" href="/sign-in">Sign in</a></div>""",
    )


def signed_in(who: SignIn) -> str:
    name = who.userinfo.get("name") or who.userinfo.get("preferred_username") or who.userinfo["sub"]
    until = datetime.fromtimestamp(who.expires_at, tz=UTC)
    tokens = {
        "access token": f"good until {until:%Y-%m-%d %H:%M:%S} UTC",
        "refresh token": f"times used: {who.refreshes}",
    }
    return _page(
        f"{name} - Sample client",
        f"""<h1>Signed in as {escape(str(name))}</h1>
<p class="quiet">This is all that the application learned from the provider.</p>
<div class="actions">
<form method="post" action="/refresh"><button class="button">Refresh</button></form>
<form method="post" action="/sign-out"><button class="button plain">Sign out</button></form>
</div>
<h2>Userinfo</h2>
{_table("userinfo", who.userinfo)}
<h2>ID token</h2>
<p class="quiet">Its signature was checked with the provider's published key.</p>
{_table("id-token", who.id_claims)}
<h2>Tokens</h2>
{_table("tokens", tokens)}""",
    )


def problem(text: str) -> str:
    return _page(
        "Sample client",
        f"""<h1>That did not work</h1>
<p>{escape(text)}</p>
<div class="actions"><a class="button" href="/">Start again</a></div>""",
    )


def _table(key: str, values: dict[str, Any]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f"<td><code>{escape(_text(name, value))}</code></td></tr>"
        for name, value in values.items()
    )
    return f'<table id="{key}">\n{rows}\n</table>'


def _text(name: str, value: object) -> str:
    if name in _TIMES and isinstance(value, int):
        return f"{value} ({datetime.fromtimestamp(value, tz=UTC):%Y-%m-%d %H:%M:%S} UTC)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
