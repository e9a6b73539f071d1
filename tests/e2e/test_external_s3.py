"""Uploads in an S3 service elsewhere: any that checks signatures, with or without its own hosts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml

from tests.e2e.deployments import CHECKOUT, deployment, free_port, machinery
from tests.e2e.object_storage import Bucket, elsewhere
from tests.e2e.people import Person
from tests.e2e.stack import Stack, eventually

CONTENT = b"minutes of the meeting\n"
GUIDE = CHECKOUT / "docs" / "storage.md"
GUIDES_ORIGIN = "https://wiki.example.com"
HOST = "objects.test"


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A bucket elsewhere, at an address of this machine."""
    machinery()
    port = free_port()
    with elsewhere(f"e2e-objects-{port}", port) as made:
        yield made


@pytest.fixture(scope="module")
def external_stack(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment that keeps its uploads there, where the guide's rule lets its pages in."""
    url = f"http://localhost:{free_port()}"
    bucket.allow_origins(_rules_of_the_guide(url))
    yield from deployment(
        tmp_path_factory.mktemp("external") / "wiki",
        generator=CHECKOUT,
        URL=url,
        **bucket.settings,
    )


def test_browser_and_server_reach_the_service_and_no_storage_of_ours_runs(
    external_stack: Stack, bucket: Bucket
) -> None:
    with _signed_in(external_stack) as person:
        attachment = person.upload("minutes.txt", CONTENT)

        assert attachment.stored.is_success, attachment.stored.text
        assert str(attachment.stored.request.url) == f"{bucket.endpoint}/{bucket.name}"
        assert person.download(attachment).content == CONTENT
        assert person.storage_check() == {"ok": True}
    assert not [name for name in external_stack.services() if "minio" in name]


def test_nobody_reads_an_upload_without_a_signature(external_stack: Stack) -> None:
    with _signed_in(external_stack) as person, Person(external_stack.url) as visitor:
        attachment = person.upload("minutes.txt", CONTENT)
        signed = person.request("GET", attachment.url).headers["location"]

        assert visitor.request("GET", attachment.url).status_code == httpx.codes.FORBIDDEN
        assert visitor.request("GET", _unsigned(signed)).status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_guides_rule_lets_the_wikis_pages_upload_and_no_others(
    external_stack: Stack, bucket: Bucket, method: str
) -> None:
    target = f"{bucket.endpoint}/{bucket.name}/uploads/a.txt"
    asked = {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "cache-control,content-disposition,content-type",
    }

    ours = httpx.options(target, headers={"Origin": external_stack.url, **asked}, trust_env=False)
    theirs = httpx.options(
        target, headers={"Origin": "https://elsewhere.example.com", **asked}, trust_env=False
    )

    assert ours.is_success
    assert ours.headers["access-control-allow-origin"] == external_stack.url
    assert method in ours.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in theirs.headers


def test_an_upload_is_answered_so_that_the_page_may_read_it(external_stack: Stack) -> None:
    with _signed_in(external_stack) as person:
        stored = person.upload("minutes.txt", CONTENT).stored

    assert stored.headers["access-control-allow-origin"] == external_stack.url


def test_a_service_without_forms_takes_one_signed_request(external_stack: Stack) -> None:
    with (
        _with_settings(external_stack, AWS_S3_UPLOAD_METHOD="put"),
        _signed_in(external_stack) as person,
    ):
        attachment = person.upload("minutes.txt", CONTENT)

        assert attachment.stored.is_success, attachment.stored.text
        assert attachment.stored.request.method == "PUT"
        # A checksum could only be that of an empty file: nothing else is known when it is signed.
        signed = parse_qs(attachment.stored.request.url.query.decode())
        assert [name for name in signed if "checksum" in name.lower()] == []
        assert person.download(attachment).content == CONTENT


def test_a_wrong_secret_key_is_named_on_both_sides(external_stack: Stack) -> None:
    with (
        _with_settings(external_stack, AWS_SECRET_ACCESS_KEY="not-the-one"),
        _signed_in(external_stack) as person,
    ):
        stored = person.upload("minutes.txt", CONTENT).stored
        from_inside = person.storage_check()

    assert stored.status_code == httpx.codes.FORBIDDEN
    assert "SignatureDoesNotMatch" in stored.text
    assert from_inside["step"] == "put"
    assert from_inside["error"].startswith("SignatureDoesNotMatch")


def test_without_an_acl_the_storage_is_sent_none_and_outline_takes_pictures_of_people_only(
    external_stack: Stack,
) -> None:
    with (
        _with_settings(external_stack, AWS_S3_ACL="none"),
        _signed_in(external_stack) as person,
    ):
        picture = person.call(
            "attachments.create", name="me.png", contentType="image/png", size=4, preset="avatar"
        ).json()["data"]
        stored = person.request(
            "POST", picture["uploadUrl"], data=picture["form"], files={"file": b"me.."}
        )
        document = person.call("attachments.create", name="a.txt", contentType="text/plain", size=4)
        from_inside = person.storage_check()

    assert "ACL" not in picture["form"]
    assert stored.is_success, stored.text
    assert from_inside == {"ok": True}
    assert document.status_code == httpx.codes.BAD_REQUEST
    assert document.json()["message"] == "Validation isIn on acl failed (acl)"


@pytest.mark.parametrize("method", ["post", "put"])
def test_a_bucket_with_a_host_of_its_own(external_stack: Stack, method: str) -> None:
    port = free_port()
    with elsewhere(f"e2e-objects-{port}", port, HOST) as bucket:
        bucket.allow_origins(_rules_of_the_guide(external_stack.url))
        settings = {**bucket.settings, "AWS_S3_FORCE_PATH_STYLE": "false"}
        with (
            _with_names(external_stack, bucket.addresses),
            _with_settings(external_stack, AWS_S3_UPLOAD_METHOD=method, **settings),
            _signed_in(external_stack, bucket.addresses) as person,
        ):
            attachment = person.upload("minutes.txt", CONTENT)
            signed = person.request("GET", attachment.url).headers["location"]

            assert attachment.stored.is_success, attachment.stored.text
            assert urlsplit(signed).hostname == f"{bucket.name}.{HOST}"
            assert person.download(attachment).content == CONTENT
            assert person.request("GET", _unsigned(signed)).status_code == httpx.codes.FORBIDDEN
            assert person.storage_check() == {"ok": True}


@contextmanager
def _signed_in(stack: Stack, addresses: Mapping[str, str] | None = None) -> Iterator[Person]:
    with Person(stack.url, addresses=addresses or {}) as person:
        # The gateway looks its upstreams up again every few seconds.
        eventually(lambda: _sign_in(stack, person), within=20)
        yield person


def _sign_in(stack: Stack, person: Person) -> None:
    landed = person.sign_in(stack.config["ADMIN_USERNAME"], stack.config["ADMIN_PASSWORD"])
    assert landed.is_success, landed.text


@contextmanager
def _with_settings(stack: Stack, **settings: str) -> Iterator[None]:
    """Have other settings in a running deployment for a while."""
    before = {key: stack.config[key] for key in settings}
    stack.init(**settings)
    stack.up()
    try:
        yield
    finally:
        stack.init(**before)
        stack.up()


@contextmanager
def _with_names(stack: Stack, addresses: Mapping[str, str]) -> Iterator[None]:
    """Have the wiki's container know names that no DNS server does, by an override file."""
    override = stack.folder / "docker-compose.override.yml"
    override.write_text(yaml.safe_dump({"services": {"outline": {"extra_hosts": dict(addresses)}}}))
    try:
        yield
    finally:
        override.unlink()


def _rules_of_the_guide(origin: str) -> list[dict[str, object]]:
    """Return the CORS rules as docs/storage.md prints them, for the wiki at ``origin``."""
    printed = re.search(r"```json\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    assert printed, "the guide prints no rule"
    assert GUIDES_ORIGIN in printed.group(1)
    rules: list[dict[str, object]] = json.loads(printed.group(1).replace(GUIDES_ORIGIN, origin))
    return rules


def _unsigned(url: str) -> str:
    return urlsplit(url)._replace(query="").geturl()
