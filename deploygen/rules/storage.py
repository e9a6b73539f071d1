"""Where uploads and the databases are kept."""

import re
from collections.abc import Iterator

from deploygen import topology
from deploygen.language import _
from deploygen.rules.common import Conflict, Rule, Warned, Warner
from deploygen.settings import Config

# Of Outline's server/services/web.ts, server/routes/index.ts, app/routes and public.
# fmt: off
_OUTLINE_PATHS = frozenset({
    "api", "archive", "auth", "collaboration", "collection", "create", "desktop-redirect",
    "doc", "drafts", "email", "embeds", "fonts", "home", "images", "locales", "logout", "mcp",
    "oauth", "realtime", "search", "settings", "share", "static", "trash",
})
# fmt: on
_NEWEST_POSTGRES = 17
_BUCKET_OF_MINIO = "minio"  # MinIO's cmd/generic-handlers.go: minioReservedBucket
# Aliyun OSS and Tencent COS refuse the bucket in the path; Cloudflare R2 has no POST Object.
_ONLY_BUCKETS_IN_HOSTS = (".aliyuncs.com", ".myqcloud.com")
_WITHOUT_POST = (".r2.cloudflarestorage.com",)


def _bucket_not_in_its_address(config: Config) -> Iterator[Conflict]:
    # Outline then posts to the URL alone, or to Amazon if the host begins with the bucket's name
    # (server/storage/files/S3Storage.ts, and the endpoint of the SDK).
    if not _has_bucket(config):
        return
    bucket, uploads = config.aws_s3_upload_bucket_name, str(topology.bucket_origin(config))
    if bucket in uploads:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            _(
                "uploads are at {url}, which Outline would take for a host of {bucket!r} alone",
                url=uploads,
                bucket=bucket,
            ),
            _("accepted is a name that {url} does not contain", url=uploads),
            _("choose another bucket name (before there are uploads)")
            if config.file_storage == "minio"
            else _("write the endpoint without the bucket's name, or use another bucket"),
        )


def _no_s3_before_the_port(config: Config) -> Iterator[Conflict]:
    # Outline makes "localhost:" of "s3:" anywhere in the storage's URL (the same file).
    if not _has_bucket(config):
        return
    if "s3:" in str(topology.bucket_origin(config)):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL" if config.aws_s3_upload_bucket_url else "URL",
            _("its host ends in s3 before a port, which Outline would rewrite to localhost"),
            _("accepted is another host name, the default port, or FILE_STORAGE=local"),
            _("rename the host, leave the port out, or set FILE_STORAGE=local"),
        )


def _has_bucket(config: Config) -> bool:
    if config.file_storage == "s3":
        return config.aws_s3_upload_bucket_url is not None
    return config.file_storage == "minio"


def _bucket_not_a_page_of_outline(config: Config) -> Iterator[Conflict]:
    bucket = config.aws_s3_upload_bucket_name
    if config.file_storage != "minio" or bucket not in _OUTLINE_PATHS | {"uc"}:
        return
    if topology.bucket_origin(config).host == config.url.host:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            _(
                "Outline has pages of its own under {path}, where the bucket would be",
                path=f"/{bucket}/",
            ),
            _("accepted is a name that is no path of Outline's"),
            _("choose another bucket name (before there are uploads)"),
        )


def _bucket_is_not_minios(config: Config) -> Iterator[Conflict]:
    if config.file_storage == "minio" and config.aws_s3_upload_bucket_name == _BUCKET_OF_MINIO:
        yield (
            "AWS_S3_UPLOAD_BUCKET_NAME",
            _("MinIO keeps the name {bucket!r} for itself", bucket=_BUCKET_OF_MINIO),
            _("accepted is any other name"),
            _("choose another bucket name (before there are uploads)"),
        )


def _outline_is_not_minios_root(config: Config) -> Iterator[Conflict]:
    if config.file_storage == "minio" and config.aws_access_key_id == config.minio_root_user:
        yield (
            "AWS_ACCESS_KEY_ID",
            _("it is MINIO_ROOT_USER too, and MinIO has no second user of that name"),
            _("accepted are two different names"),
            _("empty MINIO_ROOT_USER and run `deploygen init`, which makes a new one"),
        )


def _bucket_reachable_from_inside(config: Config) -> Iterator[Conflict]:
    # An address can't be an alias on the private network: with https Outline would meet whatever
    # certificate stands outside, which it has no reason to trust, and with IPv6 nothing at all.
    if config.file_storage != "minio":
        return
    origin = topology.bucket_origin(config)
    if origin.host == "localhost" or (origin.is_ip_address and origin.is_loopback):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            _("{host} is Outline's own container to Outline", host=origin.host),
            _("accepted is empty, or a host name like files.localhost"),
            _("leave it empty"),
        )
    elif origin.is_ip_address and (config.https or origin.is_ipv6):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL" if config.aws_s3_upload_bucket_url else "URL",
            _("over IPv6 Outline can't reach its own uploads")
            if origin.is_ipv6
            else _("with https at an IP address Outline can't reach its own uploads"),
            _(
                "accepted is a host name, an AWS_S3_UPLOAD_BUCKET_URL with one, or "
                "FILE_STORAGE=local"
            ),
            _("give the machine a name, or set FILE_STORAGE=local"),
        )


def _external_storage_has_an_address(config: Config) -> Iterator[Conflict]:
    if config.file_storage == "s3" and config.aws_s3_upload_bucket_url is None:
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            _("it has no value, but FILE_STORAGE=s3"),
            _("accepted is the service's endpoint, like https://s3.eu-central-1.amazonaws.com"),
            _("set it in config.sh, or use FILE_STORAGE=minio"),
        )


def _external_storage_answers_browsers_and_outline(config: Config) -> Iterator[Conflict]:
    endpoint = config.aws_s3_upload_bucket_url
    if config.file_storage != "s3" or endpoint is None:
        return
    if endpoint.is_loopback:
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            _(
                "{host} is another machine to Outline in its container than to browsers",
                host=endpoint.host,
            ),
            _("accepted is an address that both reach"),
            _("use the machine's address in the network, or a name that leads there"),
        )
    if endpoint in (config.url, config.oidc_url):
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            _("{url} is the wiki itself", url=endpoint),
            _("accepted is the endpoint of an S3 service"),
            _("write the service's endpoint, or use FILE_STORAGE=minio"),
        )
    if config.https and endpoint.scheme == "http":
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            _("it is http, and browsers send nothing there from a wiki on https"),
            _("accepted with an https URL is an https endpoint"),
            _("have the service speak https"),
        )


def _external_storage_knows_the_method(config: Config) -> Iterator[Conflict]:
    endpoint = config.aws_s3_upload_bucket_url
    if config.file_storage != "s3" or endpoint is None:
        return
    in_host = not config.aws_s3_force_path_style
    if in_host and endpoint.is_ip_address:
        yield (
            "AWS_S3_FORCE_PATH_STYLE",
            _("a bucket can't stand before the address {address}", address=endpoint.host),
            _("accepted with an IP address is true"),
            _("set AWS_S3_FORCE_PATH_STYLE=true, or use a host name"),
        )
    if endpoint.host.endswith(_ONLY_BUCKETS_IN_HOSTS) and not (
        in_host and config.aws_s3_upload_method == "put"
    ):
        yield (
            "AWS_S3_FORCE_PATH_STYLE",
            _(
                "{host} takes no bucket in the path, where Outline's POST always has it",
                host=endpoint.host,
            ),
            _("accepted there is AWS_S3_FORCE_PATH_STYLE=false with AWS_S3_UPLOAD_METHOD=put"),
            _("set both"),
        )
    if endpoint.host.endswith(_WITHOUT_POST) and config.aws_s3_upload_method == "post":
        yield (
            "AWS_S3_UPLOAD_METHOD",
            _("{host} has no POST for uploads", host=endpoint.host),
            _("accepted there is put"),
            _("set AWS_S3_UPLOAD_METHOD=put"),
        )


def _bucket_url_is_used(config: Config) -> Iterator[Conflict]:
    if config.file_storage == "local" and config.aws_s3_upload_bucket_url is not None:
        yield (
            "AWS_S3_UPLOAD_BUCKET_URL",
            _("with FILE_STORAGE=local there is no bucket"),
            _("accepted is empty with FILE_STORAGE=local"),
            _("leave it empty, or choose minio or s3"),
        )


def _postgres_keeps_its_data_where_we_mount_it(config: Config) -> Iterator[Conflict]:
    major = _postgres_major(config)
    if major is not None and major > _NEWEST_POSTGRES:
        yield (
            "POSTGRES_IMAGE",
            _(
                "PostgreSQL {version} keeps its data elsewhere and would start empty",
                version=major,
            ),
            _("accepted is PostgreSQL up to {version}", version=_NEWEST_POSTGRES),
            _("stay at {version}", version=_NEWEST_POSTGRES),
        )


def _postgres_major(config: Config) -> int | None:
    """Return the major version that the image's tag names: 17 of 17-alpine, of pg17, of x-pg17."""
    name, _colon, tag = config.postgres_image.partition("@")[0].rpartition("/")[2].partition(":")
    if match := re.search(r"(?:^|[^a-z])pg-?(\d+)", tag):
        return int(match[1])
    # Others than postgres and postgis may count something else.
    match = re.match(r"\d+", tag)
    if match and ("postg" in name or int(match[0]) <= _NEWEST_POSTGRES):
        return int(match[0])
    return None


# --- What works, but not well


def _postgres_stays_at_its_major(config: Config) -> Iterator[Warned]:
    if _postgres_major(config) is None:
        yield (
            "POSTGRES_IMAGE",
            _(
                "its tag names no version of PostgreSQL, and the next major could not read the "
                "data: name one, up to {version}",
                version=_NEWEST_POSTGRES,
            ),
        )


def _storage_without_acl(config: Config) -> Iterator[Warned]:
    # Outline 1.9.2: server/models/Attachment.ts wants private or public-read.
    if config.file_storage == "s3" and config.aws_s3_acl == "none":
        yield (
            "AWS_S3_ACL",
            _(
                "Outline up to 1.9.2 refuses attachments without an ACL (outline#1907): set it to "
                "private unless your service refuses that"
            ),
        )


RULES: tuple[Rule, ...] = (
    _bucket_not_in_its_address,
    _no_s3_before_the_port,
    _bucket_not_a_page_of_outline,
    _bucket_is_not_minios,
    _outline_is_not_minios_root,
    _bucket_reachable_from_inside,
    _external_storage_has_an_address,
    _external_storage_answers_browsers_and_outline,
    _external_storage_knows_the_method,
    _bucket_url_is_used,
    _postgres_keeps_its_data_where_we_mount_it,
)
WARNINGS: tuple[Warner, ...] = (_postgres_stays_at_its_major, _storage_without_acl)
