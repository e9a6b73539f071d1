"""The keys that sign ID tokens: how they are kept, read and told."""

import base64
import hashlib
import json
import time
from typing import Any

import jwt
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oidc_provider.models import RSAKey

from oidc_server.provider import keys
from oidc_server.provider.models import SigningKey
from oidc_server.sealing import seal
from tests.oidc_server import flow


def published() -> list[dict[str, str]]:
    answer: list[dict[str, str]] = flow.backend().get("/uc/oauth/jwks").json()["keys"]
    return answer


def test_an_id_token_is_verified_by_the_key_that_it_names(alice: Any) -> None:
    id_token = flow.tokens_for(alice)["id_token"]

    (key,) = jwt.PyJWKSet.from_dict({"keys": published()}).keys

    assert jwt.get_unverified_header(id_token)["kid"] == key.key_id
    assert jwt.decode(id_token, key, audience=flow.CLIENT_ID)["sub"] == alice.sub


def test_a_keys_id_is_its_thumbprint(wiki: Any) -> None:  # RFC 7638, section 3
    del wiki
    (key,) = published()

    text = f'{{"e":"{key["e"]}","kty":"RSA","n":"{key["n"]}"}}'
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())

    assert key["kid"] == thumbprint.rstrip(b"=").decode()


def test_nothing_private_is_published(wiki: Any) -> None:
    del wiki
    (key,) = published()

    assert key.keys() == {"kty", "alg", "use", "kid", "n", "e"}


def test_jwks_may_be_kept_as_long_as_a_new_key_waits(wiki: Any) -> None:
    del wiki
    answer = flow.backend().get("/uc/oauth/jwks")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == f"public, max-age={keys.JWKS_LIFE}"


def test_a_private_key_lies_encrypted(wiki: Any, signing_key: str) -> None:
    del wiki
    kept = RSAKey.objects.get().key

    assert "PRIVATE KEY" not in kept
    assert signing_key.splitlines()[1] not in kept


def test_a_key_is_made_where_there_is_none(alice: Any) -> None:
    RSAKey.objects.all().delete()
    keys.forget()

    id_token = flow.tokens_for(alice)["id_token"]

    assert [key["kid"] for key in published()] == [jwt.get_unverified_header(id_token)["kid"]]


def test_one_that_the_environment_does_not_open_is_left_out_and_told(
    alice: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    left_out = SigningKey.objects.get()
    RSAKey.objects.update(key=seal("of another time"))
    settings.ENCRYPTION_KEY = bytes(32)
    keys.forget()

    id_token = flow.tokens_for(alice)["id_token"]

    assert [key["kid"] for key in published()] == [jwt.get_unverified_header(id_token)["kid"]]
    assert f"signing key {left_out.kid} is left out" in caplog.text


def test_keys_are_looked_up_seldom_and_what_is_made_of_them_is_made_once(
    wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    del wiki
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    before = keys.jwks()

    with CaptureQueriesContext(connection) as ran:
        keys.signed({"sub": "1"})
        keys.jwks()
    monkeypatch.setattr(time, "monotonic", lambda: now + keys.REREAD)
    with CaptureQueriesContext(connection) as ran_later:
        after = keys.jwks()

    assert (len(ran), len(ran_later)) == (0, 1)
    assert after is before


def test_a_key_of_another_process_is_seen_soon(wiki: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del wiki
    keys.jwks()
    now = time.monotonic()
    with monkeypatch.context() as elsewhere:  # which can't have this process forget
        elsewhere.setattr(keys, "forget", lambda: None)
        made = keys.add(keys.new_signing_key(), signs_from=timezone.now())

    monkeypatch.setattr(time, "monotonic", lambda: now + keys.REREAD)

    assert made.kid in {key["kid"] for key in json.loads(keys.jwks())["keys"]}
    assert jwt.get_unverified_header(keys.signed({}))["kid"] == made.kid
