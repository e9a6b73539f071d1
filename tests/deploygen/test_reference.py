from deploygen import config, reference, shellconf, sources
from deploygen.settings import GROUPS, SETTINGS
from tests.deploygen.made import config_text


def test_the_example_in_the_repository_is_the_declared_one() -> None:
    committed = (sources.find().root / "config.sh.example").read_text(encoding="utf-8")

    assert committed == reference.example(), (
        "config.sh.example is not what deploygen/settings.py declares; run\n"
        "  python -m deploygen.reference > config.sh.example"
    )


def test_the_example_has_every_key_with_its_default_and_comment() -> None:
    example = reference.example()
    found = {item.key: item.value for item in shellconf.parse(example).assignments}

    keys = [setting for setting in SETTINGS if not setting.prefix]
    assert found == {setting.name: setting.written for setting in keys}
    for setting in keys:
        assert f"{setting.comment}{setting.name}=" in example
    assert all(setting.comment in example for setting in SETTINGS if setting.prefix)
    assert all(f"# --- {title} ---" in example for title in GROUPS.values())


def test_the_example_lacks_only_what_has_no_default() -> None:
    config.load(config_text())


def test_no_line_of_the_example_is_too_wide_to_read() -> None:
    assert max(len(line) for line in reference.example().splitlines()) <= 100


def test_no_line_of_the_example_ends_in_a_space() -> None:
    assert not [line for line in reference.example().splitlines() if line != line.rstrip()]
