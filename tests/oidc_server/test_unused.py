"""In a Python of its own, since this one has loaded all of it."""

import os
import subprocess
import sys

import pytest

_START = "from oidc_server.unused import load_when_used; load_when_used(); "


def run(code: str) -> str:
    site = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.oidc_server.settings"}
    asked = [sys.executable, "-c", _START + code]
    return subprocess.run(asked, env=site, capture_output=True, text=True, check=True).stdout


def test_serving_loads_nothing_of_it() -> None:
    code = """import sys, django, oidc_server.serve
django.setup()
print(*{"zipfile", "sqlparse.engine", "cryptography.x509.base"} & sys.modules.keys())"""

    assert run(code) == "\n"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sqlparse; print(*sqlparse.split('a; b'))", "a; b"),
        ("from importlib.metadata import metadata; print(metadata('django')['name'])", "Django"),
        ("from cryptography import x509; print(x509.Certificate.__name__)", "Certificate"),
        ("import cryptography.x509.oid as oid; print(oid.NameOID.__name__)", "NameOID"),
    ],
)
def test_who_asks_for_it_gets_it(code: str, told: str) -> None:
    assert run(code) == f"{told}\n"
