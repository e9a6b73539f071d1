"""The one-shot: everything made once, kept at every further start, brought in line when told."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management import call_command
from django.db.models import Manager
from oidc_provider.models import Client, RSAKey

from oidc_server.accounts.bootstrap import ensure_administrator
from oidc_server.accounts.models import User
from oidc_server.provider import keys
from oidc_server.provider.bootstrap import ensure_signing_key, ensure_wiki_client
from oidc_server.provider.client_secrets import is_secret_of
from oidc_server.provider.models import SigningKey
from oidc_server.sealing import unseal
from tests.oidc_server import flow
from tests.oidc_server.settings import VARIABLES

pytestmark = pytest.mark.django_db
CONFIGURED = "configured password"
VALUES = {
    "OIDC_CLIENT_ID": flow.CLIENT_ID,
    "OIDC_CLIENT_SECRET": flow.CLIENT_SECRET,
    "ADMIN_USERNAME": "admin",
    "ADMIN_EMAIL": "admin@example.com",
    "ADMIN_PASSWORD": flow.PASSWORD,
}


def state() -> list[Any]:
    managers: list[Manager[Any]] = [
        User.objects,
        Client.objects,
        RSAKey.objects,
        SigningKey.objects,
    ]
    return [list(manager.order_by("pk").values()) for manager in managers]


def bootstrap(monkeypatch: Any, capsys: Any, **changes: str) -> str:
    for name, value in {**VARIABLES, **VALUES, **changes}.items():
        monkeypatch.setenv(name, value)
    # The database is the tests' own, whatever the environment tells.
    monkeypatch.setattr(
        "oidc_server.bootstrap.management.commands.bootstrap.wait_for_database", lambda _: None
    )
    call_command("bootstrap")
    return str(capsys.readouterr().out)


def test_it_makes_what_a_sign_in_needs(monkeypatch: Any, capsys: Any) -> None:
    bootstrap(monkeypatch, capsys)

    admin = User.objects.get()
    assert flow.browser().login(username="admin@example.com", password=flow.PASSWORD)
    assert (admin.is_active, admin.is_staff, admin.is_superuser) == (True, True, True)
    assert flow.userinfo(flow.tokens_for(admin)["access_token"]).json()["sub"] == admin.sub


def test_it_changes_nothing_the_second_time(monkeypatch: Any, capsys: Any) -> None:
    bootstrap(monkeypatch, capsys)
    before = state()

    told = bootstrap(monkeypatch, capsys)

    assert state() == before
    assert "made" not in told


def test_it_tells_no_secret(monkeypatch: Any, capsys: Any) -> None:
    told = bootstrap(monkeypatch, capsys)

    assert "administrator admin: made" in told
    of_the_site = (VARIABLES["SECRET_KEY"], VARIABLES["ENCRYPTION_KEY"])
    for secret in (flow.PASSWORD, flow.CLIENT_SECRET, *of_the_site):
        assert secret not in told


def test_the_signing_key_is_made_once() -> None:
    assert ensure_signing_key() == "made"
    kept = RSAKey.objects.get().key

    assert ensure_signing_key() == "kept"
    assert RSAKey.objects.get().key == kept


def test_a_signing_key_from_before_is_encrypted_and_signs_on(signing_key: str) -> None:
    RSAKey.objects.create(key=signing_key)

    assert ensure_signing_key() == "encrypted"
    assert unseal(RSAKey.objects.get().key) == signing_key
    jwt.decode(
        keys.signed({"sub": "1"}),
        load_pem_private_key(signing_key.encode(), None).public_key(),  # type: ignore[arg-type]
        algorithms=["RS256"],
    )
    assert ensure_signing_key() == "kept"


def test_a_signing_key_that_another_encryption_key_closed_is_replaced(settings: Any) -> None:
    ensure_signing_key()
    lost = SigningKey.objects.get().kid
    settings.ENCRYPTION_KEY = bytes(32)

    assert ensure_signing_key() == "made; deleted 1 that ENCRYPTION_KEY does not open"

    assert SigningKey.objects.get().kid != lost
    assert jwt.get_unverified_header(keys.signed({}))["kid"] == SigningKey.objects.get().kid


def test_the_wikis_client_follows_the_configuration() -> None:
    ensure_wiki_client("old", "old secret", "http://old.example.com")

    assert ensure_wiki_client("new", "new secret", "https://new.example.com") == "changed"

    client = Client.objects.get()
    assert client.client_id == "new"
    assert is_secret_of("new secret", client)
    assert not is_secret_of("old secret", client)
    assert client.redirect_uris == ["https://new.example.com/auth/oidc.callback"]
    assert client.post_logout_redirect_uris == ["https://new.example.com"]
    assert (client.client_type, client.jwt_alg) == ("confidential", "RS256")
    assert [response_type.value for response_type in client.response_types.all()] == ["code"]
    assert client.require_consent is False


def test_the_clients_secret_is_kept_as_a_digest() -> None:
    Client.objects.create(name="Outline", client_id="outline", client_secret="in clear")

    ensure_wiki_client("outline", "in clear", "https://wiki.example.com")

    assert "in clear" not in Client.objects.get().client_secret
    assert ensure_wiki_client("outline", "in clear", "https://wiki.example.com") == "kept"


def administrator(password: str = CONFIGURED, **changes: str) -> User:
    wanted = {"username": "admin", "email": "admin@example.com", **changes}
    ensure_administrator(wanted["username"], wanted["email"], password)
    return User.objects.get()


def test_a_password_changed_in_the_admin_stays() -> None:
    admin = administrator()
    admin.set_password("chosen in the admin")
    admin.save()

    assert administrator().check_password("chosen in the admin")


def test_a_changed_configured_password_lets_a_locked_out_administrator_in() -> None:
    admin = administrator()
    admin.set_password("forgotten")
    admin.is_active = admin.is_superuser = False
    admin.save()

    found = administrator("new configured password")

    assert found.check_password("new configured password")
    assert found.is_active
    assert found.is_superuser


def test_an_administrator_turned_off_on_purpose_stays_off() -> None:
    admin = administrator()
    admin.is_active = False
    admin.save()

    assert not administrator().is_active


def test_what_was_changed_in_the_admin_stays() -> None:
    admin = administrator()
    admin.name, admin.email = "Root", "root@example.com"
    admin.save()

    found = administrator()

    assert (found.name, found.email) == ("Root", "root@example.com")


def test_a_changed_configured_name_is_the_same_account() -> None:
    admin = administrator()

    found = administrator("another configured password", username="boss")

    assert (found.pk, found.sub, found.username) == (admin.pk, admin.sub, "boss")


def test_a_deleted_administrator_is_made_again() -> None:
    administrator().delete()

    assert administrator().check_password(CONFIGURED)


def test_the_configured_password_is_kept_as_a_hash() -> None:
    admin = administrator()

    assert admin.configured_password.startswith("argon2$argon2id$")
    assert admin.configured_password != admin.password
