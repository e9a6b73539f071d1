import pytest

from deploygen import topology
from deploygen.topology import Acme, Listener, Topology, Trusted
from tests.deploygen.made import configuration


def made(**changes: str) -> Topology:
    return topology.of(configuration(**changes))


NAMED = {"URL": "http://wiki.example.com"}
LAN = {"URL": "http://192.0.2.10:8888"}
PROXY = {"URL": "https://wiki.example.com", "TLS": "proxy"}
ACME = {"URL": "https://wiki.example.com", "TLS": "acme"}
DNS = {"ACME_DNS": "dns_duckdns"}
LOCAL = {"FILE_STORAGE": "local"}
SHARED = {"NETWORK": "web"}
OWN_HOSTS = {
    "OIDC_URL": "https://accounts.example.com",
    "AWS_S3_UPLOAD_BUCKET_URL": "https://files.example.com",
}
S3 = {
    "FILE_STORAGE": "s3",
    "AWS_S3_UPLOAD_BUCKET_URL": "https://s3.example.org",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
}
FILES = "files.localhost"
WIKI = "wiki.example.com"


@pytest.mark.parametrize(
    ("changes", "listeners", "published", "bucket", "alias"),
    [
        ({}, "8888", "127.0.0.1:8888:8888", f"http://{FILES}:8888", FILES),
        ({**LOCAL}, "8888", "127.0.0.1:8888:8888", None, None),
        ({"URL": "http://localhost"}, "80", "127.0.0.1:80:80", f"http://{FILES}", FILES),
        (
            {"URL": "http://127.0.0.1:9000"},
            "9000",
            "127.0.0.1:9000:9000",
            f"http://{FILES}:9000",
            FILES,
        ),
        (
            {"URL": "http://127.0.0.2:8888"},
            "8888",
            "127.0.0.2:8888:8888",
            f"http://{FILES}:8888",
            FILES,
        ),
        ({"URL": "http://[::1]:8888"}, "8888", "[::1]:8888:8888", f"http://{FILES}:8888", FILES),
        (
            {"URL": "http://wiki.localhost:8888"},
            "8888",
            "127.0.0.1:8888:8888",
            f"http://{FILES}:8888",
            FILES,
        ),
        ({**LAN}, "8888", "8888:8888", "http://192.0.2.10:8888", None),
        (
            {**LAN, "HTTP_IP": "192.0.2.10", "HTTP_PORT": "9999"},
            "8888",
            "192.0.2.10:9999:8888",
            "http://192.0.2.10:8888",
            None,
        ),
        ({**LAN, **LOCAL}, "8888", "8888:8888", None, None),
        ({"URL": "http://[2001:db8::1]", **LOCAL}, "80", "80:80", None, None),
        ({**NAMED}, "80", "80:80", f"http://{WIKI}", WIKI),
        ({**NAMED, **LOCAL}, "80", "80:80", None, None),
        ({**NAMED, "OUTER_PROXY": "nginx"}, "80", "127.0.0.1:8888:80", f"http://{WIKI}", WIKI),
        ({**NAMED, **SHARED}, "80", "", f"http://{WIKI}", WIKI),
        ({**PROXY}, "8080 443i", "127.0.0.1:8888:8080", f"https://{WIKI}", WIKI),
        ({**PROXY, **LOCAL}, "8080", "127.0.0.1:8888:8080", None, None),
        ({**PROXY, **S3}, "8080", "127.0.0.1:8888:8080", "https://s3.example.org", None),
        (
            {**PROXY, "URL": f"https://{WIKI}:8080"},
            "8081 8080i",
            "127.0.0.1:8888:8081",
            f"https://{WIKI}:8080",
            WIKI,
        ),
        (
            {**PROXY, "HTTP_IP": "0.0.0.0", "HTTP_PORT": "9999"},
            "8080 443i",
            "0.0.0.0:9999:8080",
            f"https://{WIKI}",
            WIKI,
        ),
        (
            {"URL": "https://localhost", "TLS": "proxy"},
            "8080 443i",
            "127.0.0.1:8888:8080",
            f"https://{FILES}",
            FILES,
        ),
        ({**PROXY, **SHARED}, "8080 443i", "", f"https://{WIKI}", WIKI),
        (
            {**PROXY, **SHARED, "HTTP_PORT": "9999"},
            "8080 443i",
            "127.0.0.1:9999:8080",
            f"https://{WIKI}",
            WIKI,
        ),
        (
            {**PROXY, **OWN_HOSTS},
            "8080 443i",
            "127.0.0.1:8888:8080",
            "https://files.example.com",
            "files.example.com",
        ),
        ({**ACME}, "8443p 8080r 443i", "443:8443 80:8080", f"https://{WIKI}", WIKI),
        ({**ACME, **LOCAL}, "8443p 8080r", "443:8443 80:8080", None, None),
        ({**ACME, **DNS}, "8443p 8080r 443i", "443:8443 80:8080", f"https://{WIKI}", WIKI),
        (
            {**ACME, **DNS, "URL": f"https://{WIKI}:8443"},
            "8444p 8080r 8443i",
            "8443:8444",
            f"https://{WIKI}:8443",
            WIKI,
        ),
        (
            {**ACME, "URL": f"https://{WIKI}:8443"},
            "8444p 8080r 8443i",
            "8443:8444 80:8080",
            f"https://{WIKI}:8443",
            WIKI,
        ),
        (
            {**ACME, "HTTP_IP": "2001:db8::1", "HTTP_PORT": "8080", "HTTPS_PORT": "8443"},
            "8443p 8080r 443i",
            "[2001:db8::1]:8443:8443 [2001:db8::1]:8080:8080",
            f"https://{WIKI}",
            WIKI,
        ),
        (
            {**ACME, **DNS, **SHARED, "HTTPS_PORT": "443"},
            "8443p 8080r 443i",
            "127.0.0.1:443:8443",
            f"https://{WIKI}",
            WIKI,
        ),
    ],
)
def test_where_everything_answers(
    changes: dict[str, str],
    listeners: str,
    published: str,
    bucket: str | None,
    alias: str | None,
) -> None:
    where = made(**changes)

    assert " ".join(shown(item) for item in where.listeners) == listeners
    assert " ".join(item.short_syntax for item in where.published) == published
    assert (str(where.bucket.origin) if where.bucket else None) == bucket
    assert where.aliases == ((alias,) if alias else ())


def shown(listener: Listener) -> str:
    """Return the port, and p or i for its certificate or r for one that redirects."""
    mark = "r" if listener.redirects else (listener.certificate or " ")[0]
    return f"{listener.port}{mark}".strip()


@pytest.mark.parametrize(
    ("changes", "trusted"),
    [
        ({}, Trusted()),
        ({**LAN}, Trusted()),
        ({**ACME}, Trusted()),
        ({**PROXY}, Trusted(host=True)),
        ({**NAMED, "OUTER_PROXY": "caddy"}, Trusted(host=True)),
        ({**PROXY, "HTTP_IP": "0.0.0.0"}, Trusted()),
        ({**PROXY, "HTTP_IP": "192.0.2.10"}, Trusted()),
        ({**PROXY, **SHARED}, Trusted(network=True)),
        ({**NAMED, **SHARED}, Trusted(network=True)),
        ({**PROXY, "TRUSTED_PROXIES": "none"}, Trusted()),
        (
            {**PROXY, "TRUSTED_PROXIES": "host, 192.0.2.0/24"},
            Trusted(host=True, networks=("192.0.2.0/24",)),
        ),
        (
            {**ACME, "TRUSTED_PROXIES": "192.0.2.1,2001:db8::/32"},
            Trusted(networks=("192.0.2.1/32", "2001:db8::/32")),
        ),
    ],
)
def test_only_what_can_be_in_front_is_trusted(changes: dict[str, str], trusted: Trusted) -> None:
    assert made(**changes).trusted == trusted
    assert made(**changes).trusted.anybody == (trusted != Trusted())


@pytest.mark.parametrize(
    ("changes", "entrance"),
    [
        ({**PROXY}, "127.0.0.1:8888"),
        ({**PROXY, "HTTP_IP": "0.0.0.0", "HTTP_PORT": "9999"}, "127.0.0.1:9999"),
        ({**PROXY, "HTTP_IP": "2001:db8::1"}, "[2001:db8::1]:8888"),
        ({**PROXY, **SHARED}, "wiki-gateway:8080"),
        ({**NAMED, **SHARED, "HTTP_PORT": "9999"}, "wiki-gateway:80"),
    ],
)
def test_a_web_server_in_front_passes_to_the_published_port_or_to_the_gateways_name(
    changes: dict[str, str], entrance: str
) -> None:
    assert made(**changes).entrance == entrance


def test_each_host_of_its_own_is_a_site_of_the_gateways() -> None:
    assert [(site.name, str(site.origin)) for site in made(**PROXY, **OWN_HOSTS).sites] == [
        ("wiki", "https://wiki.example.com"),
        ("oidc", "https://accounts.example.com"),
        ("bucket", "https://files.example.com"),
    ]
    assert [site.name for site in made(**PROXY).sites] == ["wiki"]
    assert [site.name for site in made(**PROXY, **S3).sites] == ["wiki"]


def test_a_certificate_is_asked_for_every_host_or_for_the_names_that_config_gives() -> None:
    wildcard = {"ACME_DOMAINS": "example.com,*.example.com", **DNS}

    assert made(**ACME, **OWN_HOSTS).acme == Acme(
        server="letsencrypt",
        domains=("wiki.example.com", "accounts.example.com", "files.example.com"),
    )
    assert made(**ACME, **wildcard, ACME_STAGING="true").acme == Acme(
        server="letsencrypt_test", domains=("example.com", "*.example.com")
    )
    assert made(**PROXY).acme is None


def test_there_is_an_internal_certificate_where_outline_or_a_placeholder_needs_one() -> None:
    assert made(**ACME, **LOCAL).has_internal_tls
    assert made(**PROXY).has_internal_tls
    assert not made(**PROXY, **LOCAL).has_internal_tls
    assert not made(**LAN).has_internal_tls


def test_accounts_with_a_host_of_their_own_are_there_alone() -> None:
    where = made(**PROXY, **OWN_HOSTS)

    assert where.oidc_has_own_host
    assert where.authorization_endpoint == "https://accounts.example.com/uc/oauth/authorize"
    assert where.admin_url == "https://accounts.example.com/uc/admin/"
    assert where.token_endpoint == "http://oidc:8000/uc/oauth/token"


def test_browsers_are_sent_to_the_public_address_and_outline_calls_the_private_one() -> None:
    where = made(**PROXY)

    assert where.authorization_endpoint == "https://wiki.example.com/uc/oauth/authorize"
    assert where.end_session_endpoint == "https://wiki.example.com/uc/oauth/end-session"
    assert where.token_endpoint == "http://oidc:8000/uc/oauth/token"
    assert where.userinfo_endpoint == "http://oidc:8000/uc/oauth/userinfo"
    assert where.admin_url == "https://wiki.example.com/uc/admin/"


def test_what_the_gateway_proxies_to_is_named_for_the_deployment() -> None:
    where = made(COMPOSE_PROJECT_NAME="second")

    names = {where.gateway, *(upstream.host for upstream in where.upstreams)}
    assert names == {"second-gateway", "second-outline", "second-oidc", "second-minio"}
    assert where.oidc_private_hosts == "oidc,second-oidc"


def test_a_form_may_carry_the_largest_upload() -> None:
    assert made(FILE_STORAGE_UPLOAD_MAX_SIZE="1m").max_request_bytes > 1024**2


def test_a_policy_names_the_bucket_and_what_is_in_it() -> None:
    bucket = made(AWS_S3_UPLOAD_BUCKET_NAME="attachments").bucket

    assert bucket is not None
    assert (bucket.arn, bucket.objects_arn) == (
        "arn:aws:s3:::attachments",
        "arn:aws:s3:::attachments/*",
    )
