"""Which files, labels and variables there are for which web server in front."""

import pytest

from deploygen import outer, sources, topology
from deploygen.generate import plan
from deploygen.settings import BY_NAME
from tests.deploygen.made import configuration

HTTPS = {"URL": "https://wiki.example.com", "TLS": "proxy"}
HTTP = {"URL": "http://wiki.example.com", "TLS": "off"}
OWN_HOSTS = {
    "OIDC_URL": "https://id.example.com",
    "AWS_S3_UPLOAD_BUCKET_URL": "https://files.example.com",
}
ALL_HOSTS = ("wiki.example.com", "id.example.com", "files.example.com")
SHARED = {"NETWORK": "web"}
WITH_FILES = ("nginx", "caddy", "apache", "haproxy", "nginx-proxy-manager")
with_files = pytest.mark.parametrize("name", WITH_FILES)


def generated(**changes: str) -> str:
    """Return the one file below outer-proxy/."""
    planned = plan.files(configuration(**changes), sources.find())
    (found,) = [path for path in planned if path.startswith("outer-proxy/")]
    return planned[found].content.decode()


def labels(**changes: str) -> dict[str, str]:
    config = configuration(OUTER_PROXY="traefik", **SHARED, **changes)
    return outer.labels(config, topology.of(config))


def environment(**changes: str) -> dict[str, str]:
    config = configuration(OUTER_PROXY="nginx-proxy", **SHARED, **changes)
    return outer.environment(config, topology.of(config))


def test_without_a_web_server_in_front_nothing_is_generated_for_one() -> None:
    config = configuration()

    assert outer.templates(config, topology.of(config)) == ()
    assert outer.labels(config, topology.of(config)) == {}
    assert outer.environment(config, topology.of(config)) == {}


def test_every_choice_of_the_setting_has_something_generated() -> None:
    for name in BY_NAME["OUTER_PROXY"].kind.choices:
        config = configuration(OUTER_PROXY=name, **HTTPS, **SHARED)
        where = topology.of(config)

        made = (
            outer.templates(config, where),
            outer.labels(config, where),
            outer.environment(config, where),
        )
        assert any(made), name


@with_files
@pytest.mark.parametrize("place", [{}, SHARED], ids=["machine", "network"])
def test_a_file_names_every_host_and_the_entrance(name: str, place: dict[str, str]) -> None:
    changes = {"OUTER_PROXY": name, **HTTPS, **OWN_HOSTS, **place}
    text = generated(**changes)

    host, _, port = topology.of(configuration(**changes)).entrance.rpartition(":")
    assert not [part for part in (*ALL_HOSTS, host, port) if part not in text]


@with_files
def test_a_file_says_first_what_it_is(name: str) -> None:
    assert generated(OUTER_PROXY=name, **HTTPS).startswith("# The wiki behind ")


@pytest.mark.parametrize(
    ("name", "certificate"),
    [
        ("nginx", "/etc/letsencrypt/live/wiki.example.com/fullchain.pem;"),
        ("apache", "/etc/letsencrypt/live/wiki.example.com/fullchain.pem\n"),
        ("haproxy", "crt /etc/haproxy/certs/wiki.example.com.pem "),
    ],
)
def test_one_certificate_is_for_all_hosts_and_only_https_has_one(
    name: str, certificate: str
) -> None:
    assert certificate in generated(OUTER_PROXY=name, **HTTPS, **OWN_HOSTS)
    assert certificate not in generated(OUTER_PROXY=name, **HTTP)


@pytest.mark.parametrize(
    ("name", "listening"),
    [("nginx", "listen 80;"), ("apache", "<VirtualHost *:80>"), ("haproxy", "bind :80\n")],
)
def test_port_80_is_left_alone_where_the_url_has_a_port(name: str, listening: str) -> None:
    with_a_port = {**HTTPS, "URL": "https://wiki.example.com:8443"}

    assert listening in generated(OUTER_PROXY=name, **HTTPS)
    assert listening not in generated(OUTER_PROXY=name, **with_a_port)


FURTHER_OUT = "192.0.2.1,2001:db8::/32"
NGINX_BELIEVING = "    set_real_ip_from 192.0.2.1/32;\n    set_real_ip_from 2001:db8::/32;\n"
BELIEVING = {
    "nginx": NGINX_BELIEVING,
    "nginx-proxy": NGINX_BELIEVING,
    "nginx-proxy-manager": NGINX_BELIEVING,
    "caddy": "\t\ttrusted_proxies 192.0.2.1/32 2001:db8::/32\n",
    "apache": "    RemoteIPInternalProxy 192.0.2.1/32 2001:db8::/32\n",
    "haproxy": "    acl further_out src 192.0.2.1/32 2001:db8::/32\n",
}


@pytest.mark.parametrize("name", BELIEVING)
def test_it_believes_the_proxies_named_beside_itself_in_who_the_client_is(name: str) -> None:
    named = {"TRUSTED_PROXIES": f"network,{FURTHER_OUT}"}

    assert BELIEVING[name] in generated(OUTER_PROXY=name, **HTTPS, **SHARED, **named)


@pytest.mark.parametrize("name", BELIEVING)
def test_it_believes_no_address_that_may_be_its_own(name: str) -> None:
    text = generated(OUTER_PROXY=name, **HTTPS, **SHARED, TRUSTED_PROXIES=FURTHER_OUT)

    assert "192.0.2.1" not in text


@pytest.mark.parametrize(("place", "word"), [({}, "host"), (SHARED, "network")])
@with_files
def test_a_file_says_how_further_proxies_are_named(
    name: str, place: dict[str, str], word: str
) -> None:
    text = " ".join(generated(OUTER_PROXY=name, **HTTPS, **place).split())

    assert f"TRUSTED_PROXIES of config.sh, beside # {word}, to have it believed" in text


@with_files
def test_on_another_machine_there_is_no_word_to_name_them_beside(name: str) -> None:
    elsewhere = {"HTTP_IP": "10.0.0.2", "TRUSTED_PROXIES": "10.0.0.5"}

    assert "TRUSTED_PROXIES" not in generated(OUTER_PROXY=name, **HTTPS, **elsewhere)


def test_variables_of_two_wikis_behind_one_nginx_have_different_names() -> None:
    text = generated(OUTER_PROXY="nginx", COMPOSE_PROJECT_NAME="a-b", **HTTPS, **SHARED)

    assert "$connection_a_b {" in text
    assert "set $entrance_a_b a-b-gateway:8080;" in text


def test_an_ipv6_address_stands_in_brackets_where_it_is_a_host() -> None:
    address = {"URL": "https://[2001:db8::1]", "TLS": "proxy", "FILE_STORAGE": "local"}

    assert "server_name [2001:db8::1];" in generated(OUTER_PROXY="nginx", **address)
    assert "https://[2001:db8::1] {" in generated(OUTER_PROXY="caddy", **address)


def test_traefik_has_a_router_for_https_and_one_that_leads_there() -> None:
    assert labels(**HTTPS, **OWN_HOSTS) == {
        "traefik.enable": "true",
        "traefik.docker.network": "web",
        "traefik.http.services.wiki.loadbalancer.server.port": "8080",
        "traefik.http.routers.wiki.rule": " || ".join(f"Host(`{host}`)" for host in ALL_HOSTS),
        "traefik.http.routers.wiki.service": "wiki",
        "traefik.http.routers.wiki.entrypoints": "websecure",
        "traefik.http.routers.wiki.tls.certresolver": "letsencrypt",
        "traefik.http.routers.wiki-http.rule": " || ".join(f"Host(`{host}`)" for host in ALL_HOSTS),
        "traefik.http.routers.wiki-http.service": "wiki",
        "traefik.http.routers.wiki-http.entrypoints": "web",
        "traefik.http.routers.wiki-http.middlewares": "wiki-https",
        "traefik.http.middlewares.wiki-https.redirectscheme.scheme": "https",
        "traefik.http.middlewares.wiki-https.redirectscheme.port": "443",
        "traefik.http.middlewares.wiki-https.redirectscheme.permanent": "true",
    }


def test_traefik_has_one_router_for_http() -> None:
    routers = {key.split(".")[3] for key in labels(**HTTP) if key.startswith("traefik.http.router")}

    assert routers == {"wiki"}
    assert labels(**HTTP)["traefik.http.routers.wiki.entrypoints"] == "web"


def test_nginx_proxy_and_acme_companion_have_their_variables() -> None:
    hosts = ",".join(ALL_HOSTS)

    assert environment(**HTTPS, **OWN_HOSTS) == {
        "VIRTUAL_HOST": hosts,
        "VIRTUAL_PORT": "8080",
        "LETSENCRYPT_HOST": hosts,
        "HSTS": "off",
    }


@pytest.mark.parametrize(
    ("changes", "variables"),
    [
        ({**HTTPS, "ACME_EMAIL": "wiki@example.com"}, {"LETSENCRYPT_EMAIL": "wiki@example.com"}),
        ({**HTTPS, "URL": "https://wiki.example.com:8443"}, {"EXTERNAL_HTTPS_PORT": "8443"}),
        ({**HTTP, "URL": "http://wiki.example.com:81"}, {"EXTERNAL_HTTP_PORT": "81"}),
        (HTTP, {"HTTPS_METHOD": "nohttps"}),
    ],
)
def test_nginx_proxy_is_told_what_is_unusual(
    changes: dict[str, str], variables: dict[str, str]
) -> None:
    assert variables.items() <= environment(**changes).items()


def test_nginx_proxy_gets_no_certificate_for_http() -> None:
    assert not [key for key in environment(**HTTP) if key.startswith("LETSENCRYPT")]
