"""docs/interoperability.md names the versions that are tried, and registers a client."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import httpx

from tests.oidc_server import running

HERE = Path(__file__).parent
TEXT = (HERE.parents[1] / "docs" / "interoperability.md").read_text(encoding="utf-8")


def test_it_names_the_versions_that_are_tried() -> None:
    table = TEXT[: TEXT.index("What was seen")]
    of_node = json.loads((HERE / "package.json").read_text())["dependencies"]
    del of_node["koa"]  # what Outline's two stand on

    assert all(tried in table for tried in [*of_node.values(), version("authlib")])
    assert all(name in table for name in of_node)


def test_a_client_is_registered_as_it_says(
    variables: dict[str, str], provider: running.Running
) -> None:
    commands = re.search(r"<<'END'\n(.*?)\nEND\n", TEXT, re.DOTALL)
    assert commands

    running.command("shell", "-c", commands[1], variables=variables)

    asked = {
        "client_id": "my-application",
        "redirect_uri": "https://app.example.com/callback",
        "response_type": "code",
        "scope": "openid",
    }
    answer = httpx.get(f"{provider.address}/uc/oauth/authorize", params=asked)
    assert answer.headers["location"].startswith("/uc/accounts/login/")
