"""The deployments that there are: where TLS ends x what stands in front x where uploads are kept.

Each row is a golden folder, a row of the table in docs/deployments.md and a case of tests/e2e.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

STORAGES = ("minio", "local", "s3")
HOST = "wiki.example.com"
CDN = "203.0.113.0/24"
EDGE = "192.0.2.1"


@dataclass(frozen=True)
class Front:
    """What people's requests pass before they reach the gateway."""

    name: str
    proxies: int
    text: str


DIRECT = Front("direct", 0, "nothing")
ON_HOST = Front("host", 1, "a web server on the same machine")
ON_NETWORK = Front("network", 1, "a web server in Docker, on a shared network")
TWO = Front("two", 2, "a web server on the same machine, and another one before it")
BEHIND_CDN = Front("cdn", 1, "a CDN")

FRONTS = {
    "off": (DIRECT, ON_HOST, ON_NETWORK, TWO),
    "acme": (DIRECT, BEHIND_CDN),
    "files": (DIRECT, BEHIND_CDN),
    "proxy": (ON_HOST, ON_NETWORK, TWO),
}
_OF_FRONT = {
    DIRECT: {},
    ON_HOST: {"OUTER_PROXY": "nginx"},
    ON_NETWORK: {"OUTER_PROXY": "nginx", "NETWORK": "web"},
    TWO: {"OUTER_PROXY": "nginx", "TRUSTED_PROXIES": f"host,{EDGE}"},
    BEHIND_CDN: {"TRUSTED_PROXIES": CDN},
}
_OF_TLS = {
    "files": {
        "TLS_CERT_FILE": "../certificate/fullchain.pem",
        "TLS_KEY_FILE": "../certificate/key.pem",
    },
}
_OF_STORAGE = {
    "s3": {
        "AWS_S3_UPLOAD_BUCKET_URL": "https://s3.example.org",
        "AWS_ACCESS_KEY_ID": "not-a-real-key-id",
        "AWS_SECRET_ACCESS_KEY": "not-a-real-secret-key",
    },
}


@dataclass(frozen=True)
class Row:
    """One kind of deployment."""

    tls: str
    front: Front
    storage: str

    @property
    def name(self) -> str:
        return f"tls-{self.tls}-{self.front.name}-{self.storage}"

    @property
    def settings(self) -> dict[str, str]:
        """What its config.sh says beside secrets and the admin's address."""
        scheme = "http" if self.tls == "off" else "https"
        return {
            "URL": f"{scheme}://{HOST}",
            "TLS": self.tls,
            "FILE_STORAGE": self.storage,
            **_OF_TLS.get(self.tls, {}),
            **_OF_FRONT[self.front],
            **_OF_STORAGE.get(self.storage, {}),
        }


ROWS = tuple(
    Row(tls, front, storage)
    for tls, fronts in FRONTS.items()
    for front in fronts
    for storage in STORAGES
)


def pairwise() -> tuple[Row, ...]:
    """Return few rows in which every pair of values that goes together does occur."""
    missing = {pair for row in ROWS for pair in _pairs(row)}
    chosen: list[Row] = []
    while missing:
        best = max(ROWS, key=lambda row: len(missing & set(_pairs(row))))
        chosen.append(best)
        missing -= set(_pairs(best))
    return tuple(chosen)


def _pairs(row: Row) -> Iterator[tuple[str, str]]:
    yield from combinations((f"tls {row.tls}", row.front.name, row.storage), 2)
