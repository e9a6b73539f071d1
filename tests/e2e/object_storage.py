"""An S3 service that is none of the deployment's: versitygw in a container of the tests' own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.e2e.stack import eventually, host_address
from tests.rig import engine, images
from tests.rig.machine import run

READY_WITHIN = 30  # seconds
_PORT = 7070
_PROGRAM = "/usr/bin/versitygw"
# The SDK that Outline uses, as somebody who owns a bucket would use it to allow browsers in.
_ALLOW = """
import {S3Client, PutBucketCorsCommand} from "@aws-sdk/client-s3";
const {ENDPOINT, BUCKET, RULES} = process.env;
const s3 = new S3Client({endpoint: ENDPOINT, region: "us-east-1", forcePathStyle: true});
await s3.send(
  new PutBucketCorsCommand({Bucket: BUCKET, CORSConfiguration: {CORSRules: JSON.parse(RULES)}}),
);
"""


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket elsewhere: the service's endpoint and the keys of the one who owns it.

    ``endpoint`` is at an address of the host, so that tests and containers reach one URL;
    ``addresses`` tells where the names lead that only the tests know.
    """

    endpoint: str
    name: str
    access_key: str
    secret_key: str = field(repr=False)
    addresses: Mapping[str, str]

    @property
    def settings(self) -> dict[str, str]:
        """Return the keys of config.sh that lead a deployment here."""
        return {
            "FILE_STORAGE": "s3",
            "AWS_S3_UPLOAD_BUCKET_URL": self.endpoint,
            "AWS_S3_UPLOAD_BUCKET_NAME": self.name,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def allow_origins(self, rules: list[dict[str, Any]]) -> None:
        """Put CORS rules on the bucket, as its owner."""
        variables = {
            "ENDPOINT": f"http://{host_address()}:{urlsplit(self.endpoint).port}",
            "BUCKET": self.name,
            "RULES": json.dumps(rules),
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }
        image = images.settings().get("OUTLINE_IMAGE", "outlinewiki/outline:1.9.2")
        words = ("--entrypoint", "node", image, "--input-type=module", "--eval", _ALLOW)
        _docker("run", "--rm", *_named(variables), *words, environment=variables)


@contextmanager
def elsewhere(container: str, port: int, host: str | None = None) -> Iterator[Bucket]:
    """Start the service and make a bucket whose owner is not its administrator.

    With ``host`` the endpoint has that name, and each bucket a host below it.
    """
    root = {"ROOT_ACCESS_KEY_ID": "root", "ROOT_SECRET_ACCESS_KEY": secrets.token_urlsafe(24)}
    endpoint = f"http://{host or host_address()}:{port}"
    virtual = ("--virtual-domain", f"{host}:{port}") if host else ()
    words = (images.VERSITYGW.name, "--iam-dir", "/data/metadata", *virtual)
    backend = ("posix", "--sidecar", "/data/metadata", "/data/buckets")
    bucket = Bucket(
        endpoint=endpoint,
        name="wiki-uploads",
        access_key="outline",
        secret_key=secrets.token_urlsafe(24),
        addresses=dict.fromkeys((host, f"wiki-uploads.{host}"), host_address()) if host else {},
    )
    _docker(
        "run", "--detach", "--name", container, "--publish", f"{host_address()}:{port}:{_PORT}",
        *_named(root), *words, *backend, environment=root,
    )  # fmt: skip
    try:
        eventually(lambda: _is_up(port), within=READY_WITHIN)
        _make(container, bucket, root)
        yield bucket
    finally:
        _docker("rm", "--force", "--volumes", container)


def _is_up(port: int) -> None:
    httpx.get(f"http://{host_address()}:{port}/health", trust_env=False).raise_for_status()


def _make(container: str, bucket: Bucket, root: Mapping[str, str]) -> None:
    variables = {f"ADMIN_{name.removeprefix('ROOT_')}": value for name, value in root.items()}
    variables["ADMIN_ENDPOINT_URL"] = f"http://127.0.0.1:{_PORT}"
    admin = ("exec", *_named(variables), container, _PROGRAM, "admin")
    # In a container of the tests' own nobody reads the arguments of others.
    keys = ("--access", bucket.access_key, "--secret", bucket.secret_key)
    _docker(*admin, "create-user", *keys, "--role", "user", environment=variables)
    owned = ("--bucket", bucket.name, "--owner", bucket.access_key)
    _docker(*admin, "create-bucket", *owned, environment=variables)


def _named(variables: Mapping[str, str]) -> list[str]:
    """Return the options that pass variables on by name: their values stay out of arguments."""
    return [word for name in variables for word in ("--env", name)]


def _docker(*words: str, environment: Mapping[str, str] | None = None) -> str:
    return run("docker", *words, env={**engine.environment(), **(environment or {})})
