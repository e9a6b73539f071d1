import pytest

from deploygen import topology
from deploygen.topology import Listener, Topology
from tests.deploygen.made import configuration


def made(**changes: str) -> Topology:
    return topology.of(configuration(**changes))


PLAIN_8888 = ((8888, False),)
NAMED = {"URL": "http://wiki.example.com"}
LAN = {"URL": "http://192.0.2.10:8888"}
PROXY = {"URL": "https://wiki.example.com", "TLS": "proxy"}
LOCAL = {"FILE_STORAGE": "local"}


@pytest.mark.parametrize(
    ("changes", "listeners", "published", "bucket", "aliases", "tls_host"),
    [
        (
            {},
            PLAIN_8888,
            "127.0.0.1:8888:8888",
            "http://files.localhost:8888",
            ("files.localhost",),
            None,
        ),
        ({**LOCAL}, PLAIN_8888, "127.0.0.1:8888:8888", None, (), None),
        (
            {"URL": "http://localhost"},
            ((80, False),),
            "127.0.0.1:80:80",
            "http://files.localhost",
            ("files.localhost",),
            None,
        ),
        (
            {"URL": "http://127.0.0.1:9000"},
            ((9000, False),),
            "127.0.0.1:9000:9000",
            "http://files.localhost:9000",
            ("files.localhost",),
            None,
        ),
        (
            {"URL": "http://127.0.0.2:8888"},
            PLAIN_8888,
            "127.0.0.2:8888:8888",
            "http://files.localhost:8888",
            ("files.localhost",),
            None,
        ),
        (
            {"URL": "http://wiki.localhost:8888"},
            PLAIN_8888,
            "127.0.0.1:8888:8888",
            "http://files.localhost:8888",
            ("files.localhost",),
            None,
        ),
        ({**LAN}, PLAIN_8888, "0.0.0.0:8888:8888", "http://192.0.2.10:8888", (), None),
        (
            {**LAN, "HTTP_IP": "192.0.2.10", "HTTP_PORT": "9999"},
            PLAIN_8888,
            "192.0.2.10:9999:8888",
            "http://192.0.2.10:8888",
            (),
            None,
        ),
        ({**LAN, **LOCAL}, PLAIN_8888, "0.0.0.0:8888:8888", None, (), None),
        (
            {**NAMED},
            ((80, False),),
            "0.0.0.0:80:80",
            "http://wiki.example.com",
            ("wiki.example.com",),
            None,
        ),
        ({**NAMED, **LOCAL}, ((80, False),), "0.0.0.0:80:80", None, (), None),
        (
            {**PROXY},
            ((8080, False), (443, True)),
            "127.0.0.1:8888:8080",
            "https://wiki.example.com",
            ("wiki.example.com",),
            "wiki.example.com",
        ),
        (
            {**PROXY, "URL": "https://wiki.example.com:8080"},
            ((8081, False), (8080, True)),
            "127.0.0.1:8888:8081",
            "https://wiki.example.com:8080",
            ("wiki.example.com",),
            "wiki.example.com",
        ),
        (
            {**PROXY, "HTTP_IP": "0.0.0.0", "HTTP_PORT": "9999"},
            ((8080, False), (443, True)),
            "0.0.0.0:9999:8080",
            "https://wiki.example.com",
            ("wiki.example.com",),
            "wiki.example.com",
        ),
        (
            {"URL": "https://localhost", "TLS": "proxy"},
            ((8080, False), (443, True)),
            "127.0.0.1:8888:8080",
            "https://files.localhost",
            ("files.localhost",),
            "files.localhost",
        ),
    ],
)
def test_where_everything_answers(
    changes: dict[str, str],
    listeners: tuple[tuple[int, bool], ...],
    published: str,
    bucket: str | None,
    aliases: tuple[str, ...],
    tls_host: str | None,
) -> None:
    where = made(**changes)

    assert where.listeners == tuple(Listener(port=port, tls=tls) for port, tls in listeners)
    assert where.published.short_syntax == published
    assert (str(where.bucket.origin) if where.bucket else None) == bucket
    assert where.aliases == aliases
    assert where.internal_tls_host == tls_host


def test_without_a_bucket_nothing_listens_with_a_certificate() -> None:
    where = made(**PROXY, **LOCAL)

    assert where.listeners == (Listener(port=8080, tls=False),)
    assert where.internal_tls_host is None


def test_browsers_are_sent_to_the_public_address_and_outline_calls_the_private_one() -> None:
    where = made(**PROXY)

    assert where.authorization_endpoint == "https://wiki.example.com/uc/oauth/authorize"
    assert where.end_session_endpoint == "https://wiki.example.com/uc/oauth/end-session"
    assert where.token_endpoint == "http://oidc:8000/uc/oauth/token"
    assert where.userinfo_endpoint == "http://oidc:8000/uc/oauth/userinfo"
    assert where.admin_url == "https://wiki.example.com/uc/admin/"


def test_what_the_gateway_proxies_to_is_named_for_the_deployment() -> None:
    where = made(COMPOSE_PROJECT_NAME="second")

    names = {where.gateway, where.outline.host, where.oidc.host, where.minio.host}
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
