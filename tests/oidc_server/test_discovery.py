"""Discovery tells what is so, all of it, and nothing else."""

import json
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from django.test import Client

from tests.oidc_server import flow


@pytest.fixture
def told(wiki: Any) -> dict[str, Any]:
    del wiki
    found: dict[str, Any] = flow.browser().get("/uc/oauth/.well-known/openid-configuration").json()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("host", [urlsplit(flow.WIKI).netloc, "oidc:8000", "wiki-oidc:8000"])
@pytest.mark.parametrize(
    "path",
    [
        "/uc/oauth/.well-known/openid-configuration",
        "/uc/oauth/.well-known/openid-configuration/",
        "/.well-known/oauth-authorization-server/uc/oauth",
    ],
)
def test_discovery_names_public_addresses_whoever_asks(host: str, path: str) -> None:
    found = Client(headers={"host": host}).get(path).json()

    assert found["issuer"] == f"{flow.WIKI}/uc/oauth"
    assert found["authorization_endpoint"] == f"{flow.WIKI}/uc/oauth/authorize"
    assert found["token_endpoint"] == f"{flow.WIKI}/uc/oauth/token"
    assert found["userinfo_endpoint"] == f"{flow.WIKI}/uc/oauth/userinfo"
    assert found["end_session_endpoint"] == f"{flow.WIKI}/uc/oauth/end-session"
    assert found["jwks_uri"] == f"{flow.WIKI}/uc/oauth/jwks"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["response_types_supported"] == ["code"]


@pytest.mark.django_db
def test_it_may_be_cached() -> None:
    answer = flow.browser().get("/uc/oauth/.well-known/openid-configuration")

    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_every_endpoint_is_where_it_says(told: dict[str, Any]) -> None:
    addresses = [value for name, value in told.items() if name.endswith(("_endpoint", "_uri"))]

    assert len(addresses) == 7
    for address in addresses:
        assert address.startswith(told["issuer"])
        assert flow.browser().get(urlsplit(address).path).status_code != 404


def test_the_claims_are_those_that_somebody_is_told(alice: Any, told: dict[str, Any]) -> None:
    tokens = flow.exchange(flow.code_for(alice, nonce="a nonce")).json()

    of_id_token = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    of_userinfo = flow.userinfo(tokens["access_token"]).json()

    assert set(told["claims_supported"]) == of_id_token.keys() | of_userinfo.keys()


def test_every_scope_is_granted(alice: Any, told: dict[str, Any]) -> None:
    asked = " ".join(told["scopes_supported"])

    assert flow.exchange(flow.code_for(alice, scope=asked)).json()["scope"] == asked


def test_no_other_response_type_is_answered(wiki: Any, alice: Any, told: dict[str, Any]) -> None:
    from oidc_provider.models import ResponseType  # noqa: PLC0415 - needs the apps loaded

    wiki.response_types.set(ResponseType.objects.all())
    person = flow.signed_in(alice)
    known = set(ResponseType.objects.values_list("value", flat=True)) | {"token", "none"}

    answered = {
        name
        for name in known
        if "code=" in flow.authorize(person, response_type=name, nonce="n").headers["Location"]
    }

    assert answered == set(told["response_types_supported"])


def test_the_grant_types_are_those_that_give_tokens(alice: Any, told: dict[str, Any]) -> None:
    tokens = flow.tokens_for(alice)
    proofs = {
        "authorization_code": {"code": flow.code_for(alice), "redirect_uri": flow.CALLBACK},
        "refresh_token": {"refresh_token": tokens["refresh_token"]},
        "password": {"username": "alice", "password": flow.PASSWORD},
        "client_credentials": {},
    }

    given = [
        name
        for name, proof in proofs.items()
        if flow.post_token(grant_type=name, **proof).status_code == 200
    ]

    assert given == told["grant_types_supported"]


@pytest.mark.parametrize("endpoint", ["token", "revocation", "introspection"])
def test_clients_prove_themselves_by_each_method_told(told: dict[str, Any], endpoint: str) -> None:
    flow.make_client("public")
    path = urlsplit(told[f"{endpoint}_endpoint"]).path
    form = {"grant_type": "refresh_token", "refresh_token": "unknown", "token": "unknown"}
    in_form = {"client_id": flow.CLIENT_ID, "client_secret": flow.CLIENT_SECRET}
    header = {"authorization": f"Basic {flow.basic(flow.CLIENT_ID, flow.CLIENT_SECRET)}"}

    answers = {
        "client_secret_basic": flow.backend().post(path, form, headers=header),
        "client_secret_post": flow.backend().post(path, {**form, **in_form}),
        "none": flow.backend().post(path, {**form, "client_id": "public"}),
    }

    let_in = [name for name, answer in answers.items() if answer.status_code != 401]
    assert let_in == told[f"{endpoint}_endpoint_auth_methods_supported"]


def test_id_tokens_have_the_algorithm_told(alice: Any, told: dict[str, Any]) -> None:
    header = jwt.get_unverified_header(flow.tokens_for(alice)["id_token"])

    assert [header["alg"]] == told["id_token_signing_alg_values_supported"]


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_what_it_says_is_not_supported_is_refused(
    alice: Any, told: dict[str, Any], name: str
) -> None:
    answer = flow.authorize(flow.signed_in(alice), **{name: json.dumps({"a": 1})})

    assert told[f"{name}_parameter_supported"] is False
    assert flow.parameters_of(answer)["error"] == f"{name}_not_supported"
