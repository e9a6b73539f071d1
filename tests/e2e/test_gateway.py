"""What the gateway keeps away from Outline and MinIO, and what it does to every answer."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e import raw
from tests.e2e.people import Admin, Attachment, Person
from tests.e2e.stack import Stack

LONG = b"minutes of the meeting\n" * 1000
FROM_MINIO = "x-amz-request-id"
OUR_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
)


def bucket_url(stack: Stack) -> str:
    """Return the address that Outline and browsers have for the bucket's host."""
    lines = (stack.folder / "env" / "outline.env").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values["AWS_S3_UPLOAD_BUCKET_URL"].strip("\"'")


def at_bucket(stack: Stack, method: str, target: str) -> raw.Answer:
    """Send ``target`` to the bucket's host as it stands; BUCKET in it becomes the bucket's name."""
    name = stack.config["AWS_S3_UPLOAD_BUCKET_NAME"]
    host = urlsplit(bucket_url(stack)).netloc
    return raw.send(stack.url, method, target.replace("BUCKET", name).encode(), host=host)


@pytest.mark.parametrize(
    "target",
    [
        b"/auth/passkeys.generateAuthenticationOptions",
        b"/auth/passkeys.verifyAuthentication",
        b"/auth/passkeys.generateRegistrationOptions",
        b"/auth/passkey",
        b"/auth/passkeys.generateAuthenticationOptions/",
        # Outline's router knows no case, though its mount at /auth does.
        b"/auth/PASSKEYS.generateAuthenticationOptions",
        b"/auth/Passkeys.GENERATEauthenticationOPTIONS",
        # Node's URL parser takes a backslash for a slash as soon as there is a "#".
        b"/auth\\passkeys.generateAuthenticationOptions#",
        b"\\auth\\passkeys.generateAuthenticationOptions#",
        b"/auth/passkeys.generateAuthenticationOptions#",
        b"/auth/passkeys.generateAuthenticationOptions?#",
        b"/x/../auth/passkeys.generateAuthenticationOptions",
        b"/auth/%70asskeys.generateAuthenticationOptions",
        b"/auth//passkeys.generateAuthenticationOptions",
        b"//auth/passkeys.generateAuthenticationOptions",
        b"/auth%2fpasskeys.generateAuthenticationOptions",
        b"/auth/passkeys%2egenerateAuthenticationOptions",
        b"http://localhost/auth/passkeys.generateAuthenticationOptions",
        b"/auth/email",
        b"/auth/email/",
        b"/auth/EMAIL.callback?token=x&follow=true",
        b"/auth/email%2ecallback?token=x",
        b"//auth//email.callback",
    ],
)
def test_nobody_signs_in_past_the_provider_with_a_passkey_of_outlines_or_by_its_mail(
    stack: Stack, target: bytes
) -> None:
    answer = raw.send(stack.url, "POST", target)

    assert answer.status in {400, 404}
    assert b"nginx" in answer.body


@pytest.mark.parametrize(
    "target",
    [
        b"/api/installation.create",
        b"/api/INSTALLATION.create/",
        b"/api//installation%2ecreate",
    ],
)
def test_nobody_founds_the_wiki_without_an_account(stack: Stack, target: bytes) -> None:
    answer = raw.send(stack.url, "POST", target)

    assert answer.status == 404
    assert b"nginx" in answer.body


def test_a_backslash_in_a_query_is_nobodys_attack(visitor: Person) -> None:
    assert visitor.request("POST", "/standin/seen?q=a\\b").status_code == 200


@pytest.mark.parametrize("folder", ["static", "images", "fonts", "locales"])
def test_an_asset_fetched_ahead_leaves_the_csrf_cookie_alone(visitor: Person, folder: str) -> None:
    page = visitor.request("GET", "/")
    asset = visitor.request("GET", f"/{folder}/anything.js")

    assert "csrfToken" in page.headers["set-cookie"]
    assert "set-cookie" not in asset.headers


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/minio/health/live"),
        ("GET", "/minio/admin/v3/info"),
        ("GET", "/minio/v2/metrics/cluster"),
        ("GET", "/minio/admin/v3/info/../../../../BUCKET/x"),
        ("GET", "/minio/admin/v3/info/..%2f..%2f..%2f..%2fBUCKET/x"),
        ("GET", "/BUCKET/../minio/admin/v3/info"),
        ("GET", "/BUCKET/..%2fminio/admin/v3/info"),
        ("GET", "/BUCKET/%2e%2e/minio/admin/v3/info"),
        ("GET", "/BUCKET%2f../minio/admin/v3/info"),
        ("GET", "//minio/health/live"),
        ("GET", "/./BUCKET/x"),
        ("GET", "/%2e/BUCKET/x"),
        ("GET", "//BUCKET/x"),
        ("GET", "/BUCKET\\..\\minio/health/live"),
        ("GET", "/BUCKET%00/x"),
        ("GET", "/BUCKET-of-another/x"),
        ("GET", "/another/x"),
        ("POST", "/?Action=AssumeRole&Version=2011-06-15"),
        ("GET", "/"),
        ("PUT", "/another"),
    ],
)
def test_nothing_of_minio_but_the_one_bucket_is_reached(
    addressed_stack: Stack, method: str, target: str
) -> None:
    answer = at_bucket(addressed_stack, method, target)

    assert FROM_MINIO not in answer.headers
    assert answer.headers.get("server") != "MinIO"


def test_the_one_bucket_is_reached(addressed_stack: Stack) -> None:
    for target in ("/BUCKET/x", "/BUCKET/", "/BUCKET", "/BUCKET?list-type=2"):
        answer = at_bucket(addressed_stack, "GET", target)

        assert (answer.status, FROM_MINIO in answer.headers) == (403, True), target


# Where an answer comes from -> what asks for it.
ANSWERS: dict[str, Callable[[Stack, Admin], httpx.Response]] = {
    "a page of the wiki": lambda _, who: who.request("GET", "/home"),
    "the wiki's API": lambda _, who: who.call("auth.info"),
    "the wiki's assets": lambda _, who: who.request("GET", "/static/none.js"),
    "a page of the provider": lambda _, who: who.request("GET", "/uc/"),
    "the provider's admin": lambda _, who: who.request("GET", "/uc/admin/"),
    "a refusal of the provider": lambda _, who: who.request("GET", "/uc/oauth/token"),
    "the provider's metadata": lambda _, who: who.request(
        "GET", "/uc/oauth/.well-known/openid-configuration"
    ),
    "a redirect": lambda _, who: who.request("GET", "/auth/oidc"),
    "an upload": lambda _, who: who.download(who.upload("minutes.txt", LONG)),
    "a refusal of the bucket": lambda stack, who: who.request(
        "GET", f"{bucket_url(stack)}/{stack.config['AWS_S3_UPLOAD_BUCKET_NAME']}/x"
    ),
    "a path that the gateway refuses": lambda _, who: who.request("GET", "/auth/passkey"),
    "the bucket's host": lambda stack, who: who.request("GET", f"{bucket_url(stack)}/"),
    "another host": lambda stack, who: who.request(
        "GET", stack.url.replace("localhost", "other.localhost")
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_answer_may_be_taken_for_another_type_than_it_says(
    stack: Stack, admin: Admin, kind: str
) -> None:
    answer = ANSWERS[kind](stack, admin)

    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    # There is no https at this URL, and Outline would demand it for every name below this one.
    assert "strict-transport-security" not in answer.headers
    assert "nginx/" not in answer.headers.get("server", "")


@pytest.mark.parametrize("kind", ["a page of the wiki", "a page of the provider"])
def test_a_page_keeps_the_policy_of_who_made_it(stack: Stack, admin: Admin, kind: str) -> None:
    answer = ANSWERS[kind](stack, admin)

    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "sandbox" not in answer.headers["content-security-policy"]
    assert len(answer.headers.get_list("x-frame-options")) == 1
    assert len(answer.headers.get_list("referrer-policy")) == 1


@pytest.mark.parametrize("kind", ["an upload", "a refusal of the bucket"])
def test_what_people_uploaded_is_shut_in_a_sandbox(stack: Stack, admin: Admin, kind: str) -> None:
    (policy,) = ANSWERS[kind](stack, admin).headers.get_list("content-security-policy")

    assert "default-src 'none'" in policy
    assert "sandbox" in policy.split("; ")


def test_pages_of_the_gateways_own_load_nothing(stack: Stack, admin: Admin) -> None:
    (policy,) = ANSWERS["another host"](stack, admin).headers.get_list("content-security-policy")

    assert policy == OUR_POLICY


COMPRESSED = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/home", "/uc/", "/uc/admin/"])
def test_text_is_compressed_for_who_takes_it(admin: Admin, path: str) -> None:
    taken = admin.request("GET", path, headers=COMPRESSED)
    plain = admin.request("GET", path, headers={"Accept-Encoding": "identity"})

    assert taken.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in taken.headers["vary"]
    assert "content-encoding" not in plain.headers
    assert taken.headers["content-type"] == plain.headers["content-type"]


def test_what_the_provider_compressed_ahead_is_passed_on(admin: Admin) -> None:
    page = admin.request("GET", "/uc/admin/")
    path = next(part for part in page.text.split('"') if part.endswith(".css"))

    taken = admin.request("GET", path, headers=COMPRESSED)
    plain = admin.request("GET", path, headers={"Accept-Encoding": "identity"})

    assert taken.headers["content-encoding"] == "gzip"
    assert int(taken.headers["content-length"]) < int(plain.headers["content-length"])
    assert taken.content == plain.content


def signed(who: Admin, attachment: Attachment) -> str:
    location: str = who.request("GET", attachment.url).headers["location"]
    return location


def test_an_upload_is_passed_on_as_it_lies_and_in_parts_if_asked(admin: Admin) -> None:
    address = signed(admin, admin.upload("minutes.txt", LONG))

    whole = admin.request("GET", address, headers=COMPRESSED)
    part = admin.request("GET", address, headers={**COMPRESSED, "Range": "bytes=8-10"})

    assert "content-encoding" not in whole.headers
    assert whole.content == LONG
    assert (part.status_code, part.content) == (206, b"of ")
    assert part.headers["content-range"] == f"bytes 8-10/{len(LONG)}"


def test_an_upload_that_is_compressed_already_stays_what_it_is(admin: Admin) -> None:
    archive = gzip.compress(LONG)

    address = signed(admin, admin.upload("minutes.txt.gz", archive))

    assert admin.request("GET", address, headers=COMPRESSED).content == archive


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/static/assets/index.B4x_9-Qz.js", "max-age=31536000, immutable"),
        # Kept for long, they would bring back what an upgrade took away.
        ("/static/sw.js", "no-cache"),
        ("/static/manifest.webmanifest", "no-cache"),
        ("/images/icon.png", "max-age=3600"),
        ("/locales/de_DE.json", "max-age=3600"),
    ],
)
def test_what_outline_has_no_fingerprint_for_is_not_kept_for_long(
    visitor: Person, path: str, kept: str
) -> None:
    answer = visitor.request("GET", path)

    assert answer.status_code == 200
    assert answer.headers.get_list("cache-control") == [kept]


def test_only_what_has_a_fingerprint_in_its_name_is_kept_for_long(admin: Admin) -> None:
    page = admin.request("GET", "/uc/admin/")
    paths = {part for part in page.text.split('"') if part.startswith("/uc/static/")}
    fingerprinted = next(path for path in paths if path.endswith(".css"))

    kept = admin.request("GET", fingerprinted).headers["cache-control"]
    unnamed = admin.request("GET", "/uc/static/pages/site.css").headers["cache-control"]

    assert "immutable" in kept
    assert "immutable" not in unnamed
    for path in ("/home", "/uc/", "/uc/admin/"):
        found = admin.request("GET", path).headers.get("cache-control", "")
        assert "max-age" not in found.replace("max-age=0", "")
