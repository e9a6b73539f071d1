import re

import pytest

from deploygen.settings import BY_NAME, GROUPS, SETTINGS, Config, Setting
from tests.deploygen.made import configuration

every_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)


@every_setting
def test_every_key_is_explained_in_a_group_of_the_file(setting: Setting) -> None:
    assert setting.group in GROUPS
    assert setting.doc.strip() == setting.doc
    assert setting.doc.endswith(".")
    assert all(len(line) <= 98 for line in setting.doc.splitlines())


@every_setting
def test_a_default_is_a_value_of_its_own_kind(setting: Setting) -> None:
    if setting.default is not None and not setting.secret:
        setting.kind.parse(setting.default)


@every_setting
def test_a_key_is_a_name_that_bash_takes(setting: Setting) -> None:
    for name in (setting.name, *setting.old_names):
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", name)


def test_no_two_keys_answer_to_one_name() -> None:
    names = [name for item in SETTINGS for name in (item.name, *item.old_names)]

    assert len(names) == len(set(names))
    assert set(BY_NAME) == {item.name for item in SETTINGS}


def test_every_group_has_a_key() -> None:
    assert {item.group for item in SETTINGS} == set(GROUPS)


def test_every_image_is_pinned() -> None:
    images = [item for item in SETTINGS if item.pinned]

    assert len(images) == 8
    assert all(re.search(r":[\w.-]*\d", item.default or "") for item in images)
    assert not any((item.default or "").endswith(":latest") for item in images)


def test_what_is_passed_on_replaces_a_default_of_ours() -> None:
    given = configuration(OUTLINE_ENV_WEB_CONCURRENCY="2", OUTLINE_ENV_LOG_LEVEL="debug")

    assert given.outline_variables["WEB_CONCURRENCY"] == "2"
    assert given.outline_variables["LOG_LEVEL"] == "debug"
    assert set(configuration().outline_variables) < set(given.outline_variables)


@pytest.mark.parametrize("setting", [item for item in SETTINGS if item.pinned])
def test_an_image_that_is_not_named_is_the_one_that_this_version_was_made_for(
    setting: Setting,
) -> None:
    assert setting.written == ""
    assert f"Empty: {setting.default}." in setting.comment
    assert getattr(configuration(), setting.name.lower()) == setting.default


@pytest.mark.parametrize(
    ("outline", "django"),
    [("en_US", "en-us"), ("zh_CN", "zh-hans"), ("zh_TW", "zh-hant"), ("pt_BR", "pt-br")],
)
def test_the_language_is_told_to_django_as_it_writes_it(outline: str, django: str) -> None:
    assert configuration(DEFAULT_LANGUAGE=outline).language_code == django


def test_a_config_cannot_be_changed() -> None:
    config: Config = configuration()

    with pytest.raises(AttributeError):
        config.tls = "proxy"  # type: ignore[misc] # that it is refused is what is tested
