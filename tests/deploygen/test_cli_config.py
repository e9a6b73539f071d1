"""`deploygen config`, and what a shell completes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from deploygen import configfile, reference, secrets, shellconf
from deploygen.cli import main
from deploygen.settings import SETTINGS


def run(*words: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(
        main, [str(word) for word in words], input=stdin, prog_name="deploygen"
    )


def changed(**values: str) -> str:
    text = shellconf.assign(reference.example(), "ADMIN_EMAIL", "wiki@example.com")
    for key, value in values.items():
        text = shellconf.assign(text, key, value)
    return text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder called wiki with a right config.sh, in which nothing was generated."""
    made = tmp_path / "wiki"
    made.mkdir()
    text = secrets.fill(changed(URL="http://192.0.2.1"), made, fresh=True)
    (made / "config.sh").write_text(text)
    return made


def content(folder: Path) -> str:
    return (folder / "config.sh").read_text()


# --- list


def test_list_says_of_every_key_what_it_amounts_to_and_whence(folder: Path) -> None:
    lines = run("config", "list", folder).stdout.splitlines()

    assert "set      URL=http://192.0.2.1" in lines
    assert "default  TLS=off" in lines
    assert "derived  HTTP_PORT=80" in lines
    assert "derived  TRUSTED_PROXIES=none" in lines
    keys = [re.split(r"[ =]+", line)[1] for line in lines]
    assert keys == [setting.name for setting in SETTINGS if not setting.prefix]


def test_list_hides_secrets_unless_asked(folder: Path) -> None:
    password = run("config", "get", "ADMIN_PASSWORD", folder).stdout.strip()

    hidden = run("config", "list", folder).stdout
    assert password not in hidden
    assert "set      ADMIN_PASSWORD=********" in hidden.splitlines()
    shown = run("config", "list", folder, "--show-secrets").stdout
    assert f"set      ADMIN_PASSWORD={password}" in shown.splitlines()


def test_list_hides_a_secret_under_a_key_that_is_none(folder: Path) -> None:
    (folder / "config.sh").write_text(
        changed(AWS_SECRET_ACCESS_KEY="Hunter2Hunter2", AWS_ACCESS_KEY_ID="Hunter2Hunter2")
    )

    assert "Hunter2" not in run("config", "list", folder).stdout
    assert "Hunter2" not in run("config", "list", folder, "--json").stdout
    shown = run("config", "list", folder, "--show-secrets").stdout.splitlines()
    assert "set      AWS_ACCESS_KEY_ID=Hunter2Hunter2" in shown


def test_list_in_json(folder: Path) -> None:
    listed = {
        item["key"]: item for item in json.loads(run("config", "list", folder, "--json").stdout)
    }

    assert listed["TLS"] == {"key": "TLS", "value": "off", "source": "default", "secret": False}
    assert listed["ADMIN_PASSWORD"] == {
        "key": "ADMIN_PASSWORD",
        "value": None,
        "source": "set",
        "secret": True,
    }


def test_a_secret_that_is_not_made_yet_is_missing(folder: Path) -> None:
    (folder / "config.sh").write_text(changed())

    listed = run("config", "list", folder, "--show-secrets").stdout.splitlines()

    assert "missing  REDIS_PASSWORD=''" in listed or "missing  REDIS_PASSWORD=" in listed
    assert "derived  COMPOSE_PROJECT_NAME=wiki" in listed


def test_what_is_passed_on_is_listed_and_hidden(folder: Path) -> None:
    (folder / "config.sh").write_text(changed() + "ACME_ENV_CF_Token=hunter2hunter2\n")

    listed = run("config", "list", folder).stdout

    assert "set      ACME_ENV_CF_Token=********" in listed.splitlines()


def test_a_wrong_config_is_not_listed(folder: Path) -> None:
    (folder / "config.sh").write_text(changed(TLS="of"))

    result = run("config", "list", folder)

    assert (result.exit_code, result.stdout) == (3, "")
    assert re.match(r"config\.sh:\d+: TLS: 'of' is not right", result.stderr)


def test_a_config_that_render_refuses_for_a_lost_secret_is_not_listed(folder: Path) -> None:
    assert run("render", folder).exit_code == 0
    text = shellconf.assign(content(folder), "OUTLINE_SECRET_KEY", "")
    (folder / "config.sh").write_text(text)

    result = run("config", "list", folder)

    assert (result.exit_code, result.stdout) == (3, "")
    assert re.match(r"config\.sh:\d+: OUTLINE_SECRET_KEY: it has no value", result.stderr)


# --- get


@pytest.mark.parametrize(
    ("key", "value"),
    [("URL", "http://192.0.2.1"), ("TLS", "off"), ("HTTP_PORT", "80"), ("HTTP_PORT_IP", "80")],
)
def test_get_prints_what_counts(folder: Path, key: str, value: str) -> None:
    assert run("config", "get", key, folder).output == f"{value}\n"


@pytest.mark.parametrize(("key", "meant"), [("URLL", "did you mean URL?; "), ("NOPE", "")])
def test_get_of_a_key_that_there_is_not_says_which_there_are(
    folder: Path, key: str, meant: str
) -> None:
    result = run("config", "get", key, folder)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"deploygen: there is no key {key}; {meant}config.sh.example lists every key\n"
    )


def test_get_prints_what_the_file_says_whatever_is_wrong_elsewhere(folder: Path) -> None:
    (folder / "config.sh").write_text(changed(TLS="of", WIKI_NAME="Ours"))

    assert run("config", "get", "WIKI_NAME", folder).output == "Ours\n"
    assert run("config", "get", "HTTP_PORT", folder).exit_code == 3


# --- set


def test_set_changes_a_line_and_no_other(folder: Path) -> None:
    before = content(folder)

    result = run("config", "set", "URL=http://192.0.2.2", "WIKI_NAME=Our wiki", folder)

    assert result.exit_code == 0, result.output
    assert content(folder) == before.replace("192.0.2.1", "192.0.2.2").replace(
        "WIKI_NAME=Wiki", "WIKI_NAME='Our wiki'"
    )
    assert (folder / "config.sh").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["config.sh"]
    assert result.stdout == (
        f"Written to {folder}/config.sh. To have it take effect:\n"
        f"  cd {folder} && deploygen render && docker compose up -d\n"
    )


def test_set_takes_this_folder_by_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)

    assert run("config", "set", "URL=http://192.0.2.2").exit_code == 0
    assert "URL=http://192.0.2.2\n" in content(folder)


def test_set_writes_nothing_if_anything_would_be_wrong_and_tells_it_all(folder: Path) -> None:
    before = content(folder)

    result = run("config", "set", "TLS=acme", "HTTP_PORT=http", "WIKI_NAME=Ours", folder)

    assert (result.exit_code, result.stdout, content(folder)) == (3, "", before)
    told = result.stderr.splitlines()
    assert sorted(re.sub(r"sh:\d+", "sh:N", line).split(": ")[0] for line in told) == [
        "HTTP_PORT",
        "config.sh:N",
        "config.sh:N",
    ]


def test_set_of_a_key_that_there_is_not_writes_nothing(folder: Path) -> None:
    before = content(folder)

    result = run("config", "set", "URLL=http://192.0.2.2", "TLS=off", folder)

    assert (result.exit_code, content(folder)) == (3, before)
    assert result.stderr.startswith("URLL: there is no such key; did you mean URL?")


def test_a_secret_whose_sign_was_lost_is_not_repeated(folder: Path) -> None:
    for words in (["config", "set"], ["init", "--yes", "--set"]):
        result = run(*words, "SMTP_PASSWORDSHVudGVyMg==", folder)

        assert result.exit_code == 3
        assert "SMTP_PASSWORD…: there is no such key; did you mean SMTP_PASS" in result.stderr
        assert "SHVudGVyMg" not in result.output


def test_an_empty_value_is_the_default_again(folder: Path) -> None:
    assert run("config", "set", "WIKI_NAME=", folder).exit_code == 0
    assert run("config", "get", "WIKI_NAME", folder).output == "Wiki\n"


def test_what_is_there_already_is_not_written(folder: Path) -> None:
    before = (folder / "config.sh").stat().st_mtime_ns

    result = run("config", "set", "URL=http://192.0.2.1", folder)

    assert result.stdout == f"{folder}/config.sh has that already; nothing written.\n"
    assert (folder / "config.sh").stat().st_mtime_ns == before


def test_runs_at_the_same_time_lose_no_key(folder: Path) -> None:
    pairs = {"WIKI_NAME": "One", "TIME_ZONE": "Asia/Shanghai", "ADMIN_USERNAME": "root"}

    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "deploygen", "config", "set", f"{key}={value}", folder],
            stdout=subprocess.DEVNULL,
        )
        for key, value in pairs.items()
    ]

    assert [item.wait(timeout=60) for item in runs] == [0] * len(pairs)
    for key, value in pairs.items():
        assert run("config", "get", key, folder).stdout == f"{value}\n"


def test_values_can_come_from_stdin(folder: Path) -> None:
    result = run("config", "set", "REDIS_PASSWORD", "WIKI_NAME", folder, stdin="a'b\nOurs\n")

    assert result.exit_code == 0, result.output
    assert run("config", "get", "REDIS_PASSWORD", folder).output == "a'b\n"
    assert run("config", "get", "WIKI_NAME", folder).output == "Ours\n"
    assert "a'b" not in result.output


def test_lines_of_stdin_may_end_as_those_of_windows_do(folder: Path) -> None:
    result = run("config", "set", "REDIS_PASSWORD", "WIKI_NAME", folder, stdin="secret\r\nOurs\r\n")

    assert result.exit_code == 0, result.output
    assert run("config", "get", "REDIS_PASSWORD", folder).output == "secret\n"
    assert run("config", "get", "WIKI_NAME", folder).output == "Ours\n"


def test_stdin_that_ends_too_soon_changes_nothing(folder: Path) -> None:
    before = content(folder)

    result = run("config", "set", "REDIS_PASSWORD", folder, stdin="")

    assert (result.exit_code, content(folder)) == (1, before)
    assert result.stderr == "deploygen: stdin has no line for REDIS_PASSWORD\n"


def test_a_config_that_is_a_link_stays_one(folder: Path, tmp_path: Path) -> None:
    elsewhere = (folder / "config.sh").rename(tmp_path / "config-elsewhere.sh")
    (folder / "config.sh").symlink_to(elsewhere)

    assert run("config", "set", "WIKI_NAME=Ours", folder).exit_code == 0
    assert (folder / "config.sh").is_symlink()
    assert "WIKI_NAME=Ours\n" in elsewhere.read_text()


def test_a_folder_alone_is_nothing_to_set(folder: Path) -> None:
    result = run("config", "set", folder)

    assert result.exit_code == 2
    assert "Missing argument 'KEY=VALUE...'" in result.stderr


@pytest.mark.parametrize(
    ("lines", "words", "deciding"),
    [
        ("HTTP_PORT_IP=9999\n", ["HTTP_PORT="], ["HTTP_PORT_IP"]),
        (
            "NETWORKS=web\nNETWORKS_EXTERNAL=true\n",
            ["NETWORK="],
            ["NETWORKS", "NETWORKS_EXTERNAL"],
        ),
        ("NETWORKS=web\n", ["FILE_STORAGE=s3"], ["NETWORKS"]),
        ("FORCE_HTTPS=true\n", ["URL=https://192.0.2.1", "TLS="], ["FORCE_HTTPS"]),
    ],
)
def test_set_names_the_lines_that_would_leave_it_without_effect(
    folder: Path, lines: str, words: list[str], deciding: list[str]
) -> None:
    before = content(folder).replace("TLS=off\n", "").replace("FILE_STORAGE=local\n", "") + lines
    (folder / "config.sh").write_text(before)

    result = run("config", "set", *words, folder)

    assert (result.exit_code, result.stdout, content(folder)) == (3, "", before)
    key = words[-1].partition("=")[0]
    numbers = {line.partition("=")[0]: n for n, line in enumerate(before.splitlines(), 1)}
    named = " and ".join(f"{item} (line {numbers[item]})" for item in deciding)
    assert result.stderr.startswith(f"{key}: {named} would give it another meaning; remove th")


def test_set_takes_a_value_that_the_old_name_has_too(folder: Path) -> None:
    (folder / "config.sh").write_text(content(folder) + "HTTP_PORT_IP=9999\n")

    assert run("config", "set", "HTTP_PORT=8080", folder).exit_code == 0
    assert run("config", "get", "HTTP_PORT", folder).output == "8080\n"


def test_a_value_that_is_not_utf8_is_refused(folder: Path) -> None:
    before = content(folder)
    (folder / "k\udcff.pem").touch()

    result = run("config", "set", "ACME_CA_BUNDLE=k\udcff.pem", "WIKI_NAME=\udcff", folder)

    assert (result.exit_code, content(folder)) == (3, before)
    assert result.stderr.splitlines() == [
        "ACME_CA_BUNDLE: its value is not UTF-8; accepted is text; rename a file of such a name",
        "WIKI_NAME: its value is not UTF-8; accepted is text; write it in UTF-8",
    ]


def test_a_value_that_holds_a_carriage_return_is_refused(folder: Path) -> None:
    result = run("config", "set", "WIKI_NAME=Ours\r", folder)

    assert result.exit_code == 3
    assert result.stderr == (
        "WIKI_NAME: its value holds a carriage return; accepted is one line of text, up to 50"
        " characters; write it without\n"
    )


def test_a_long_word_that_is_no_key_is_not_repeated(folder: Path) -> None:
    for words in ((folder, "x" * 5000), ("x" * 5000 + "=", folder)):
        result = run("config", "set", *words)

        assert result.exit_code != 0
        assert "x" * 200 not in result.output


# --- completion


def completed(*words: str) -> list[str]:
    *arguments, begun = words
    complete = ShellComplete(main, {}, "deploygen", "_DEPLOYGEN_COMPLETE")
    return [item.value for item in complete.get_completions(list(arguments), begun)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("config", "s"), ["set"]),
        (("config", "get", "TLS"), ["TLS", "TLS_CERT_FILE", "TLS_KEY_FILE"]),
        (("config", "get", "time"), ["TIME_ZONE"]),
        (("config", "set", "TIME"), ["TIME_ZONE"]),
        (("config", "set", "TLS=f"), ["TLS=files"]),
        (("config", "set", "TLS=off", "TI"), ["TIME_ZONE"]),
        (("config", "set", "TLS=off", "wi"), ["wi"]),  # a folder, which the shell knows
        (("init", "--set", "TLS"), ["TLS=", "TLS_CERT_FILE=", "TLS_KEY_FILE="]),
        (("init", "--set", "ACME_STAGING=t"), ["ACME_STAGING=true"]),
        (("config", "set", "NO_SUCH=t"), []),
    ],
)
def test_a_shell_completes(words: tuple[str, ...], expected: list[str]) -> None:
    assert completed(*words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("config set TLS =", ["plain,off", "plain,acme", "plain,files", "plain,proxy"]),
        ("config set TLS = a", ["plain,acme"]),
        ("config set URL = http : //localhost TLS = a", ["plain,acme"]),
        ("config set URL = http : //l", [""]),
        ("config set FILE_STORAGE = local w", ["dir,w"]),
        ("init --set TL", ["plain,TLS=", "plain,TLS_CERT_FILE=", "plain,TLS_KEY_FILE="]),
        ("init --set TLS =", ["plain,off", "plain,acme", "plain,files", "plain,proxy"]),
        ("init --set TLS = p", ["plain,proxy"]),
        ("init --set = TLS = p", ["plain,proxy"]),
        ("init --set TLS = proxy --set ACME_STAGING = t", ["plain,true"]),
    ],
)
def test_bash_completes_what_it_takes_apart(
    words: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMP_WORDS", f"deploygen {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split())))
    monkeypatch.setenv("_DEPLOYGEN_COMPLETE", "bash_complete")

    assert CliRunner().invoke(main, prog_name="deploygen").stdout.splitlines() == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    program = "from deploygen.cli import main; main(prog_name='deploygen')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"_DEPLOYGEN_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "_DEPLOYGEN_COMPLETE=" in done.stdout


def test_completing_loads_no_templates() -> None:
    program = "import sys, deploygen.cli.config; print('jinja2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"


def test_root_reads_and_writes_no_config_of_roots_by_a_link_in_a_folder_of_others(
    folder: Path, of_somebody_else: Path
) -> None:
    (folder / "config.sh").chmod(0o600)
    before = content(folder)
    (of_somebody_else / "config.sh").symlink_to(folder / "config.sh")

    for words in (("render",), ("config", "set", "WIKI_NAME=other"), ("config", "get", "URL")):
        result = run(*words, of_somebody_else)
        assert result.exit_code == 1
        assert "Permission denied" in result.stderr
    with pytest.raises(PermissionError):
        configfile.save(of_somebody_else, "A=1\n", before=before)

    assert content(folder) == before
