"""The gateway with a large upload, a crowd, an attacker, and with nothing behind it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import httpx
import pytest

from tests.e2e import raw
from tests.e2e.deployments import deployment, free_port
from tests.e2e.people import Person
from tests.e2e.stack import Stack

GIB = 1024**3
MIB = 1024**2
LIMIT = GIB
FORM = MIB  # what the gateway allows for the form around a file
OFFICE = 40
ATTEMPTS = 500
LOGIN = "/uc/accounts/login/"
# nginx's own limit is 60 seconds; the wiki's sockets may say nothing for longer.
SILENCE = 65
# Outline's own limit is 10 seconds.
PAUSE = 12
SECRET = "a-secret-that-is-in-no-log"


@pytest.fixture(scope="module")
def loaded_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment that may be used up, with a limit for uploads of 1 GiB."""
    yield from deployment(
        tmp_path_factory.mktemp("loaded") / "wiki",
        URL=f"http://localhost:{free_port()}",
        FILE_STORAGE_UPLOAD_MAX_SIZE=str(LIMIT),
        # So that one client can come from many addresses.
        TRUSTED_PROXIES="host",
    )


@pytest.fixture(scope="module")
def member(loaded_stack: Stack) -> Iterator[Person]:
    """Somebody who signed in before the crowd came."""
    config = loaded_stack.config
    with Person(loaded_stack.url) as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        yield person


@pytest.fixture(scope="module", autouse=True)
def silent_sockets(loaded_stack: Stack) -> Iterator[Callable[[], list[raw.WebSocket]]]:
    """Return sockets that were silent for SILENCE seconds, the time of other tests included."""
    opened = [raw.WebSocket(loaded_stack.url, path) for path in ("/realtime", "/collaboration/a")]
    greetings = [sock.hear() for sock in opened]
    assert greetings == ["realtime", "collaboration"]
    since = time.monotonic()

    def wait() -> list[raw.WebSocket]:
        time.sleep(max(0.0, since + SILENCE - time.monotonic()))
        return opened

    yield wait
    for sock in opened:
        sock.close()


def gateway(stack: Stack) -> str:
    return f"{stack.name}-gateway"


def upload_form(person: Person, size: int) -> tuple[str, dict[str, str]]:
    """Return where a file of ``size`` bytes is posted to, and the fields that go before it."""
    answer = person.call(
        "attachments.create", name="disk.img", contentType="text/plain", size=size
    ).json()["data"]
    return answer["uploadUrl"], answer["form"]


def post_file(
    person: Person, size: int, meanwhile: Callable[[], None] = lambda: None
) -> httpx.Response:
    """Post a file of ``size`` bytes, made as it is sent; call ``meanwhile`` halfway through."""
    url, fields = upload_form(person, min(size, LIMIT))
    boundary = "the-file-begins"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f"--{boundary}\r\nContent-Disposition: form-data;"
        ' name="file"; filename="disk.img"\r\nContent-Type: text/plain\r\n\r\n'
    )
    head, tail = "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()

    def body() -> Iterator[bytes]:
        block = b"0123456789abcdef" * (MIB // 16)
        yield head
        for number in range(size // MIB):
            if number == size // MIB // 2:
                meanwhile()
            yield block
        yield block[: size % MIB]
        yield tail

    target = httpx.URL(url).copy_with(host="127.0.0.1")
    return httpx.post(
        target,
        content=body(),
        headers={
            "Host": httpx.URL(url).netloc.decode(),
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + size + len(tail)),
        },
        timeout=120,
        trust_env=False,
    )


def most_memory(stack: Stack) -> int:
    """Return the most memory in bytes that the gateway ever had, what lies in its /tmp included."""
    files = "/sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes"
    return int(
        stack.execute(gateway(stack), "sh", "-c", f"cat {files} 2>/dev/null || :").split()[0]
    )


def test_a_file_of_1_gib_is_passed_on_while_it_comes(loaded_stack: Stack, member: Person) -> None:
    kept: list[str] = []

    def look() -> None:
        search = ("find", "/tmp", "-type", "f", "-size", "+64k")
        kept.append(loaded_stack.execute(gateway(loaded_stack), *search))

    answer = post_file(member, LIMIT, meanwhile=look)

    assert answer.status_code == 204, answer.text
    assert kept == [""]
    assert most_memory(loaded_stack) < 48 * MIB


def test_what_is_over_the_limit_is_refused_by_the_wiki_the_storage_and_the_gateway(
    loaded_stack: Stack, member: Person
) -> None:
    url, _ = upload_form(member, LIMIT)
    too_large = f"Content-Length: {LIMIT + FORM + 1}"

    by_wiki = member.call("attachments.create", name="disk.img", size=LIMIT + 1)
    by_storage = post_file(member, LIMIT + 1)
    by_gateway = raw.send(
        loaded_stack.url,
        "POST",
        httpx.URL(url).raw_path,
        host=httpx.URL(url).netloc.decode(),
        headers=(too_large, "Content-Type: multipart/form-data; boundary=x"),
    )

    assert by_wiki.status_code == 400
    assert (by_storage.status_code, "EntityTooLarge" in by_storage.text) == (400, True)
    # Not a byte of the body was sent, and the log names no upstream.
    assert by_gateway.status == 413
    refused = [line for line in loaded_stack.logs().splitlines() if " 413 " in line]
    assert refused[-1].endswith('"-" "-"')


def test_an_office_behind_one_address_signs_in_all_at_once(loaded_stack: Stack) -> None:
    config = loaded_stack.config

    def sign_in(_: int) -> bool:
        with Person(loaded_stack.url) as person:
            person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
            return person.who() is not None

    with ThreadPoolExecutor(10) as crowd:
        signed_in = list(crowd.map(sign_in, range(OFFICE)))

    assert all(signed_in)


def attacking(url: str) -> httpx.Client:
    """Return a client with a connection for each attempt.

    nginx may close the one on which it refused a form before it had read it.
    """
    headers = {"Connection": "close"}
    return httpx.Client(base_url=url, timeout=60, trust_env=False, headers=headers)


def test_an_office_behind_one_address_opens_its_documents_all_at_once(loaded_stack: Stack) -> None:
    opened = [
        raw.WebSocket(loaded_stack.url, f"/collaboration/{number}") for number in range(2 * OFFICE)
    ]
    greetings = {sock.hear() for sock in opened}
    for sock in opened:
        sock.close()

    assert greetings == {"collaboration"}


@pytest.mark.parametrize(
    "path", [LOGIN, "/uc/oauth/token", "/uc/oauth/introspect", "/uc/oauth/revoke"]
)
def test_who_sends_slowly_keeps_nobody_from_the_provider(
    loaded_stack: Stack, member: Person, path: str
) -> None:
    slow = [raw.begin(loaded_stack.url, path, length=1000) for _ in range(16)]

    page = member.request("GET", "/uc/")
    revalidated = member.revalidate()

    for connection in slow:
        connection.close()
    assert page.status_code == 200
    assert revalidated["session"] == "kept"


def test_who_guesses_passwords_is_slowed_down_and_nobody_else(
    loaded_stack: Stack, member: Person
) -> None:
    with attacking(loaded_stack.url) as attacker:
        attempt = {"username": "admin", "password": "guessed"}
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: attacker.post(LOGIN, data=attempt), range(ATTEMPTS)))

        after = {
            "the wiki's page": member.request("GET", "/home"),
            "the wiki's API": member.call("auth.info"),
            "the provider's page": member.request("GET", "/uc/"),
            "the sign-in page": attacker.get(LOGIN),
        }
        revalidated = member.revalidate()

    statuses = Counter(answer.status_code for answer in answers)
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert statuses[429] > ATTEMPTS * 0.6, statuses
    assert "Too many attempts" in refused.text
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["cache-control"] == "no-store"
    assert {name: answer.status_code for name, answer in after.items()} == dict.fromkeys(after, 200)
    assert revalidated["session"] == "kept"


@pytest.mark.parametrize(
    ("addresses", "refused"),
    [
        ("2001:db8:1:2::{:x}", True),
        ("2001:db8:1:3:{:x}::1", True),
        ("2001:db8::{:x}", True),
        ("2001:db8:2:{:x}::1", False),
        ("198.51.100.{}", False),
    ],
)
def test_a_network_of_64_bits_counts_as_one_who_guesses(
    loaded_stack: Stack, addresses: str, refused: bool
) -> None:
    def attempt(number: int) -> int:
        headers = {"X-Forwarded-For": addresses.format(number)}
        return attacker.post(LOGIN, data={"username": "admin"}, headers=headers).status_code

    with attacking(loaded_stack.url) as attacker, ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(attempt, range(1, 200)))

    assert (429 in statuses) == refused, statuses


def test_guessing_client_secrets_is_slowed_down_too(loaded_stack: Stack) -> None:
    with attacking(loaded_stack.url) as attacker:
        attempt = {"grant_type": "authorization_code", "client_id": "x", "client_secret": "x"}
        with ThreadPoolExecutor(16) as pool:
            statuses = Counter(
                pool.map(
                    lambda _: attacker.post("/uc/oauth/token", data=attempt).status_code,
                    range(ATTEMPTS),
                )
            )

    assert statuses[429] > 0
    assert set(statuses) <= {400, 401, 429}


def test_an_upload_that_pauses_goes_on(loaded_stack: Stack) -> None:
    length = 1000
    connection = raw.begin(loaded_stack.url, "/api/auth.config", length=length)
    time.sleep(PAUSE)
    connection.sendall(b"a" * (length - 1))
    answer = connection.recv(64)
    connection.close()

    assert answer.startswith(b"HTTP/1.1 200"), answer


def test_a_socket_on_which_nobody_types_stays_open(
    silent_sockets: Callable[[], list[raw.WebSocket]],
) -> None:
    for sock in silent_sockets():
        sock.say("still here")

        assert sock.hear() == "still here"


def test_no_code_token_or_state_is_logged_whatever_happens_to_the_request(
    loaded_stack: Stack, member: Person
) -> None:
    query = f"?code={SECRET}&state={SECRET}"
    callback = f"/auth/oidc.callback{query}"
    marked = {"Referer": f"{loaded_stack.url}{callback}", "Authorization": f"Bearer {SECRET}"}
    url, _ = upload_form(member, 1)
    bucket = httpx.URL(url)

    member.request("GET", callback, headers=marked)
    member.request("GET", f"{url}/x?X-Amz-Signature={SECRET}")
    member.request("GET", f"{LOGIN}{query}")
    member.request("POST", f"{LOGIN}{query}")
    for host in (None, "other.localhost", bucket.netloc.decode()):
        for target in (callback, f"/auth\\oidc.callback{query}", f"//x/..{callback}#", query):
            raw.send(loaded_stack.url, "GET", target.encode(), host=host)
        raw.send(loaded_stack.url, "POST", callback.encode(), host=host,
                 headers=(f"Content-Length: {10**12}",))  # fmt: skip
        raw.send(loaded_stack.url, "GET", f"{callback}{'x' * 10_000}".encode(), host=host)
        raw.send(loaded_stack.url, "GET", callback.encode(), host=host,
                 headers=(f"X: {SECRET}{'x' * 40_000}",))  # fmt: skip
    loaded_stack.compose("pause", "outline")
    with ThreadPoolExecutor(1) as pool:
        in_the_middle = pool.submit(raw.send, loaded_stack.url, "GET", callback.encode())
        time.sleep(1)  # it has reached Outline, which does not answer
        loaded_stack.compose("kill", "outline")
        cut_short = in_the_middle.result()
    refused = raw.send(loaded_stack.url, "GET", callback.encode())

    said = loaded_stack.logs(gateway(loaded_stack))
    loaded_stack.up()
    assert (cut_short.status, refused.status) == (503, 503)
    assert said.count("/auth/oidc.callback") > 10
    assert SECRET not in said


def test_with_nothing_behind_it_the_gateway_starts_and_asks_for_patience(
    loaded_stack: Stack,
) -> None:
    bucket = loaded_stack.config["AWS_S3_UPLOAD_BUCKET_NAME"]
    loaded_stack.compose("down", "--timeout", "5")

    loaded_stack.compose("up", "-d", "--wait", "--no-deps", gateway(loaded_stack))
    answers = {
        path: raw.send(loaded_stack.url, "GET", path.encode())
        for path in ("/", "/home", "/static/a.js", "/auth/oidc", "/uc/", "/uc/accounts/login/")
    }
    files = httpx.URL(urljoin(loaded_stack.url, "/")).copy_with(host="files.localhost")
    raw.send(loaded_stack.url, "POST", b"/api/documents.info")
    said = loaded_stack.logs(gateway(loaded_stack))
    answers["an upload"] = raw.send(
        loaded_stack.url, "GET", f"/{bucket}/x".encode(), host=files.netloc.decode()
    )

    loaded_stack.up()
    assert '"POST localhost/api/documents.info" 503' in said
    for place, answer in answers.items():
        assert (place, answer.status) == (place, 503)
        assert b"The wiki is starting" in answer.body
        assert b'http-equiv="refresh"' in answer.body
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["cache-control"] == "no-store"
