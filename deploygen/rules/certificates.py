"""Certificates: what files hold, and what acme.sh can get."""

import re
import shlex
from collections.abc import Iterator

from deploygen import topology
from deploygen.addresses import Origin
from deploygen.language import N_, _, all_of
from deploygen.rules.common import (
    Conflict,
    Rule,
    Warned,
    Warner,
    only_from_this_machine,
    own_origins,
    scheme_fits_tls,
)
from deploygen.settings import Config

# What acme.sh's documented providers need: one of the sets (its wiki, "dnsapi").
_ACME_PROVIDERS = {
    "dns_cf": (
        ("CF_Token", "CF_Account_ID"),
        ("CF_Token", "CF_Zone_ID"),
        ("CF_Key", "CF_Email"),
    ),
    "dns_dp": (("DP_Id", "DP_Key"),),
    "dns_tencent": (("Tencent_SecretId", "Tencent_SecretKey"),),
    "dns_ali": (("Ali_Key", "Ali_Secret"),),
}
ACME_VARIABLES = frozenset(
    name for sets in _ACME_PROVIDERS.values() for names in sets for name in names
)
_CHALLENGED_PORT = 80  # RFC 8555, section 8.3
# Where the external account that an authority demands is made.
_GIVERS_OF_EAB = {
    "google": N_("set both in config.sh (Google Cloud's publicca makes them)"),
    "actalis": N_("set both in config.sh (Actalis's customer portal makes them)"),
}
# Names that no public authority vouches for (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_PRIVATE_DOMAINS = re.compile(
    r"[^.]+|.*\.(local|lan|home|internal|intranet|corp|test|example|invalid|localhost|home\.arpa)"
)


def _certificate_is_fit(config: Config) -> Iterator[Conflict]:
    if config.tls != "files":
        return
    for key, file in (
        ("TLS_CERT_FILE", config.tls_cert_file),
        ("TLS_KEY_FILE", config.tls_key_file),
    ):
        if file is None:
            yield (
                key,
                _("it has no value, but TLS=files"),
                _("accepted is the path of a readable PEM file"),
                _("set {key} in config.sh, or choose another TLS", key=key),
            )
    if config.tls_cert_file is None or config.tls_key_file is None:
        return
    from deploygen import certificate  # noqa: PLC0415 - few need the TLS library

    keys = {"certificate": "TLS_CERT_FILE", "key": "TLS_KEY_FILE"}
    hosts = topology.of(config).hosts
    for problem in certificate.problems(config.tls_cert_file.text, config.tls_key_file.text, hosts):
        yield (keys[problem.which], problem.wrong, problem.accepted, problem.remedy)


def _acme_knows_the_names(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme":
        return
    named = {origin.host: (key, origin) for key, origin in own_origins(config)}
    named |= {config.url.host: ("URL", config.url)}
    for name in config.acme_domains:
        host = name.removeprefix("*.")
        named.setdefault(host, ("ACME_DOMAINS", Origin("https", host, config.url.port)))
    for host, (key, origin) in named.items():
        if origin.is_ip_address or origin.is_loopback:
            yield (
                key,
                _("no authority gives a certificate for {host}", host=host),
                _("accepted with TLS=acme is a host name of the public DNS"),
                _("use such a name, or TLS=files with a certificate of yours"),
            )
        elif "/" not in config.acme_server and _PRIVATE_DOMAINS.fullmatch(host):
            yield (
                key,
                _("no public authority gives a certificate for {host}", host=host),
                _(
                    "accepted is a public name, or the URL of an authority of your own in "
                    "ACME_SERVER"
                ),
                _("use such a name, or TLS=files with a certificate of yours"),
            )


def _acme_domains_cover_the_hosts(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme" or not config.acme_domains:
        return
    wildcards = [name for name in config.acme_domains if name.startswith("*.")]
    if wildcards and config.acme_dns is None:
        yield (
            "ACME_DOMAINS",
            _("{name} is a wildcard, which is given by DNS-01 only", name=wildcards[0]),
            _("accepted without ACME_DNS are plain names"),
            _("set ACME_DNS, or name the hosts one by one"),
        )
    for host in topology.of(config).hosts:
        if not {host, f"*.{host.partition('.')[2]}"} & set(config.acme_domains):
            yield (
                "ACME_DOMAINS",
                _("{host} is not on the certificate that it asks for", host=host),
                _("accepted is empty, or a list that covers every host"),
                _("add {host}, or leave ACME_DOMAINS empty", host=host),
            )


def _acme_dns_has_its_variables(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme" or config.acme_dns not in _ACME_PROVIDERS:
        return
    sets = _ACME_PROVIDERS[config.acme_dns]
    if any(set(names) <= set(config.acme_env) for names in sets):
        return
    wanted = [all_of(f"ACME_ENV_{name}" for name in names) for names in sets]
    yield (
        "ACME_DNS",
        _("{provider} lacks its variables", provider=config.acme_dns),
        _(
            "accepted with {provider} is {variables}",
            provider=config.acme_dns,
            variables=_(", or ").join(wanted),
        ),
        _("set them in config.sh"),
    )


def _acme_can_be_reached(config: Config) -> Iterator[Conflict]:
    if not _challenged_by_http(config) or config.network is None or config.http_ip is not None:
        return
    # What is published beside a network is on 127.0.0.1 by default.
    yield (
        "ACME_DNS",
        _("the authority comes to port 80 (HTTP-01), which with NETWORK is not published to it"),
        _("accepted is HTTP_IP=0.0.0.0, or a DNS provider in ACME_DNS"),
        _("set one of the two, or end TLS in the web server in front (TLS=proxy)"),
    )


def _challenged_by_http(config: Config) -> bool:
    return config.tls == "acme" and config.acme_dns is None and scheme_fits_tls(config)


def _acme_server_is_trusted(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme" or config.acme_ca_bundle is None:
        return
    from deploygen import pem  # noqa: PLC0415 - few need it

    try:
        pem.certificates(config.acme_ca_bundle.text)
    except pem.Unfit as unfit:
        yield (
            "ACME_CA_BUNDLE",
            unfit.problem.wrong,
            _("accepted is empty, or the path of the authority's own certificates in PEM form"),
            _("give the file with the root certificate that the authority's https is signed by"),
        )


def _acme_account(config: Config) -> Iterator[Conflict]:
    if config.tls != "acme":
        return
    bound = bool(config.acme_eab_kid and config.acme_eab_hmac_key)
    if bool(config.acme_eab_kid) != bool(config.acme_eab_hmac_key):
        missing = "ACME_EAB_HMAC_KEY" if config.acme_eab_kid else "ACME_EAB_KID"
        yield (
            missing,
            _("it has no value, but its other half has"),
            _(
                "accepted are both or neither of {one} and {other}",
                one="ACME_EAB_KID",
                other="ACME_EAB_HMAC_KEY",
            ),
            _("set {key} in config.sh, or empty the other", key=missing),
        )
    elif config.acme_server in _GIVERS_OF_EAB and not bound:
        yield (
            "ACME_EAB_KID",
            _(
                "{server} demands an external account, and it has no value",
                server=config.acme_server,
            ),
            _(
                "accepted with {server} are ACME_EAB_KID and ACME_EAB_HMAC_KEY",
                server=config.acme_server,
            ),
            _(_GIVERS_OF_EAB[config.acme_server]),
        )
    if config.acme_server in {"zerossl", "sslcom"} and not (config.acme_email or bound):
        yield (
            "ACME_EMAIL",
            _("{server} demands an e-mail address, and it has no value", server=config.acme_server),
            _("accepted is an address like wiki@example.com"),
            None,
        )
    if config.acme_staging and config.acme_server != "letsencrypt":
        yield (
            "ACME_STAGING",
            _("{server} has no staging that is known here", server=config.acme_server),
            _("accepted is true with ACME_SERVER=letsencrypt"),
            _("set ACME_STAGING=false, or put the URL of a staging directory into ACME_SERVER"),
        )


# --- What works, but not well


def _certificate_is_sound(config: Config) -> Iterator[Warned]:
    if config.tls == "files" and config.tls_cert_file:
        from deploygen import certificate  # noqa: PLC0415 - as above

        for text in certificate.warnings(config.tls_cert_file.text):
            yield "TLS_CERT_FILE", text


def _key_is_secret(config: Config) -> Iterator[Warned]:
    file = config.tls_key_file
    if config.tls == "files" and file and file.is_public:
        yield (
            "TLS_KEY_FILE",
            _(
                "every user of this machine can read the key: `chmod o= {path}`",
                path=shlex.quote(file.path),
            ),
        )


def _challenge_arrives(config: Config) -> Iterator[Warned]:
    if _challenged_by_http(config) and only_from_this_machine(config):
        yield (
            "HTTP_IP",
            _(
                "the authority comes to port 80 (HTTP-01), and the gateway's is for this machine "
                "alone: have something pass it on, or leave HTTP_IP empty"
            ),
        )
    elif _challenged_by_http(config) and config.http_port not in (None, _CHALLENGED_PORT):
        yield (
            "HTTP_PORT",
            _(
                "the authority comes to port 80 (HTTP-01), and the gateway's is {port}: have "
                "something pass it on, or leave HTTP_PORT empty",
                port=config.http_port,
            ),
        )


def _trial_certificate(config: Config) -> Iterator[Warned]:
    if config.tls == "acme" and config.acme_staging:
        yield (
            "ACME_STAGING",
            _("browsers don't trust certificates of the staging: set it to false once they arrive"),
        )


RULES: tuple[Rule, ...] = (
    _certificate_is_fit,
    _acme_knows_the_names,
    _acme_domains_cover_the_hosts,
    _acme_dns_has_its_variables,
    _acme_can_be_reached,
    _acme_server_is_trusted,
    _acme_account,
)
WARNINGS: tuple[Warner, ...] = (
    _certificate_is_sound,
    _key_is_secret,
    _challenge_arrives,
    _trial_certificate,
)
