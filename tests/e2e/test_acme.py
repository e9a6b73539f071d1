"""A wiki that gets its certificate from an authority, from the first start on, by the real acme.sh.

The tests tell one story in order, each stage on top of the one before.
"""

from __future__ import annotations

import datetime as dt
import http.client
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from cryptography import x509

from tests.e2e import acme, raw
from tests.e2e.acme import HOST, Wiki
from tests.e2e.deployments import CHECKOUT, deployment, machinery
from tests.e2e.stack import Stack, eventually

CHALLENGE = "/.well-known/acme-challenge/"
UNHEALTHY_WITHIN = 60  # seconds; three probes
LONGEST_LOAD = 90


@pytest.fixture(scope="module")
def names() -> Iterator[acme.NameServer]:
    machinery()
    with acme.name_server() as made:
        yield made


@pytest.fixture(scope="module")
def authority(names: acme.NameServer) -> Iterator[acme.Authority]:
    with acme.authority(names) as made:
        yield made


@pytest.fixture(scope="module")
def acme_stack(
    authority: acme.Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A deployment that came up while the authority was down."""
    folder = tmp_path_factory.mktemp("acme")
    settings = acme.settings(authority, folder)
    authority.stop()
    yield from deployment(folder / "wiki", generator=CHECKOUT, **settings)


@pytest.fixture(scope="module")
def wiki(acme_stack: Stack, authority: acme.Authority, names: acme.NameServer) -> Wiki:
    return Wiki(stack=acme_stack, authority=authority, names=names)


@pytest.fixture(scope="module")
def placeholder(wiki: Wiki) -> x509.Certificate:
    """The certificate shown until there is a real one."""
    return wiki.certificate()


@pytest.fixture(scope="module")
def refused(wiki: Wiki, placeholder: x509.Certificate) -> Wiki:
    """The authority is up; it looks for the challenge where the name leads: elsewhere."""
    assert wiki.certificate() == placeholder
    wiki.authority.start()
    # Without this one waits a minute.
    wiki.stack.up()

    def told() -> None:
        assert f"could not fetch http://{HOST}{CHALLENGE}" in wiki.log(), wiki.log()

    eventually(told, within=60)
    return wiki


@pytest.fixture(scope="module")
def certified(refused: Wiki, placeholder: x509.Certificate) -> Wiki:
    """The name leads here; `up` has it tried again."""
    refused.names.point("@", refused.authority.address)
    refused.state("attempted")
    refused.stack.up()
    refused.await_certificate(other_than=placeholder)
    return refused


def test_without_the_authority_the_wiki_is_up_on_a_placeholder(
    wiki: Wiki, placeholder: x509.Certificate
) -> None:
    assert "Pebble" not in placeholder.issuer.rfc4514_string()
    assert f"{wiki.authority.directory} can't be reached" in wiki.log()
    assert wiki.health() == "healthy"


def test_a_failed_challenge_leaves_the_placeholder_and_the_service_healthy_for_a_while(
    refused: Wiki, placeholder: x509.Certificate
) -> None:
    assert refused.certificate() == placeholder
    assert "is port 80 open to the internet, and does the name lead here?" in refused.log()
    assert refused.health() == "healthy"


def test_after_the_grace_the_service_is_unhealthy_and_up_succeeds_all_the_same(
    refused: Wiki,
) -> None:
    refused.state("started", "asked", "since")

    def unhealthy() -> None:
        assert refused.health() == "unhealthy"

    eventually(unhealthy, within=UNHEALTHY_WITHIN)
    refused.stack.up()

    assert refused.health() == "healthy"


def test_the_real_certificate_arrives_without_a_restart(
    certified: Wiki, placeholder: x509.Certificate
) -> None:
    state = certified.stack.containers()[certified.gateway]["State"]
    started = dt.datetime.fromisoformat(state["StartedAt"])

    with certified.connect(certified.trusting()) as connection:
        assert connection.version() == "TLSv1.3"
    assert f"The gateway has a certificate for {HOST}" in certified.log()
    assert certified.certificate() != placeholder
    assert started < certified.certificate().not_valid_before_utc


def test_http_leads_to_https_but_for_the_challenge(certified: Wiki) -> None:
    plain = f"http://{certified.authority.address}:{certified.authority.http_port}"
    host = {"Host": HOST}

    page = httpx.get(f"{plain}/doc/some?x=1", headers=host, trust_env=False)
    challenge = httpx.get(f"{plain}{CHALLENGE}unknown", headers=host, trust_env=False)

    assert page.status_code == httpx.codes.MOVED_PERMANENTLY
    assert page.headers["location"] == f"{certified.stack.url}/doc/some?x=1"
    assert challenge.status_code == httpx.codes.NOT_FOUND


def test_a_renewal_drops_no_connection(certified: Wiki) -> None:
    before = certified.certificate()
    trusts = certified.trusting()
    certified.age_certificate()
    socket = raw.WebSocket(certified.stack.url, "/realtime", certified.connect(trusts))
    assert socket.hear() == "realtime"

    with load(certified, trusts) as seen:
        certified.stack.compose("restart", "acme")
        certified.await_certificate(other_than=before)
        # The old process of nginx goes on with what it has begun.
        time.sleep(3)
        socket.say("still there")
        heard = socket.hear()
    socket.close()

    assert seen.failures == []
    assert {status for answers in seen.answers.values() for status in answers} == {httpx.codes.OK}
    assert min(len(answers) for answers in seen.answers.values()) > 50
    assert heard == "still there"


def test_dns_01_brings_a_wildcard_and_the_old_certificate_serves_until_then(
    certified: Wiki,
) -> None:
    before = certified.certificate()
    with (certified.stack.folder / "config.sh").open("a") as config:
        config.write(
            f"ACME_ENV_PDNS_Url={certified.names.api}\n"
            "ACME_ENV_PDNS_ServerId=localhost\n"
            f"ACME_ENV_PDNS_Token={acme.API_KEY}\n"
        )
    certified.stack.init(ACME_DNS="dns_pdns", ACME_DNS_SLEEP="1", ACME_DOMAINS=f"{HOST},*.{HOST}")
    # An authority that has to come to the gateway would find nothing there.
    certified.names.point("@", acme.NOWHERE)
    shown: list[x509.Certificate] = []

    with repeating(lambda: shown.append(certified.certificate())) as problems:
        certified.stack.up()
        certified.await_certificate(other_than=before)

    after = certified.certificate()
    alternatives = after.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternatives.get_values_for_type(x509.DNSName) == [HOST, f"*.{HOST}"]
    assert [found for found in shown if found not in {before, after}] == [], problems
    assert certified.names.records("TXT") == []
    assert acme.API_KEY not in certified.log()


@dataclass
class Load:
    """What a load met: the statuses that each client was answered with, and what went wrong."""

    answers: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)


@contextmanager
def load(wiki: Wiki, trusts: ssl.SSLContext) -> Iterator[Load]:
    """Send requests, on connections that stay and on new ones, until the block ends."""
    seen = Load()
    over = threading.Event()
    limit = time.monotonic() + LONGEST_LOAD

    def client(name: str, *, keep: bool) -> None:
        connection = _Connection(wiki, trusts)
        while not over.is_set() and time.monotonic() < limit:
            try:
                connection.request("GET", "/_health", headers={"Host": HOST})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                seen.failures.append(f"{name}: {error!r}")
                connection.close()
            else:
                seen.answers[name].append(answer.status)
            if not keep:
                connection.close()
            time.sleep(0.01)
        connection.close()

    clients = [
        threading.Thread(target=client, args=(f"{kind} {number}",), kwargs={"keep": keep})
        for kind, keep in (("kept", True), ("new", False))
        for number in range(3)
    ]
    for thread in clients:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in clients:
            thread.join()


class _Connection(http.client.HTTPConnection):
    """A connection that is made as Wiki.connect makes it."""

    def __init__(self, wiki: Wiki, trusts: ssl.SSLContext) -> None:
        super().__init__(HOST)
        self._wiki = wiki
        self._trusts = trusts

    def connect(self) -> None:
        self.sock = self._wiki.connect(self._trusts)


@contextmanager
def repeating(action: Callable[[], object]) -> Iterator[list[Exception]]:
    """Repeat ``action`` until the block ends; the list has what it raised."""
    over = threading.Event()
    problems: list[Exception] = []
    limit = time.monotonic() + LONGEST_LOAD

    def repeat() -> None:
        while not over.is_set() and time.monotonic() < limit:
            try:
                action()
            except OSError as error:
                # While `up` replaces the gateway nobody listens.
                problems.append(error)
            time.sleep(0.2)

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield problems
    finally:
        over.set()
        thread.join()
