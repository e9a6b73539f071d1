"""A config.sh of vicalloy/outline-docker-compose is understood, with its meaning."""

from pathlib import Path

import pytest

from deploygen import config, secrets, seed, shellconf
from deploygen.errors import ConfigInvalid
from deploygen.settings import BY_NAME, Config
from tests.deploygen import golden
from tests.deploygen.made import FAKE_SECRETS

SAMPLE = (golden.FOLDER / "seed" / "config.sh.sample").read_text(encoding="utf-8")
PAGE = Path(__file__).parents[2] / seed.PAGE
VERSIONS = ["OUTLINE_VERSION", "POSTGRES_VERSION", "MINIO_VERSION", "MINIO_MC_VERSION"]
OURS = {**FAKE_SECRETS, "ADMIN_EMAIL": "wiki@example.com"}
ADDRESS = {"URL": "https://wiki.example.com", "HTTP_IP": "127.0.0.1", "HTTP_PORT_IP": "8888"}


def seeds(**changes: str) -> str:
    """Return a config.sh of the seed without image versions, with what we need besides."""
    text = "".join(
        line for line in SAMPLE.splitlines(keepends=True) if line.partition("=")[0] not in VERSIONS
    )
    theirs = {"MINIO_ACCESS_KEY": "a" * 16, "MINIO_SECRET_KEY": "b" * 64}
    ours = {key: value for key, value in OURS.items() if not key.startswith("AWS_")}
    for key, value in {**ours, **theirs, **changes}.items():
        text = shellconf.assign(text, key, value)
    return text


def loaded(**changes: str) -> Config:
    return config.load(seeds(**changes))


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        config.load(text)
    return [f"{item.key}: {item.message}" for item in caught.value.problems]


def notices(**changes: str) -> dict[str, str]:
    text = seeds(**changes)
    return {item.key: item.message for item in config.warnings(config.load(text), text)}


def test_a_config_of_the_seed_is_read_as_it_stands() -> None:
    found = loaded()

    assert str(found.url) == "http://127.0.0.1:8888"
    assert (found.tls, found.http_ip, found.http_port) == ("off", "127.0.0.1", 8888)
    assert (found.file_storage, found.network) == ("local", None)
    assert (found.aws_access_key_id, found.aws_secret_access_key) == ("a" * 16, "b" * 64)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"FILE_STORAGE": "s3"}, "file_storage", "minio"),
        ({"FILE_STORAGE": ""}, "file_storage", "minio"),
        (
            {"FILE_STORAGE": "s3", "AWS_S3_UPLOAD_BUCKET_URL": "https://s3.example.org"},
            "file_storage",
            "s3",
        ),
        (ADDRESS, "tls", "proxy"),
        ({**ADDRESS, "FORCE_HTTPS": "true"}, "tls", "proxy"),
        ({**ADDRESS, "TLS": "acme", "HTTP_IP": "", "HTTP_PORT_IP": ""}, "tls", "acme"),
        ({"NETWORKS": "web", "NETWORKS_EXTERNAL": "true"}, "network", "web"),
        ({"NETWORKS": "web", "NETWORKS_EXTERNAL": "false"}, "network", None),
        ({"NETWORKS": "", "NETWORK": "web"}, "network", "web"),
        ({"DEFAULT_LANGUAGE": "zh_CN", "LANGUAGE_CODE": "zh-hans"}, "language_code", "zh-hans"),
        ({"HTTP_PORT_IP": "8888", "HTTP_PORT": ""}, "http_port", 8888),
    ],
)
def test_what_a_key_of_the_seed_means_is_kept(
    changes: dict[str, str], field: str, value: object
) -> None:
    assert getattr(loaded(**changes), field) == value


def test_without_a_key_of_the_seeds_own_s3_is_a_service_elsewhere() -> None:
    text = "FILE_STORAGE=s3\n"

    assert config.present(shellconf.parse(text))["FILE_STORAGE"].value == "s3"


def test_the_secrets_of_the_bundled_storage_are_made_where_the_seed_said_s3() -> None:
    text = shellconf.assign(SAMPLE, "FILE_STORAGE", "s3")

    found = config.present(shellconf.parse(secrets.fill(text, Path("/srv/wiki"), fresh=True)))

    assert found["AWS_ACCESS_KEY_ID"].key == "MINIO_ACCESS_KEY"
    assert found["AWS_ACCESS_KEY_ID"].value


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"POSTGRES_VERSION": "15.2-alpine3.17"},
            "POSTGRES_VERSION: the seed's image versions are not adopted; POSTGRES_IMAGE may name"
            " an image, and docs/from-the-seed.md speaks of the data; remove the line",
        ),
        (
            {"FORCE_HTTPS": "true"},
            "FORCE_HTTPS: it is true, but URL is http; accepted is true with an https URL; write"
            " the URL with https, or remove the line",
        ),
        (
            {"FORCE_HTTPS": "yes"},
            "FORCE_HTTPS: it is neither true nor false; accepted is true or false; correct or"
            " remove the line",
        ),
        (
            {"NETWORKS_EXTERNAL": "true", "NETWORKS": ""},
            "NETWORKS_EXTERNAL: it is true, but NETWORKS names no network; accepted is true with"
            " NETWORKS; set NETWORK to the network of the web server in front, and remove the line",
        ),
        (
            {"NETWORKS_EXTERNAL": "true", "NETWORKS": "web", "NETWORK": "other"},
            "NETWORKS: NETWORK names another network; accepted is one of both; remove the line",
        ),
    ],
)
def test_what_can_not_be_adopted_is_refused_with_the_remedy(
    changes: dict[str, str], problem: str
) -> None:
    assert problems(seeds(**changes)) == [problem]


def test_each_image_version_of_the_untouched_sample_is_refused() -> None:
    text = secrets.fill(f"{SAMPLE}ADMIN_EMAIL=wiki@example.com\n", Path("/srv/wiki"), fresh=True)

    assert [problem.partition(":")[0] for problem in problems(text)] == VERSIONS


@pytest.mark.parametrize(
    ("changes", "key", "sentence"),
    [
        (
            {"LANGUAGE_CODE": "zh-cn", "DEFAULT_LANGUAGE": "de_DE"},
            "LANGUAGE_CODE",
            "DEFAULT_LANGUAGE decides both languages, which is de_DE; remove this line",
        ),
        (
            {},
            "NETWORKS",
            "without NETWORKS_EXTERNAL=true it only named the network inside, which is named after"
            " COMPOSE_PROJECT_NAME now; remove this line",
        ),
        (
            {"ALLOWED_DOMAINS": "example.com"},
            "ALLOWED_DOMAINS",
            "Outline reads it no more: set it in the wiki at Settings, Authentication, Allowed"
            " domains; remove this line",
        ),
        (
            {"OIDC_CLIENT_SECRET": "b" * 64},
            "OIDC_CLIENT_SECRET",
            "it is the MINIO_SECRET_KEY too, as the seed made it: empty it and run `deploygen"
            " init`, which makes one of its own",
        ),
    ],
)
def test_what_has_no_effect_any_more_is_warned_of(
    changes: dict[str, str], key: str, sentence: str
) -> None:
    assert notices(**changes)[key] == sentence


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en-us", "en_US"),
        ("de", "de_DE"),
        ("zh-cn", "zh_CN"),
        ("zh-Hans", "zh_CN"),
        ("zh-hant", "zh_TW"),
        ("pt-br", "pt_BR"),
        ("", "fr_FR"),
    ],
)
def test_languages_that_agree_are_not_warned_of(code: str, language: str) -> None:
    assert "LANGUAGE_CODE" not in notices(LANGUAGE_CODE=code, DEFAULT_LANGUAGE=language)


def test_the_untouched_sample_is_taken_over_and_what_is_not_is_told() -> None:
    translated = seed.translate(SAMPLE)

    assert translated.values == {
        "FILE_STORAGE": "local",
        "URL": "http://127.0.0.1:8888",
        "DEFAULT_LANGUAGE": "en_US",
        "TIME_ZONE": "UTC",
        "HTTP_IP": "127.0.0.1",
        "HTTP_PORT": "8888",
    }
    assert [sentence.partition(":")[0] for sentence in translated.left_out] == [
        *VERSIONS,
        "NETWORKS",
    ]


def test_what_is_told_of_a_file_that_stays_as_it_is_asks_for_no_change_of_it() -> None:
    told = seed.translate(f"{SAMPLE}ALLOWED_DOMAINS=example.com\n").left_out

    assert len(told) == 6
    assert not [sentence for sentence in told if "remove" in sentence]


def test_values_are_taken_over_as_data_and_nothing_is_executed() -> None:
    translated = seed.translate("MINIO_ACCESS_KEY=a\nURL='$(id)'\nMY_OWN=1\nHTTP_PORT_IP=80\n")

    assert translated.values == {
        "AWS_ACCESS_KEY_ID": "a",
        "URL": "$(id)",
        "HTTP_PORT": "80",
    }
    assert translated.left_out == ("MY_OWN: there is no such key",)


@pytest.mark.parametrize(
    ("line", "key"), [("c2VjcmV0==", "this line"), ("SMTP_PASSWORDc2VjcmV0==", "SMTP_PASSWORD…")]
)
def test_what_may_be_a_secret_is_left_out_without_repeating_it(line: str, key: str) -> None:
    assert seed.translate(f"{line}\n").left_out == (f"{key}: there is no such key",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "OUTLINE_SECRET_KEY=$(cat key)\n",
            "seed.sh:1: OUTLINE_SECRET_KEY: a $ is expanded by bash; put the value in single"
            " quotes",
        ),
        (
            "URL=http://192.0.2.1\r\nTIME_ZONE=UTC\r\n\r\n",
            "seed.sh:1: this line: it and 2 more end in a carriage return; save the file with Unix"
            " line ends (LF)",
        ),
        (
            "URL=http://192.0.2.1\nFORCE_HTTPS=true\n",
            "seed.sh:2: FORCE_HTTPS: it is true, but URL is http; accepted is true with an https"
            " URL; write the URL with https, or remove the line",
        ),
        (
            "NETWORKS=web\nNETWORKS_EXTERNAL=yes\n",
            "seed.sh:2: NETWORKS_EXTERNAL: it is neither true nor false; accepted is true or false;"
            " correct or remove the line",
        ),
    ],
)
def test_what_can_not_be_read_or_contradicts_itself_is_not_taken_over(
    text: str, problem: str
) -> None:
    assert [item.located("seed.sh") for item in seed.translate(text).problems] == [problem]


@pytest.mark.parametrize("base", ["http://192.168.x.x/uc", "http://192.0.2.1:8000"])
def test_the_provider_that_older_samples_named_as_their_own_is_made_anew(base: str) -> None:
    translated = seed.translate(
        "URL=http://192.0.2.1:8888\n"
        "OIDC_CLIENT_ID=cid_from_oidc_provider\n"
        f"OIDC_AUTH_URI={base}/oauth/authorize/\n"
        f"OIDC_TOKEN_URI={base}/oauth/token/\n"
        f"OIDC_USERINFO_URI={base}/oauth/userinfo/\n"
        "OIDC_DISPLAY_NAME=OpenID\n"
    )

    sentence = "it is of the seed's user accounts, which are made anew here"
    assert translated.values == {"URL": "http://192.0.2.1:8888", "OIDC_DISPLAY_NAME": "OpenID"}
    assert translated.left_out == tuple(
        f"{key}: {sentence}"
        for key in ("OIDC_CLIENT_ID", "OIDC_AUTH_URI", "OIDC_TOKEN_URI", "OIDC_USERINFO_URI")
    )


def test_an_address_that_can_not_be_read_is_left_to_those_who_judge_it() -> None:
    assert seed.translate("URL='http://['\n").values == {"URL": "http://["}


def test_a_provider_elsewhere_is_taken_over() -> None:
    elsewhere = {
        "URL": "http://192.0.2.1:8888",
        "OIDC_CLIENT_ID": "wiki",
        "OIDC_AUTH_URI": "https://id.example.org/oauth/authorize/",
        "OIDC_TOKEN_URI": "https://id.example.org/oauth/token/",
        "OIDC_USERINFO_URI": "https://id.example.org/oauth/userinfo/",
    }

    translated = seed.translate("".join(f"{key}={value}\n" for key, value in elsewhere.items()))

    assert (translated.values, translated.left_out) == (elsewhere, ())


def test_every_key_of_the_sample_is_in_the_table_and_leads_to_a_key_of_ours() -> None:
    keys = [item.key for item in shellconf.parse(SAMPLE).assignments]

    assert sorted(key.name for key in seed.KEYS) == sorted(keys)
    assert {key.ours for key in seed.KEYS if key.ours} <= set(BY_NAME)


def test_the_table_leads_where_the_reading_does() -> None:
    text = seeds(NETWORKS="web", NETWORKS_EXTERNAL="true", **dict.fromkeys(VERSIONS, ""))
    found = config.present(shellconf.parse(text))
    lines = {item.key: item.line for item in shellconf.parse(text).assignments}

    there = {key.name: key.ours for key in seed.KEYS if key.ours}
    assert all(found[ours].line == lines[name] for name, ours in there.items())


def test_the_page_holds_the_table() -> None:
    assert seed.table() in PAGE.read_text(encoding="utf-8"), "run `python -m deploygen.seed`"


def test_the_golden_folder_comes_from_the_untouched_sample() -> None:
    text = (golden.FOLDER / "seed" / "config.sh").read_text(encoding="utf-8")

    found = {item.key: item.value for item in shellconf.parse(text).assignments}

    assert found == {**OURS, **seed.translate(SAMPLE).values}
