"""Each row of docs/deployments.md works: who ends TLS, what is in front, where uploads are.

`make test` runs rows in which each pair of values occurs; `make deployments` runs all.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.certificates import authority as make_authority
from tests.certificates import make
from tests.deploygen import matrix
from tests.deploygen.matrix import Row
from tests.e2e import acme, chains
from tests.e2e.chains import HOST, Chain, Shared
from tests.e2e.deployments import free_port, machinery
from tests.e2e.object_storage import elsewhere
from tests.e2e.outer import Authority
from tests.e2e.raw import WebSocket
from tests.e2e.stack import UP_WITHIN, eventually, host_address
from tests.e2e.ways import Visitor, Way

pytestmark = pytest.mark.timeout(UP_WITHIN + 120)

ROWS = matrix.ROWS if os.environ.get("DEPLOYGEN_TEST_ROWS") == "all" else matrix.pairwise()
MORE_THAN_NGINX_ALLOWS = 3 * 1024 * 1024
SOMEBODY_ELSE = "198.51.100.7"
FORGED = {
    "X_Forwarded_For": SOMEBODY_ELSE,
    "X_Forwarded_Proto": "gopher",
    "X_Forwarded_Host": "evil.example.com",
    "X_Forwarded_Port": "1",
    "X_Real_IP": SOMEBODY_ELSE,
    "Forwarded": f"for={SOMEBODY_ELSE};proto=gopher;host=evil.example.com",
    "Connection": "keep-alive, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host",
}
# What browsers send with a page they open; the last one on https alone.
ON_HTTP = {"Upgrade-Insecure-Requests": "1"}
ON_HTTPS = {**ON_HTTP, "Sec-Fetch-Mode": "navigate"}


def rows(*wanted: Row) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("chain", wanted, ids=lambda row: row.name, indirect=True)


every_row = rows(*ROWS)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    machinery()
    folder = tmp_path_factory.mktemp("shared")
    authority = certificates(folder)
    port = free_port()
    with (
        acme.name_server() as names,
        acme.authority(names) as given,
        elsewhere(f"e2e-table-{port}", port) as bucket,
        chains.https_before(bucket, authority) as endpoint,
        chains.own_address() as client,
    ):
        names.point("@", host_address())
        yield Shared(
            authority=authority,
            bucket=bucket,
            secure_endpoint=endpoint,
            acme=given,
            client=client,
        )


@pytest.fixture(scope="module")
def chain(
    request: pytest.FixtureRequest, shared: Shared, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chain]:
    """A row of the table, up."""
    row: Row = request.param
    with chains.chain(row, shared, tmp_path_factory.mktemp(row.name)) as made:
        yield made


@every_row
def test_one_signs_in_and_the_provider_notes_from_where(chain: Chain) -> None:
    with chain.way.visitor(chain.url) as person:
        landed = sign_in(person, chain)

        assert str(landed.request.url) == f"{chain.url}/home"
    assert chain.way.client in addresses_of_sign_ins(chain)


@every_row
def test_files_go_up_and_down_from_the_browser_and_from_the_wiki(chain: Chain) -> None:
    content = os.urandom(MORE_THAN_NGINX_ALLOWS)
    with chain.way.visitor(chain.url) as person:
        sign_in(person, chain)
        attachment = person.upload("a.bin", content)

        assert attachment.stored.is_success, attachment.stored.text
        assert person.download(attachment).content == content
        assert person.storage_check() == {"ok": True}


@rows(*(row for row in ROWS if row.front is matrix.TWO))
def test_large_files_pass_where_a_proxy_changes_the_host(chain: Chain) -> None:
    content = os.urandom(MORE_THAN_NGINX_ALLOWS)
    with chain.others["the second proxy changes Host"].visitor(chain.url) as person:
        sign_in(person, chain)
        attachment = person.upload("a.bin", content)

        assert attachment.stored.is_success, attachment.stored.text
        assert person.download(attachment).content == content


@every_row
@pytest.mark.parametrize("path", ["/realtime/?EIO=4&transport=websocket", "/collaboration/a.b"])
def test_websockets_pass(chain: Chain, path: str) -> None:
    for way in (chain.way, *chain.others.values()):
        socket = WebSocket(chain.url, path, way.connect(chain.url))
        greeting = socket.hear()
        socket.say("are you there?")

        assert greeting == path.split("/")[1]
        assert socket.hear() == "are you there?"
        socket.close()


@every_row
def test_scheme_host_and_client_arrive_and_nothing_that_a_client_says_of_them(
    chain: Chain,
) -> None:
    ways = (chain.way, *(way for name, way in chain.others.items() if "CDN" not in name))
    for way in ways:
        with way.visitor(chain.url) as person:
            assert person.seen() == arriving(chain, way.client)
            assert person.seen(**FORGED) == arriving(chain, way.client)


@every_row
def test_nothing_that_a_client_says_of_itself_reaches_the_providers_log(chain: Chain) -> None:
    for way in (chain.way, *chain.others.values()):
        with way.visitor(chain.url) as person:
            page = person.follow("GET", "/auth/oidc")
            forged = {name.replace("_", "-"): value for name, value in FORGED.items()}
            person.request(
                "POST", str(page.request.url), data={"username": "a", "password": "b"},
                headers=forged,
            )  # fmt: skip

    assert SOMEBODY_ELSE not in chain.stack.compose("logs", "--no-color", "oidc")


@every_row
def test_another_hosts_name_never_arrives(chain: Chain) -> None:
    for way in (chain.way, *chain.others.values()):
        with way.visitor(chain.url) as person:
            lie = {"Host": "evil.example.com"}
            alone = person.request("POST", "/standin/seen", headers=lie)
            both = person.request(
                "POST", "/standin/seen", headers={**lie, "X-Forwarded-Host": HOST}
            )

        assert alone.status_code == httpx.codes.MISDIRECTED_REQUEST
        if both.is_success:
            assert both.json()["host"] == urlsplit(chain.url).netloc
        else:
            assert both.status_code == httpx.codes.MISDIRECTED_REQUEST


@every_row
def test_every_address_of_the_provider_is_the_urls(chain: Chain) -> None:
    with chain.way.visitor(chain.url) as person:
        answer = person.request("GET", "/uc/oauth/.well-known/openid-configuration")

    for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert answer.json()[name].startswith(f"{chain.url}/uc/oauth")


@every_row
def test_nobody_is_sent_round_in_circles(chain: Chain) -> None:
    headers = ON_HTTP if chain.row.tls == "off" else ON_HTTPS
    for way in (chain.way, *chain.others.values()):
        with way.visitor(chain.url) as person:
            page = person.request("GET", "/", headers=headers)
            landed = sign_in(person, chain)

        assert page.status_code == httpx.codes.OK, page.headers
        assert str(landed.request.url) == f"{chain.url}/home"


@rows(*(row for row in ROWS if row.tls != "off"))
def test_an_http_visitor_ends_at_https(chain: Chain) -> None:
    with chain.way.visitor(chain.url) as person:
        answer = person.request("GET", f"{chain.plain}/doc/a-page?b=c", headers=ON_HTTP)
        landed = person.request("GET", answer.headers["location"], headers=ON_HTTPS)

    assert answer.status_code in {301, 302, 308}
    assert answer.headers["location"] == f"{chain.url}/doc/a-page?b=c"
    assert landed.status_code != httpx.codes.MOVED_PERMANENTLY


@rows(*(row for row in ROWS if row.front is matrix.TWO and row.tls != "off"))
def test_an_old_browser_that_a_proxy_puts_on_http_is_sent_to_https_once(chain: Chain) -> None:
    with chain.others["the second proxy says http"].visitor(chain.url) as person:
        sent = person.request("GET", "/", headers=ON_HTTP)
        landed = person.request("GET", sent.headers["location"], headers=ON_HTTP)

    assert sent.status_code == httpx.codes.FOUND
    assert landed.status_code == httpx.codes.OK


@rows(*(row for row in ROWS if row.front is matrix.BEHIND_CDN))
def test_past_the_cdn_nobody_is_believed(chain: Chain) -> None:
    way: Way = chain.others["past the CDN"]
    with way.visitor(chain.url) as person:
        plain = person.seen()
        forged = person.seen(**FORGED)

    assert forged == plain == arriving(chain, plain["ip"])
    assert plain["ip"] != SOMEBODY_ELSE


def sign_in(person: Visitor, chain: Chain) -> httpx.Response:
    config = chain.stack.config
    return person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])


def arriving(chain: Chain, client: str) -> dict[str, Any]:
    """Return how a request from ``client`` has to look at Outline."""
    where = urlsplit(chain.url)
    port = where.port or {"http": 80, "https": 443}[where.scheme]
    return {
        "proto": where.scheme,
        "host": where.netloc,
        "ip": client,
        "headers": {
            "x-forwarded-for": client,
            "x-forwarded-proto": where.scheme,
            "x-forwarded-host": where.netloc,
            "x-forwarded-port": str(port),
            "x-real-ip": client,
            "forwarded": None,
            "host": where.netloc,
        },
    }


def addresses_of_sign_ins(chain: Chain) -> list[str]:
    found: list[str] = []

    def noted() -> None:
        log = chain.stack.compose("logs", "--no-color", "oidc")
        found[:] = re.findall(r'"kind": "sign-in accepted", "address": "([^"]+)"', log)
        assert found, log

    eventually(noted, within=5)
    return found


def certificates(folder: Path) -> Authority:
    """Return an authority whose certificate is for the wiki's host and this machine's address."""
    made = Authority(folder, HOST)
    signer = make_authority("Test")
    leaf = make(HOST, host_address(), issuer=signer)
    made.ca.write_text(signer.certificate_pem)
    made.chain.write_text(leaf.certificate_pem + signer.certificate_pem)
    made.key.write_text(leaf.key_pem)
    trusted = folder / "trusted"
    trusted.mkdir()
    (trusted / "ca.pem").write_text(signer.certificate_pem)
    for readable in (folder, trusted):
        readable.chmod(0o755)
    ssl.create_default_context(cafile=made.ca)
    return made
