"""The provider and the uploads at hosts of their own, and a wiki at an IPv6 address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx
import pytest

from tests.certificates import authority as make_authority
from tests.certificates import make
from tests.e2e import raw
from tests.e2e.deployments import CHECKOUT, deployment, free_port, machinery
from tests.e2e.stack import Stack
from tests.e2e.ways import Visitor, Way

WIKI, ACCOUNTS, FILES = "wiki.test", "accounts.wiki.test", "files.wiki.test"
LOOPBACK = "127.0.0.1"
LOOPBACK6 = "::1"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def trusts() -> ssl.SSLContext:
    return ssl.create_default_context()


@pytest.fixture(scope="module")
def hosts_stack(
    port: int, trusts: ssl.SSLContext, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A deployment with three hosts, and one certificate for all."""
    machinery()
    folder = tmp_path_factory.mktemp("hosts")
    signer = make_authority("Test")
    leaf = make(WIKI, ACCOUNTS, FILES, issuer=signer)
    (folder / "chain.pem").write_text(leaf.certificate_pem + signer.certificate_pem)
    (folder / "key.pem").write_text(leaf.key_pem)
    trusts.load_verify_locations(cadata=signer.certificate_pem)
    yield from deployment(
        folder / "wiki",
        generator=CHECKOUT,
        URL=f"https://{WIKI}:{port}",
        OIDC_URL=f"https://{ACCOUNTS}:{port}",
        AWS_S3_UPLOAD_BUCKET_URL=f"https://{FILES}:{port}",
        TLS="files",
        TLS_CERT_FILE=str(folder / "chain.pem"),
        TLS_KEY_FILE=str(folder / "key.pem"),
        HTTP_PORT=str(free_port()),
    )


@pytest.fixture
def person(hosts_stack: Stack, trusts: ssl.SSLContext, port: int) -> Iterator[Visitor]:
    way = Way(
        client=LOOPBACK,
        address=LOOPBACK,
        hosts=frozenset({WIKI, ACCOUNTS, FILES}),
        ports={port: port},
        trusts=trusts,
    )
    with way.visitor(hosts_stack.url) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def ipv6_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from deployment(
        tmp_path_factory.mktemp("ipv6") / "wiki", URL=f"http://[{LOOPBACK6}]:{free_port()}"
    )


def test_one_signs_in_across_hosts_and_each_keeps_its_cookies(
    hosts_stack: Stack, person: Visitor
) -> None:
    config = hosts_stack.config
    landed = person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
    provider = person.at(config["OIDC_URL"])

    assert str(landed.request.url) == f"{hosts_stack.url}/home"
    assert provider.cookies
    assert person.cookies
    assert not set(provider.cookies) & set(person.cookies)


def test_the_accounts_cookies_are_for_their_host_alone(hosts_stack: Stack, person: Visitor) -> None:
    answer = person.follow("GET", f"{hosts_stack.config['OIDC_URL']}/uc/admin/")
    cookies = answer.headers.get_list("set-cookie")

    assert cookies
    assert not [cookie for cookie in cookies if "domain=" in cookie.lower()]


def test_the_wikis_cookies_are_for_its_host_alone(person: Visitor) -> None:
    answer = person.request("GET", "/auth/oidc")
    cookies = [cookie.lower() for cookie in answer.headers.get_list("set-cookie")]
    domains = {part for cookie in cookies for part in cookie.split("; ") if "domain=" in part}

    assert cookies
    # One that is named would be sent to the hosts below it as well (RFC 6265, section 5.1.3).
    assert domains == {"domain="}


def test_the_wikis_host_has_neither_accounts_nor_uploads(
    hosts_stack: Stack, person: Visitor
) -> None:
    bucket = hosts_stack.config["AWS_S3_UPLOAD_BUCKET_NAME"]
    accounts = person.request("GET", "/uc/oauth/.well-known/openid-configuration")
    uploads = person.request("GET", f"/{bucket}/a")

    assert "issuer" not in accounts.text
    assert "AccessDenied" not in uploads.text
    assert "x-amz-request-id" not in uploads.headers


def test_the_other_hosts_have_nothing_of_the_wiki(hosts_stack: Stack, person: Visitor) -> None:
    config = hosts_stack.config
    for origin in (config["OIDC_URL"], config["AWS_S3_UPLOAD_BUCKET_URL"]):
        answer = person.request("POST", f"{origin}/standin/seen")

        assert answer.status_code in {
            httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN, httpx.codes.METHOD_NOT_ALLOWED
        }  # fmt: skip


@pytest.mark.usefixtures("hosts_stack")
@pytest.mark.parametrize("host", [WIKI, ACCOUNTS, FILES])
def test_http_at_the_port_of_https_is_sent_to_https(port: int, host: str) -> None:
    answer = raw.send(f"http://{LOOPBACK}:{port}", "GET", b"/a?b=c", host=f"{host}:{port}")

    assert (answer.status, answer.headers["location"]) == (301, f"https://{host}:{port}/a?b=c")


def test_uploads_go_to_their_host_as_browsers_allow(hosts_stack: Stack, person: Visitor) -> None:
    config = hosts_stack.config
    person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
    attachment = person.upload("a.txt", b"text")

    assert attachment.stored.is_success, attachment.stored.text
    assert str(attachment.stored.request.url).startswith(config["AWS_S3_UPLOAD_BUCKET_URL"])
    # Without it a browser does not let the page see that the upload went well (CORS).
    assert attachment.stored.headers["access-control-allow-origin"] in {"*", hosts_stack.url}
    assert person.download(attachment).content == b"text"
    assert person.storage_check() == {"ok": True}


def test_the_admin_is_at_the_providers_host(hosts_stack: Stack, person: Visitor) -> None:
    config = hosts_stack.config
    admin = person.at(config["OIDC_URL"])
    page = admin.follow("GET", "/uc/admin/")
    entered = admin.post_form(
        page, username=config["ADMIN_USERNAME"], password=config["ADMIN_PASSWORD"]
    )

    assert str(entered.request.url) == f"{config['OIDC_URL']}/uc/admin/"
    assert entered.is_success


def test_at_an_ipv6_address_the_wikis_policy_names_its_own_scripts_as_browsers_take_it(
    ipv6_stack: Stack,
) -> None:
    policy = raw.send(ipv6_stack.url, "GET", b"/").headers["content-security-policy"]
    sources = {name: rest for name, *rest in map(str.split, policy.split(";")) if name}

    assert "'self'" in sources["script-src"]
    assert any(source.startswith("'nonce-") for source in sources["script-src"])
    assert sources["base-uri"] == ["'none'"]


def test_one_signs_in_and_uploads_at_an_ipv6_address(ipv6_stack: Stack) -> None:
    config, port = ipv6_stack.config, int(ipv6_stack.url.rpartition(":")[2])
    way = Way(
        client=LOOPBACK6,
        address=LOOPBACK6,
        # People take files.localhost for 127.0.0.1; browsers try both loopback addresses.
        hosts=frozenset({LOOPBACK6, LOOPBACK}),
        ports={port: port},
        trusts=ssl.create_default_context(),
    )
    with way.visitor(ipv6_stack.url) as person:
        landed = person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])

        assert str(landed.request.url) == f"{ipv6_stack.url}/home"
        attachment = person.upload("a.txt", b"text")
        assert person.download(attachment).content == b"text"
        assert person.storage_check() == {"ok": True}
