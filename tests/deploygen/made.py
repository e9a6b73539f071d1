"""Configurations for tests: config.sh.example with fake secrets and whatever a test changes."""

from deploygen import config, reference, services, shellconf, topology
from deploygen.services import Service
from deploygen.settings import SETTINGS, Config

TAG = "0123456789abcdef"
_FAKES = {
    "password": "not-a-real-password",
    "hex64": "0" * 64,
    "hex40": "0" * 40,
    "identifier": "00000000000000000000",
    "project": "wiki",
}
FAKE_SECRETS = {item.name: _FAKES[item.secret] for item in SETTINGS if item.secret}
FAKE_SECRETS["MINIO_ROOT_USER"] = "1" * 20  # not that of Outline's user


def config_text(**changes: str) -> str:
    """Return a config.sh that is right, with the keys of ``changes`` changed."""
    text = reference.example()
    values = {**FAKE_SECRETS, "ADMIN_EMAIL": "wiki@example.com", **changes}
    for key, value in values.items():
        text = shellconf.assign(text, key, value)
    return text


def configuration(**changes: str) -> Config:
    return config.load(config_text(**changes))


def stack(**changes: str) -> dict[str, Service]:
    """Return the services of a configuration by name."""
    loaded = configuration(**changes)
    return {item.name: item for item in services.of(loaded, topology.of(loaded), TAG)}
