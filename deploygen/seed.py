"""What a config.sh of vicalloy/outline-docker-compose says, in keys and values of ours.

Its keys are understood where they stand, and by `deploygen init --from`. What each of them means is
from its scripts/main.sh and its templates at commit 6fbf432.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from deploygen import shellconf
from deploygen.errors import Notice, Problem
from deploygen.language import _, clauses
from deploygen.settings import OLD_NAMES, named
from deploygen.shellconf import Assignment, Document, value_of
from deploygen.shown import spelled

Found = Mapping[str, Assignment]

PAGE = "docs/from-the-seed.md"


@dataclass(frozen=True)
class Key:
    """A key of the seed: the key of ours that it becomes, if any, and what a person is told."""

    name: str
    ours: str | None
    text: str


KEYS = (
    Key("FILE_STORAGE", "FILE_STORAGE", "`local` stays. `s3` was the MinIO beside it: `minio`."),
    Key("URL", "URL", "As it is. With https also `TLS=proxy`: the seed never ended TLS itself."),
    Key("DEFAULT_LANGUAGE", "DEFAULT_LANGUAGE", "As it is; decides both languages."),
    Key("LANGUAGE_CODE", None, "The pages of the user accounts follow `DEFAULT_LANGUAGE`."),
    Key("TIME_ZONE", "TIME_ZONE", "As it is."),
    Key("FORCE_HTTPS", None, "Follows from `URL` and `TLS`. `true` with an http URL is refused."),
    Key("ALLOWED_DOMAINS", None, "Set in Outline now: Settings, Authentication, Allowed domains."),
    Key("OUTLINE_VERSION", None, "Not adopted. `OUTLINE_IMAGE` names an image."),
    Key("POSTGRES_VERSION", None, "Not adopted. `POSTGRES_IMAGE` names an image."),
    Key("MINIO_VERSION", None, "Not adopted. `MINIO_IMAGE` names an image."),
    Key("MINIO_MC_VERSION", None, "Not adopted. `MINIO_MC_IMAGE` names an image."),
    Key("HTTP_IP", "HTTP_IP", "As it is."),
    Key("HTTP_PORT_IP", "HTTP_PORT", "As it is; the key was a port in the seed too."),
    Key("NETWORKS", "NETWORK", "With `NETWORKS_EXTERNAL=true`; else nobody shares it: nothing."),
    Key("NETWORKS_EXTERNAL", None, "Whether `NETWORKS` becomes `NETWORK`."),
    Key("MINIO_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "Outline's user in MinIO; no longer its root."),
    Key("MINIO_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "That user's secret."),
    Key("OIDC_CLIENT_SECRET", "OIDC_CLIENT_SECRET", "As it is."),
    Key("OUTLINE_SECRET_KEY", "OUTLINE_SECRET_KEY", "As it is: a restored database needs it."),
    Key("OUTLINE_UTILS_SECRET", "OUTLINE_UTILS_SECRET", "As it is."),
    Key("DJANGO_SECRET_KEY", "DJANGO_SECRET_KEY", "As it is."),
)
# Those of them that a config.sh of ours never had.
_ITS_OWN = frozenset(key.name for key in KEYS if named(key.name) is None)
_VERSIONS = {
    "OUTLINE_VERSION": "OUTLINE_IMAGE",
    "POSTGRES_VERSION": "POSTGRES_IMAGE",
    "MINIO_VERSION": "MINIO_IMAGE",
    "MINIO_MC_VERSION": "MINIO_MC_IMAGE",
}
_ENDPOINTS = ("OIDC_AUTH_URI", "OIDC_TOKEN_URI", "OIDC_USERINFO_URI")
_OF_PROVIDER = (*_ENDPOINTS, "OIDC_LOGOUT_URI", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
_CHINESE = {"zh-cn": "zh-hans", "zh-tw": "zh-hant"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What stands in a config.sh: the assignments by our keys, in our values.

    ``problems`` and ``notices`` are of what the seed's keys say.
    """

    values: Found
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Translated:
    """What a new config.sh takes over, and a sentence for each thing that it does not.

    With ``problems`` there is no telling what else it would have to take over.
    """

    values: Mapping[str, str]
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...]


def read(document: Document, *, stays: bool = False) -> Reading:
    """Return what ``document`` says; the seed's meaning is taken where a key is the seed's own.

    Of one that ``stays`` as it is no notice asks to remove a line.
    """
    found = _by_present_name(document)
    if not any(item.key in _ITS_OWN for item in found.values()):
        return Reading(values=found)
    values = {name: item for name, item in found.items() if name not in _ITS_OWN}
    values |= {item.key: item for item in _meant(found)}
    return Reading(
        values=values,
        problems=(*_versions(found), *_contradictions(found)),
        notices=tuple(_notices(found, stays=stays)),
    )


def deciding(document: Document, name: str) -> tuple[Assignment, ...]:
    """Return the lines that make ``name`` mean something else than its own line says."""
    found = _by_present_name(document)
    if found[name].key != name:
        return (found[name],)
    keys = {"NETWORKS", "NETWORKS_EXTERNAL"} if name == "NETWORK" else _ITS_OWN
    return tuple(item for item in found.values() if item.key in keys)


def translate(text: str) -> Translated:
    """Return what a new config.sh takes over from the seed's, whose ``text`` is never executed."""
    document = shellconf.parse(text)
    reading = read(document, stays=True)
    known = {name: item for name, item in reading.values.items() if named(name)}
    own = _own_provider(known)
    versions = [item for item in reading.problems if item.key in _VERSIONS]
    left_out = [
        *((item.line or 0, item.key, clauses(item.wrong, item.accepted)) for item in versions),
        *(
            (item.line, item.key, _("it is of the seed's user accounts, which are made anew here"))
            for item in own.values()
        ),
        *((item.line or 0, item.key, item.message) for item in reading.notices),
        *(
            (item.line, spelled(item.key, item.value), _("there is no such key"))
            for name, item in reading.values.items()
            if name not in known
        ),
    ]
    return Translated(
        values={name: item.value for name, item in known.items() if item.value and name not in own},
        left_out=tuple(f"{key}: {message}" for _line, key, message in sorted(left_out)),
        problems=(
            *(replace(item, key=spelled(item.key)) for item in document.told),
            *(item for item in reading.problems if item.key not in _VERSIONS),
        ),
    )


def _own_provider(found: Found) -> dict[str, Assignment]:
    """Return what is said of the provider if it is the seed's own, as older samples named it."""
    try:
        wiki = urlsplit(value_of(found, "URL")).hostname
        endpoints = [urlsplit(value_of(found, key)) for key in _ENDPOINTS]
    except ValueError:  # of which one is told when the values are judged
        return {}
    if not any(
        item.path.startswith("/uc/oauth/") or (item.hostname and item.hostname == wiki)
        for item in endpoints
    ):
        return {}
    return {name: found[name] for name in _OF_PROVIDER if value_of(found, name)}


def table() -> str:
    """Return the keys and what becomes of them, in Markdown."""
    rows = [
        f"| `{key.name}` | {f'`{key.ours}`' if key.ours else ''} | {key.text} |" for key in KEYS
    ]
    return "\n".join(["| in the seed | here | |", "| --- | --- | --- |", *rows, ""])


def _by_present_name(document: Document) -> dict[str, Assignment]:
    """Return the assignment of each key; one under an old name yields to one with a value."""
    found: dict[str, Assignment] = {}
    for item in shellconf.values(document):
        name = OLD_NAMES.get(item.key, item.key)
        if name not in found or not found[name].value or (item.key == name and item.value):
            found[name] = item
    return found


def _is_https(found: Found) -> bool:
    return value_of(found, "URL").lower().startswith("https://")


def _meant(found: Found) -> Iterator[Assignment]:
    """Yield assignments of ours for what is said otherwise in the seed."""
    elsewhere = value_of(found, "AWS_S3_UPLOAD_BUCKET_URL")
    if value_of(found, "FILE_STORAGE") == "s3" and elsewhere in {"", value_of(found, "URL")}:
        yield replace(found["FILE_STORAGE"], value="minio")
    # Its nginx had no certificate: where the address is https, something stood in front.
    if _is_https(found) and not value_of(found, "TLS"):
        yield replace(found["URL"], key="TLS", value="proxy")
    if _is_shared(found) and not value_of(found, "NETWORK"):
        yield replace(found["NETWORKS"], key="NETWORK")


def _is_shared(found: Found) -> bool:
    return bool(value_of(found, "NETWORKS")) and value_of(found, "NETWORKS_EXTERNAL") == "true"


def _versions(found: Found) -> Iterator[Problem]:
    for key, image in _VERSIONS.items():
        if value_of(found, key):
            yield Problem(
                line=found[key].line,
                key=key,
                wrong=_("the seed's image versions are not adopted"),
                accepted=_(
                    "{key} may name an image, and {page} speaks of the data", key=image, page=PAGE
                ),
                remedy=_("remove the line"),
            )


def _contradictions(found: Found) -> Iterator[Problem]:
    if value_of(found, "FORCE_HTTPS") == "true" and value_of(found, "URL") and not _is_https(found):
        yield Problem(
            line=found["FORCE_HTTPS"].line,
            key="FORCE_HTTPS",
            wrong=_("it is true, but URL is http"),
            accepted=_("accepted is true with an https URL"),
            remedy=_("write the URL with https, or remove the line"),
        )
    for key in ("FORCE_HTTPS", "NETWORKS_EXTERNAL"):
        if value_of(found, key) not in {"", "true", "false"}:
            yield Problem(
                line=found[key].line,
                key=key,
                wrong=_("it is neither true nor false"),
                accepted=_("accepted is true or false"),
                remedy=_("correct or remove the line"),
            )
    if value_of(found, "NETWORKS_EXTERNAL") == "true" and not value_of(found, "NETWORKS"):
        yield Problem(
            line=found["NETWORKS_EXTERNAL"].line,
            key="NETWORKS_EXTERNAL",
            wrong=_("it is true, but NETWORKS names no network"),
            accepted=_("accepted is true with NETWORKS"),
            remedy=_("set NETWORK to the network of the web server in front, and remove the line"),
        )
    if _is_shared(found) and value_of(found, "NETWORK") not in {"", value_of(found, "NETWORKS")}:
        yield Problem(
            line=found["NETWORKS"].line,
            key="NETWORKS",
            wrong=_("NETWORK names another network"),
            accepted=_("accepted is one of both"),
            remedy=_("remove the line"),
        )


def _notices(found: Found, *, stays: bool) -> Iterator[Notice]:
    removal = "" if stays else _("remove this line")
    for key, sentence in _without_effect(found):
        yield Notice(line=found[key].line, key=key, message=clauses(sentence, removal))
    shared = value_of(found, "OIDC_CLIENT_SECRET")
    if shared and shared == value_of(found, "AWS_SECRET_ACCESS_KEY"):
        yield Notice(
            line=found["OIDC_CLIENT_SECRET"].line,
            key="OIDC_CLIENT_SECRET",
            message=_(
                "it is the MINIO_SECRET_KEY too, as the seed made it: empty it and run "
                "`deploygen init`, which makes one of its own"
            ),
        )


def _without_effect(found: Found) -> Iterator[tuple[str, str]]:
    """Yield the keys that decide nothing any more, and a sentence about each."""
    language = value_of(found, "DEFAULT_LANGUAGE") or "en_US"
    if not _agree(value_of(found, "LANGUAGE_CODE"), language):
        yield (
            "LANGUAGE_CODE",
            _("DEFAULT_LANGUAGE decides both languages, which is {language}", language=language),
        )
    if value_of(found, "NETWORKS") and not _is_shared(found):
        yield (
            "NETWORKS",
            _(
                "without NETWORKS_EXTERNAL=true it only named the network inside, which is named "
                "after COMPOSE_PROJECT_NAME now"
            ),
        )
    if value_of(found, "ALLOWED_DOMAINS"):
        yield (
            "ALLOWED_DOMAINS",
            _(
                "Outline reads it no more: set it in the wiki at Settings, Authentication, "
                "Allowed domains"
            ),
        )


def _agree(code: str, language: str) -> bool:
    """Tell whether Django's ``code`` is Outline's ``language``, or that without its country."""
    code = _CHINESE.get(code.lower(), code.lower())
    ours = language.lower().replace("_", "-")
    return code in {"", ours, ours.partition("-")[0], _CHINESE.get(ours, ours)}


if __name__ == "__main__":  # python -m deploygen.seed: the table of docs/from-the-seed.md
    print(table(), end="")  # noqa: T201 - that is what it is run for
