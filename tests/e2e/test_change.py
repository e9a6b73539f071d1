"""After any change, `deploygen init && docker compose up -d` makes the change take effect."""

from __future__ import annotations

from tests.e2e.people import Person
from tests.e2e.stack import Stack


def test_a_changed_template_and_a_changed_provider_source_reach_the_containers(
    changing_stack: Stack,
) -> None:
    template = changing_stack.generator / "templates" / "nginx" / "pages" / "starting.html"
    template.write_text(template.read_text().replace("is starting", "is about to start"))
    source = changing_stack.generator / "oidc_server" / "__init__.py"
    source.write_text(source.read_text() + "\nCHANGED = True\n")

    changing_stack.init()
    changing_stack.compose("up", "-d", timeout=300)

    gateway = next(name for name in changing_stack.services() if name.endswith("-gateway"))
    page = changing_stack.execute(gateway, "cat", "/etc/nginx/deploygen/pages/starting.html")
    assert "is about to start" in page
    changed = changing_stack.execute(
        "oidc", "python", "-c", "import oidc_server; print(oidc_server.CHANGED)"
    )
    assert changed.strip() == "True"


def test_a_new_admin_password_in_config_sh_lets_a_locked_out_admin_in(
    changing_stack: Stack,
) -> None:
    changing_stack.init(ADMIN_PASSWORD="found-again-in-config")
    changing_stack.up()

    with Person(changing_stack.url) as person:
        person.sign_in(changing_stack.config["ADMIN_USERNAME"], "found-again-in-config")

        assert person.who() is not None


def test_new_database_redis_and_storage_passwords_take_effect(changing_stack: Stack) -> None:
    changing_stack.init(
        OUTLINE_DATABASE_PASSWORD="another-outline",
        OIDC_DATABASE_PASSWORD="another-oidc",
        REDIS_PASSWORD="another-redis",
        MINIO_ROOT_PASSWORD="another-root",
        AWS_SECRET_ACCESS_KEY="another-secret-access-key",
    )
    changing_stack.up()

    config = changing_stack.config
    with Person(changing_stack.url) as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])

        assert person.storage_check() == {"ok": True}
