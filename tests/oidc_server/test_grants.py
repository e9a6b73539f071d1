"""What comes of an authorization: bound to its request, rotated, ended by disuse and by misuse."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from oidc_provider.models import Code, Token

from oidc_server.provider.models import Grant
from tests.oidc_server import flow
from tests.oidc_server.flow import Wait

DAY = 24 * 60 * 60


def assert_refused(answer: Any, error: str = "invalid_grant") -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def assert_alive(tokens: dict[str, Any]) -> None:
    assert flow.userinfo(tokens["access_token"]).status_code == 200


def assert_ended(tokens: dict[str, Any]) -> None:
    assert flow.userinfo(tokens["access_token"]).status_code == 401
    assert_refused(flow.refresh(tokens["refresh_token"]))
    assert not Grant.objects.exists()
    assert not Token.objects.exists()
    assert not Code.objects.exists()


# The code


def test_a_code_used_twice_is_refused_and_ends_what_came_of_it(alice: Any) -> None:
    code = flow.code_for(alice)
    tokens = flow.exchange(code).json()

    assert_refused(flow.exchange(code))

    assert_ended(tokens)


def test_a_code_used_twice_ends_what_was_refreshed_since(alice: Any, wait: Wait) -> None:
    code = flow.code_for(alice)
    tokens = flow.refresh(flow.exchange(code).json()["refresh_token"]).json()
    wait(20 * DAY)

    assert_refused(flow.exchange(code))

    assert_ended(tokens)


def test_a_code_used_twice_leaves_other_sign_ins_alone(alice: Any) -> None:
    elsewhere, code = flow.tokens_for(alice), flow.code_for(alice)
    flow.exchange(code)

    flow.exchange(code)

    assert_alive(elsewhere)


def test_a_code_is_good_for_a_minute(alice: Any, wait: Wait) -> None:
    in_time, late = flow.code_for(alice), flow.code_for(alice)

    wait(50)
    assert flow.exchange(in_time).status_code == 200
    wait(20)
    assert_refused(flow.exchange(late))


def test_a_code_is_bound_to_the_address_it_was_sent_to(wiki: Any, alice: Any) -> None:
    wiki.redirect_uris = [flow.CALLBACK, flow.ELSEWHERE]
    wiki.save()
    code = flow.code_for(alice)

    assert_refused(flow.exchange(code, redirect_uri=flow.ELSEWHERE))
    assert_refused(flow.exchange(code, redirect_uri=""))
    assert flow.exchange(code, redirect_uri=flow.CALLBACK).status_code == 200


def test_a_code_is_bound_to_its_client(alice: Any) -> None:
    flow.make_client("other")
    code = flow.code_for(alice)

    assert_refused(flow.exchange(code, client_id="other", client_secret=""))
    assert flow.exchange(code).status_code == 200


@pytest.mark.parametrize("code", ["unknown", "A" * 64, "A" * 63, "a" * 5000, "-_" * 32])
@pytest.mark.usefixtures("wiki")
def test_a_code_that_was_never_given_is_refused(code: str) -> None:
    assert_refused(flow.exchange(code))


def test_a_guess_at_a_code_leaves_the_code_good(alice: Any) -> None:
    code = flow.code_for(alice)

    assert_refused(flow.exchange(code[:-4] + "AAAA"))
    assert flow.exchange(code).status_code == 200


def test_a_digest_from_the_database_is_neither_code_nor_token(alice: Any) -> None:
    flow.code_for(alice)
    flow.tokens_for(alice)
    kept = [
        *Code.objects.values_list("code", flat=True),
        *Token.objects.values_list("access_token", flat=True),
        *Grant.objects.exclude(refresh="").values_list("refresh", flat=True),
    ]

    for digest in kept:
        assert_refused(flow.exchange(digest))
        assert_refused(flow.refresh(digest))
        assert flow.userinfo(digest).status_code == 401


# Proof keys


def test_a_verifier_without_a_challenge_is_refused(alice: Any) -> None:
    assert_refused(flow.exchange(flow.code_for(alice), code_verifier=flow.VERIFIER))


def test_a_public_client_has_to_send_a_challenge(alice: Any) -> None:
    flow.make_client("other")
    asked = {"client_id": "other", "redirect_uri": flow.ELSEWHERE}
    challenge = flow.challenge(flow.VERIFIER)

    without = flow.authorize(flow.signed_in(alice), **asked)
    plain = flow.authorize(
        flow.signed_in(alice),
        **asked,
        code_challenge=flow.VERIFIER,
        code_challenge_method="plain",
    )
    with_one = flow.authorize(
        flow.signed_in(alice), **asked, code_challenge=challenge, code_challenge_method="S256"
    )

    assert flow.parameters_of(without)["error"] == "invalid_request"
    assert flow.parameters_of(plain)["error"] == "invalid_request"
    assert with_one.status_code == 200  # the consent page


# Refreshing


def test_a_refresh_ends_the_tokens_before_it(alice: Any, wait: Wait) -> None:
    first = flow.tokens_for(alice)

    second = flow.refresh(first["refresh_token"]).json()
    third = flow.refresh(second["refresh_token"]).json()

    assert len({tokens["refresh_token"] for tokens in (first, second, third)}) == 3
    for old in (first, second):
        assert flow.userinfo(old["access_token"]).status_code == 401
    assert_alive(third)
    wait(DAY)
    assert flow.refresh(third["refresh_token"]).status_code == 200


def test_a_lost_answer_is_given_again_for_a_minute(alice: Any, wait: Wait) -> None:
    first = flow.tokens_for(alice)
    lost = flow.refresh(first["refresh_token"]).json()

    wait(30)
    lost_too = flow.refresh(first["refresh_token"]).json()
    wait(29)
    again = flow.refresh(first["refresh_token"]).json()

    for answer in (lost_too, again):
        assert answer["access_token"] == lost["access_token"]
        assert answer["refresh_token"] == lost["refresh_token"]
    assert_alive(again)
    assert flow.refresh(again["refresh_token"]).status_code == 200


def test_each_refresh_has_a_minute_of_its_own(alice: Any, wait: Wait) -> None:
    tokens = flow.refresh(flow.tokens_for(alice)["refresh_token"]).json()
    wait(DAY)
    lost = flow.refresh(tokens["refresh_token"]).json()
    wait(30)

    assert flow.refresh(tokens["refresh_token"]).json()["refresh_token"] == lost["refresh_token"]


def test_an_old_refresh_token_ends_everything_after_a_minute(alice: Any, wait: Wait) -> None:
    first = flow.tokens_for(alice)
    second = flow.refresh(first["refresh_token"]).json()
    wait(61)

    assert_refused(flow.refresh(first["refresh_token"]))

    assert_ended(second)


def test_repeating_a_request_does_not_lengthen_the_minute(alice: Any, wait: Wait) -> None:
    first = flow.tokens_for(alice)
    second = flow.refresh(first["refresh_token"]).json()
    wait(40)
    flow.refresh(first["refresh_token"])
    wait(40)

    assert_refused(flow.refresh(first["refresh_token"]))

    assert_ended(second)


def test_a_refresh_token_before_the_last_one_ends_everything_at_once(alice: Any) -> None:
    first = flow.tokens_for(alice)
    second = flow.refresh(first["refresh_token"]).json()
    third = flow.refresh(second["refresh_token"]).json()

    assert_refused(flow.refresh(first["refresh_token"]))

    assert_ended(third)


def test_a_replay_leaves_other_sign_ins_alone(alice: Any) -> None:
    elsewhere, first = flow.tokens_for(alice), flow.tokens_for(alice)
    flow.refresh(flow.refresh(first["refresh_token"]).json()["refresh_token"])

    assert_refused(flow.refresh(first["refresh_token"]))

    assert_alive(elsewhere)


def test_a_refresh_token_is_good_for_thirty_days_of_disuse(alice: Any, wait: Wait) -> None:
    used, unused = flow.tokens_for(alice), flow.tokens_for(alice)

    for _ in range(3):
        wait(29 * DAY)
        used = flow.refresh(used["refresh_token"]).json()

    assert_alive(used)
    assert_refused(flow.refresh(unused["refresh_token"]))
    wait(31 * DAY)
    assert_refused(flow.refresh(used["refresh_token"]))


def test_an_access_token_is_good_for_an_hour(alice: Any, wait: Wait) -> None:
    tokens = flow.tokens_for(alice)

    wait(3590)
    assert_alive(tokens)
    wait(20)
    assert flow.userinfo(tokens["access_token"]).status_code == 401
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_is_bound_to_its_client(alice: Any) -> None:
    flow.make_client("other")
    tokens = flow.tokens_for(alice)

    assert_refused(flow.refresh(tokens["refresh_token"], client_id="other", client_secret=""))
    assert_alive(tokens)


def test_another_client_ends_nothing_by_an_old_refresh_token(alice: Any) -> None:
    flow.make_client("other")
    old = flow.tokens_for(alice)
    tokens = flow.refresh(flow.refresh(old["refresh_token"]).json()["refresh_token"]).json()

    assert_refused(flow.refresh(old["refresh_token"], client_id="other", client_secret=""))

    assert_alive(tokens)


def test_a_code_is_no_refresh_token(alice: Any) -> None:
    code = flow.code_for(alice)

    assert_refused(flow.refresh(code))

    assert flow.exchange(code).status_code == 200
    assert not Code.objects.exists()


def test_the_scope_may_be_narrowed_for_one_access_token(alice: Any) -> None:
    tokens = flow.tokens_for(alice)

    narrow = flow.refresh(tokens["refresh_token"], scope="profile").json()
    assert narrow["scope"] == "profile"
    assert "id_token" not in narrow
    assert flow.userinfo(narrow["access_token"]).status_code == 403

    assert_refused(flow.refresh(narrow["refresh_token"], scope="openid phone"), "invalid_scope")
    wide = flow.refresh(narrow["refresh_token"]).json()
    assert wide["scope"] == "openid profile email"
    assert_alive(wide)


def test_a_scope_that_is_not_offered_is_not_granted(alice: Any) -> None:
    answer = flow.exchange(flow.code_for(alice, scope="openid offline_access email")).json()
    nothing = flow.authorize(flow.signed_in(alice), scope="offline_access")

    assert answer["scope"] == "openid email"
    assert flow.parameters_of(nothing)["error"] == "invalid_scope"


def test_without_openid_there_is_no_id_token(alice: Any) -> None:
    tokens = flow.exchange(flow.code_for(alice, scope="profile")).json()

    assert "id_token" not in tokens
    assert "id_token" not in flow.refresh(tokens["refresh_token"]).json()


def test_the_time_of_the_sign_in_stays_through_refreshes(alice: Any, wait: Wait) -> None:
    alice.last_login = timezone.now() - timedelta(hours=2)
    alice.save()
    code = flow.code_for(alice)
    alice.refresh_from_db()
    signed_in_at = int(alice.last_login.timestamp())
    wait(50)
    alice.last_login = timezone.now()  # on another device
    alice.save()

    first = flow.exchange(code).json()
    second = flow.refresh(first["refresh_token"]).json()

    for answer in (first, second):
        claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
        assert claims["auth_time"] == signed_in_at


def test_the_nonce_is_in_the_first_id_token_alone(alice: Any) -> None:
    first = flow.exchange(flow.code_for(alice, nonce="a nonce")).json()
    second = flow.refresh(first["refresh_token"]).json()

    nonces = [
        jwt.decode(answer["id_token"], options={"verify_signature": False}).get("nonce")
        for answer in (first, second)
    ]
    assert nonces == ["a nonce", None]


def test_a_turned_off_users_replay_is_a_replay(alice: Any) -> None:
    first = flow.tokens_for(alice)
    flow.refresh(flow.refresh(first["refresh_token"]).json()["refresh_token"])
    alice.is_active = False
    alice.save()

    assert_refused(flow.refresh(first["refresh_token"]))

    assert not Grant.objects.exists()


# What else the endpoint is asked for


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "password", "username": "alice"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "openid"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
    ],
)
def test_what_is_incomplete_or_not_offered_is_refused(
    wiki: Any, changes: dict[str, str], error: str
) -> None:
    wiki.scope = ["openid"]
    wiki.save()

    assert_refused(flow.post_token(**changes), error)


def test_deleting_a_user_leaves_nothing_behind(alice: Any) -> None:
    flow.tokens_for(alice)
    flow.code_for(alice)

    alice.delete()

    assert not Grant.objects.exists()
    assert not Token.objects.exists()
    assert not Code.objects.exists()


def test_a_client_whose_tokens_its_secret_would_sign_is_refused(wiki: Any, alice: Any) -> None:
    code = flow.code_for(alice)
    wiki.jwt_alg = "HS256"
    wiki.save()

    asked = flow.authorize(flow.signed_in(alice))
    answer = flow.exchange(code)

    assert flow.parameters_of(asked)["error"] == "unauthorized_client"
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "client_id"])
def test_a_parameter_sent_twice_is_refused(alice: Any, name: str) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": flow.code_for(alice),
        "redirect_uri": flow.CALLBACK,
        "client_id": flow.CLIENT_ID,
        "client_secret": flow.CLIENT_SECRET,
    }

    answer = flow.backend().post("/uc/oauth/token", {**form, name: [form[name], form[name]]})

    assert_refused(answer, "invalid_request")


# At rest


def test_the_database_holds_no_code_token_or_session_key_in_clear(alice: Any) -> None:
    browser = flow.signed_in(alice)
    unused = flow.parameters_of(flow.authorize(browser))["code"]
    code = flow.parameters_of(flow.authorize(browser))["code"]
    first = flow.exchange(code).json()
    second = flow.refresh(first["refresh_token"]).json()

    tables: list[Any] = [Grant, Code, Token]
    kept = repr([list(table.objects.values_list()) for table in tables])

    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    for secret in (unused, code, session):
        assert secret not in kept
    for answer in (first, second):
        for name in ("access_token", "refresh_token", "id_token"):
            assert answer[name] not in kept


def test_what_is_looked_up_is_indexed(db: None) -> None:
    del db
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "provider_grant")
    indexed = {tuple(one["columns"]) for one in found.values() if one["index"] or one["unique"]}

    assert {("expires_at",), ("session",), ("user_id",), ("client_id",)} <= indexed
