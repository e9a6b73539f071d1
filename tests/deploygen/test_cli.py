"""The command as a person meets it: what it says, what it exits with, what it leaves alone."""

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import deploygen
from deploygen.cli import main
from tests.deploygen import fake_docker

SET = ("--yes", "--set", "ADMIN_EMAIL=wiki@example.com")
COMMAND = (sys.executable, "-m", "deploygen")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="deploygen")


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the disk behind at each of a hundred files; no test here crashes the machine."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """A folder that `init` made."""
    assert run("init", tmp_path / "wiki", *SET).exit_code == 0
    return tmp_path / "wiki"


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_init_makes_all_files_and_says_what_to_do_next(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"

    result = run("init", folder, *SET)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"Made {folder}/config.sh, with its secrets; only you can read it."
    assert re.fullmatch(r"\d+ files written\.", lines[1])
    assert lines[2:] == [
        "",
        f"Start it:   cd {folder} && docker compose up -d --wait",
        "The wiki:   http://localhost:8888",
        "Its users:  http://localhost:8888/uc/admin/",
        f"Sign in as  admin with the ADMIN_PASSWORD of {folder}/config.sh",
    ]
    assert (folder / "docker-compose.yml").is_file()
    assert (folder / "config.sh").stat().st_mode & 0o777 == 0o600


def test_init_in_this_folder_needs_no_cd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert "\nStart it:   docker compose up -d --wait\n" in run("init", *SET).stdout


def test_what_to_do_next_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "my wiki"

    assert f"\nStart it:   cd '{folder}' && docker compose up" in run("init", folder, *SET).stdout


def test_no_secret_is_shown(wiki: Path) -> None:
    config = (wiki / "config.sh").read_text()
    password = re.search(r"(?m)^ADMIN_PASSWORD=(.+)$", config)
    assert password is not None

    for verb in ("init", "render", "check"):
        assert password.group(1) not in run(verb, wiki).output


def test_init_again_keeps_everything(wiki: Path) -> None:
    before = snapshot(wiki)

    result = run("init", wiki, "--yes")

    assert re.match(r"All \d+ files are as config\.sh has them; nothing written\.\n", result.stdout)
    assert snapshot(wiki) == before


def test_init_again_takes_new_values_and_keeps_secrets(wiki: Path) -> None:
    before = (wiki / "config.sh").read_text()

    result = run("init", wiki, "--yes", "--set", "URL=http://localhost:9999")

    assert result.exit_code == 0
    assert (wiki / "config.sh").read_text() == before.replace(":8888\n", ":9999\n")
    assert 'URL="http://localhost:9999"' in (wiki / "env" / "outline.env").read_text()


def test_render_makes_a_change_of_config_sh_take_effect(wiki: Path) -> None:
    config = wiki / "config.sh"
    config.write_text(config.read_text().replace(":8888\n", ":9999\n"))

    result = run("render", wiki)

    assert re.fullmatch(r"\d+ files written, \d+ unchanged\.\n", result.stdout)
    assert "127.0.0.1:9999:9999" in (wiki / "docker-compose.yml").read_text()


def test_render_says_what_it_removed(wiki: Path) -> None:
    config = wiki / "config.sh"
    config.write_text(config.read_text().replace("=minio\n", "=local\n"))

    result = run("render", wiki)

    assert result.stdout.endswith(" no longer needed and removed.\n")
    assert not (wiki / "minio").exists()


def test_render_without_a_config_says_how_to_make_one(tmp_path: Path) -> None:
    result = run("render", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == (
        f"deploygen: there is no {tmp_path}/config.sh; `deploygen init {tmp_path}` makes it\n"
    )


def test_a_file_edited_by_hand_has_its_exit_code_and_overwrite_its_way(wiki: Path) -> None:
    compose = wiki / "docker-compose.yml"
    written = compose.read_bytes()
    compose.write_bytes(written + b"# mine\n")

    kept = run("render", wiki)
    assert kept.exit_code == 4
    assert "  docker-compose.yml\n" in kept.stderr
    assert compose.read_bytes() == written + b"# mine\n"

    assert run("render", wiki, "--overwrite").exit_code == 0
    assert compose.read_bytes() == written


def test_check_says_that_all_is_right(wiki: Path) -> None:
    result = run("check", wiki)

    assert (result.exit_code, result.stdout) == (0, f"{wiki}/config.sh is right.\n")


@pytest.mark.parametrize("verb", ["check", "render", "init"])
def test_a_wrong_config_has_its_exit_code_and_nothing_is_written(wiki: Path, verb: str) -> None:
    config = wiki / "config.sh"
    config.write_text(config.read_text().replace("TLS=off", "TLS=of").replace("=minio", "=$x"))
    before = snapshot(wiki)

    result = run(verb, wiki)

    assert result.exit_code == 3
    problems = result.stderr.splitlines()
    assert [re.sub(r":\d+:", ":", line).split(": ")[:2] for line in problems] == [
        ["config.sh", "TLS"],
        ["config.sh", "FILE_STORAGE"],
    ]
    assert snapshot(wiki) == before


def test_check_writes_nothing_where_secrets_are_missing(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_text("ADMIN_EMAIL=wiki@example.com\n")

    assert run("check", tmp_path).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["config.sh"]


def test_init_without_what_it_needs_writes_nothing(tmp_path: Path) -> None:
    result = run("init", tmp_path / "wiki", "--yes")

    assert result.exit_code == 3
    assert "ADMIN_EMAIL: it has no value" in result.stderr
    assert not (tmp_path / "wiki").exists()


@pytest.mark.parametrize(
    ("assignment", "exit_code", "said"),
    [
        ("ZZZ=1", 3, "--set: ZZZ: there is no such key; correct the --set option"),
        ("=1", 3, "--set: : there is no such key; correct the --set option"),
        ("http_port=80", 3, "--set: http_port: there is no such key; did you mean HTTP_PORT?; "),
        ("URL", 2, "Invalid value for --set: 'URL' is not KEY=VALUE"),
        ("URL=ftp://example.com", 3, "URL: 'ftp://example.com' is not right"),
    ],
)
def test_a_wrong_set_option_is_explained(
    tmp_path: Path, assignment: str, exit_code: int, said: str
) -> None:
    result = run("init", tmp_path / "wiki", *SET, "--set", assignment)

    assert result.exit_code == exit_code
    assert said in result.stderr
    assert not (tmp_path / "wiki").exists()


def test_a_variable_that_is_passed_on_may_be_set_too(tmp_path: Path) -> None:
    values = {
        "URL": "https://wiki.example.com",
        "TLS": "acme",
        "ACME_DNS": "dns_dp",
        "ACME_ENV_DP_Id": "1",
        "ACME_ENV_DP_Key": "not-a-key",
    }
    options = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]

    done = run("init", tmp_path, *SET, *options)

    assert done.exit_code == 0, done.output
    assert 'DP_Key="not-a-key"' in (tmp_path / "env" / "acme.env").read_text()


def test_a_value_that_is_set_may_hold_anything_printable(tmp_path: Path) -> None:
    nasty = "'\"$\\ #%@:/?中="

    run("init", tmp_path, *SET, "--set", f"WIKI_NAME={nasty}")

    script = 'source "$1"; printf %s "$WIKI_NAME"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", tmp_path / "config.sh"], capture_output=True, check=True
    )
    assert done.stdout.decode() == nasty


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = run("init", tmp_path / "file", *SET)

    assert result.exit_code == 2
    assert f"Directory '{tmp_path}/file' is a file." in result.stderr


def test_a_folder_below_a_file_is_refused_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = run("init", tmp_path / "file" / "wiki", *SET)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"deploygen: {tmp_path}/file")
    assert result.stderr.count("\n") == 1


def test_a_folder_that_can_not_be_written_is_refused_without_a_traceback() -> None:
    # Not even root can make a folder there.
    result = run("init", "/sys/wiki", *SET)

    assert result.exit_code == 1
    assert result.stderr.startswith("deploygen: /sys/wiki: ")
    assert result.stderr.count("\n") == 1


def test_a_full_disk_is_told_without_a_traceback_and_mended_by_another_run(tmp_path: Path) -> None:
    command = shlex.join([*COMMAND, "init", f"{tmp_path}/wiki", *SET])
    script = f"ulimit -f 4; exec {command}"

    full = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert full.returncode == 5
    assert full.stderr == "deploygen: File too large: make room and run this again\n"
    assert not (tmp_path / "wiki" / "docker-compose.yml").exists()
    assert run("init", tmp_path / "wiki", *SET).exit_code == 0


def test_a_config_that_is_a_folder_is_refused_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "config.sh").mkdir()

    result = run("render", tmp_path)

    assert (result.exit_code, result.stderr) == (
        1,
        f"deploygen: {tmp_path}/config.sh can't be read: Is a directory\n",
    )


def test_a_config_that_is_not_utf_8_is_refused_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_bytes(b"WIKI_NAME=caf\xe9\n")

    result = run("render", tmp_path)

    assert (result.exit_code, result.stderr) == (
        1,
        f"deploygen: {tmp_path}/config.sh is not UTF-8 (byte 13); save it as UTF-8\n",
    )


ON_A_NETWORK = ("--set", "NETWORK=web", "--set", "URL=http://wiki.example.com")


@pytest.fixture
def wiki_on_a_network(tmp_path: Path) -> Path:
    assert run("init", tmp_path / "wiki", *SET, *ON_A_NETWORK).exit_code == 0
    return tmp_path / "wiki"


def line_of(key: str, folder: Path) -> int:
    lines = (folder / "config.sh").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(f"{key}="))


def test_check_looks_for_the_network(
    wiki_on_a_network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, out="bridge\nhost\nnone\nweb\n")

    result = run("check", wiki_on_a_network)

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("there", "accepted"),
    [
        ("bridge\nhost\nnone\n", ""),
        ("bridge\nhost\nnone\nproxy\napps\n", "accepted here is apps or proxy; "),
    ],
)
def test_check_says_how_a_network_that_is_missing_is_made(
    wiki_on_a_network: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: str,
    accepted: str,
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, out=there)

    result = run("check", wiki_on_a_network)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"config.sh:{line_of('NETWORK', wiki_on_a_network)}: NETWORK: there is no Docker network"
        f" 'web' on this machine; {accepted}make it: `docker network create web`\n"
    )


def test_check_warns_where_it_could_not_look_for_the_network(
    wiki_on_a_network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, err="permission denied\n", code=1)

    result = run("check", wiki_on_a_network)

    assert result.exit_code == 0
    assert result.stderr == (
        f"config.sh:{line_of('NETWORK', wiki_on_a_network)}: NETWORK: warning: whether there is a"
        " network 'web' could not be seen: permission denied\n"
    )


def test_check_asks_no_docker_where_no_network_is_named(
    wiki: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = fake_docker.answers(tmp_path, monkeypatch)
    docker.write_text(f"#!/bin/sh\n: > {tmp_path}/was-asked\n")

    assert run("check", wiki).stderr == ""
    assert not (tmp_path / "was-asked").exists()


@pytest.mark.parametrize("verb", ["init", "render", "check"])
def test_a_warning_is_told_beside_the_result_and_changes_no_exit_code(
    tmp_path: Path, verb: str
) -> None:
    options = ("URL=https://wiki.example.com", "TLS=acme", "ACME_STAGING=true")
    folder = tmp_path / "wiki"
    made = run("init", folder, *SET, *(part for item in options for part in ("--set", item)))
    assert made.exit_code == 0

    result = run(verb, folder)

    assert result.exit_code == 0
    assert result.stderr == (
        f"config.sh:{line_of('ACME_STAGING', folder)}: ACME_STAGING: warning: browsers don't trust"
        " certificates of the staging: set it to false once they arrive\n"
    )
    assert ": warning: " not in result.stdout


def test_the_version_is_shown() -> None:
    assert run("--version").stdout == f"deploygen, version {deploygen.__version__}\n"


@pytest.mark.parametrize("verb", [None, *main.commands])
def test_every_help_has_an_example(verb: str | None) -> None:
    result = run(*([verb] if verb else []), "--help")

    assert result.exit_code == 0
    assert re.search(r"Examples?:\n\s+deploygen ", result.stdout)


def test_help_names_every_exit_code() -> None:
    (codes,) = re.findall(r"Exit codes: .+\n.+\.", run("--help").stdout)

    assert re.findall(r"\b\d\b", codes) == ["0", "1", "2", "3", "4", "5"]


def test_an_option_that_does_not_exist_is_a_wrong_option() -> None:
    assert run("render", "--no-such-option").exit_code == 2


def test_there_is_no_colour_where_no_terminal_is(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, "render", tmp_path], capture_output=True, check=False)

    assert done.returncode == 1
    assert b"\x1b" not in done.stdout + done.stderr


def test_on_a_terminal_init_asks_for_what_can_not_be_guessed(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        [*COMMAND, "init", tmp_path / "wiki"], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, b"http://localhost:9999\nwiki@example.com\n")
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        # The kernel answers with EIO once the other side is closed.
        while (part := _read(terminal.fileno())) is not None:
            shown += part
    assert command.wait(timeout=20) == 0

    assert b"Address of the wiki [http://localhost:8888]: " in shown
    assert b"E-mail address of the admin: " in shown
    assert b"The wiki:   http://localhost:9999" in shown


def _read(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, 4096) or None
    except OSError:
        return None
