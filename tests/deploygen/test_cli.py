"""The command as a person meets it: what it says, what it exits with, what it leaves alone."""

import errno
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import deploygen
from deploygen import folder as deployment
from deploygen.cli import main
from deploygen.engine import EngineError
from deploygen.errors import UserError
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


def test_a_folder_that_docker_can_not_mount_from_is_refused(tmp_path: Path) -> None:
    result = run("init", tmp_path / "a:b" / "wiki", *SET)

    assert result.exit_code == 1
    assert result.stderr == (
        f"deploygen: {tmp_path}/a:b/wiki: Docker mounts nothing from a path with a colon in it; "
        "rename that folder, or make the deployment elsewhere\n"
    )
    assert not (tmp_path / "a:b").exists()


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
    assert result.stderr.endswith("; pass --set ADMIN_EMAIL=…\n")
    assert not (tmp_path / "wiki").exists()


@pytest.mark.parametrize(
    ("assignment", "exit_code", "said"),
    [
        ("ZZZ=1", 3, "--set ZZZ: there is no such key; config.sh.example lists"),
        ("=1", 3, "--set : there is no such key; config.sh.example lists"),
        ("http_port=80", 3, "--set http_port: there is no such key; did you mean HTTP_PORT?; "),
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


@pytest.mark.parametrize("value", ["", "8888"])
def test_a_key_may_be_set_by_its_old_name(tmp_path: Path, value: str) -> None:
    assert run("init", tmp_path, *SET, "--set", f"HTTP_PORT_IP={value}").exit_code == 0
    assert f"\nHTTP_PORT={value}\n" in (tmp_path / "config.sh").read_text()


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


def test_a_folder_that_is_a_link_to_nothing_is_explained(tmp_path: Path) -> None:
    (tmp_path / "wiki").symlink_to("nowhere")

    result = run("init", tmp_path / "wiki", *SET)

    assert (result.exit_code, result.stderr) == (
        1,
        f"deploygen: {tmp_path}/wiki: File exists; {tmp_path}/wiki is a link to nowhere, which is"
        " not there: make that, or remove the link\n",
    )


@pytest.mark.parametrize("verb", ["check", "render"])
def test_what_is_in_the_place_of_the_folder_of_generated_files_is_explained(
    wiki: Path, verb: str
) -> None:
    shutil.rmtree(wiki / ".deploygen")
    (wiki / ".deploygen").touch()

    result = run(verb, wiki)

    assert (result.exit_code, result.stderr) == (
        1,
        f"deploygen: {wiki}/.deploygen/current: Not a directory; {wiki}/.deploygen is no folder:"
        " move it elsewhere and run this again\n",
    )


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_a_config_that_is_no_file_is_refused_and_not_waited_for(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "config.sh")

    result = run("render", tmp_path)

    assert (result.exit_code, result.stderr) == (
        1,
        f"deploygen: {tmp_path}/config.sh is no regular file: move it elsewhere\n",
    )


def test_a_file_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    result = run("init", tmp_path, *SET, "--from", "/dev/zero")

    assert (result.exit_code, result.stderr) == (
        1,
        "deploygen: /dev/zero is larger than 1 MiB, as no config.sh is\n",
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


def test_a_network_under_the_seeds_name_is_missed_on_its_own_line(
    wiki_on_a_network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, out="bridge\n")
    config = wiki_on_a_network / "config.sh"
    text = config.read_text()
    config.write_text(text.replace("\nNETWORK=web\n", "\nNETWORKS=web\nNETWORKS_EXTERNAL=true\n"))

    result = run("check", wiki_on_a_network)

    assert f"config.sh:{line_of('NETWORKS', wiki_on_a_network)}: NETWORK: there" in result.stderr


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


def test_check_warns_of_another_deployment_of_the_same_name_that_was_started(
    wiki: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    places = [str(wiki), str(other), str(tmp_path / "gone")]
    monkeypatch.setattr(deployment, "places_of", lambda name: places if name == "wiki" else [])

    assert run("check", wiki).stderr == ""  # what has no config.sh any more was moved from there
    (other / "config.sh").touch()
    result = run("check", wiki)

    assert result.exit_code == 0
    assert result.stderr == (
        f"config.sh:{line_of('COMPOSE_PROJECT_NAME', wiki)}: COMPOSE_PROJECT_NAME: warning: the"
        f" deployment in {other} has the same name, and so the same containers and volumes: give"
        " this one another, unless it takes the place of that one\n"
    )


@pytest.mark.parametrize("verb", ["check", "init"])
def test_a_folder_that_this_user_can_not_look_into_is_another_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    wiki, other = tmp_path / "wiki", tmp_path / "home" / "wiki"
    if verb == "check":
        assert run("init", wiki, *SET).exit_code == 0
    stat = Path.stat

    def refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.is_relative_to(other):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refuse)
    monkeypatch.setattr(deployment, "places_of", lambda _name: [str(other)])

    result = run(verb, wiki, *(SET if verb == "init" else ()))

    assert result.exit_code == 0
    assert f"warning: the deployment in {other} has the same name" in result.stderr


def test_init_says_where_it_could_not_look_for_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> None:
        raise EngineError("permission denied")

    monkeypatch.setattr(deployment, "places_of", refuse)

    told = run("init", tmp_path / "wiki", *SET).stderr

    assert told == (
        f"config.sh:{line_of('COMPOSE_PROJECT_NAME', tmp_path / 'wiki')}: COMPOSE_PROJECT_NAME:"
        " warning: whether another deployment on this machine is called wiki could not be seen, and"
        " two of one name would share containers and data: permission denied\n"
    )
    for verb in ("check", "render"):
        assert run(verb, tmp_path / "wiki").stderr == ""


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


def options(**values: str) -> list[str]:
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def in_front(output: str) -> str:
    (line,) = re.findall(r"(?m)^In front:   (.+)$", output)
    return str(line)


@pytest.mark.parametrize("proxy", ["nginx", "caddy", "apache", "haproxy"])
def test_init_says_where_what_it_made_for_the_web_server_goes(tmp_path: Path, proxy: str) -> None:
    https = options(URL="https://wiki.example.com", TLS="proxy", OUTER_PROXY=proxy)

    said = in_front(run("init", tmp_path / "wiki", *SET, *https).stdout)

    match = re.fullmatch(r"(outer-proxy/\S+) goes to (/etc/\S+); its first lines say how", said)
    assert match, said
    assert match.group(2) in (tmp_path / "wiki" / match.group(1)).read_text()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "have your web server pass https://wiki.example.com on to http://127.0.0.1:8888"),
        (
            {"HTTP_PORT": "9000"},
            "have your web server pass https://wiki.example.com on to http://127.0.0.1:9000",
        ),
        (
            {"NETWORK": "web"},
            (
                "have your web server pass https://wiki.example.com on to"
                " http://wiki-gateway:8080 on the network web"
            ),
        ),
        (
            {"OUTER_PROXY": "nginx", "NETWORK": "web"},
            (
                "outer-proxy/nginx.conf goes to /etc/nginx/conf.d of nginx's container; its first"
                " lines say how"
            ),
        ),
        (
            {"OUTER_PROXY": "nginx-proxy", "NETWORK": "web"},
            (
                "outer-proxy/vhost.conf goes to /etc/nginx/vhost.d/wiki.example.com of"
                " nginx-proxy's container; its first lines say how"
            ),
        ),
        (
            {"OUTER_PROXY": "traefik", "NETWORK": "web"},
            "nothing to copy: Traefik reads the gateway's labels on the network web",
        ),
        (
            {"OUTER_PROXY": "nginx-proxy-manager"},
            "outer-proxy/nginx-proxy-manager.md says what to enter there",
        ),
    ],
)
def test_init_says_what_the_web_server_in_front_needs(
    tmp_path: Path, values: dict[str, str], said: str
) -> None:
    https = options(URL="https://wiki.example.com", TLS="proxy", **values)

    assert in_front(run("init", tmp_path / "wiki", *SET, *https).stdout) == said


def test_init_says_what_another_provider_has_to_know(tmp_path: Path) -> None:
    values = options(
        URL="http://192.0.2.1",
        OIDC_ISSUER_URL="https://id.example.com",
        OIDC_CLIENT_ID="wiki",
        OIDC_CLIENT_SECRET="not-a-secret",
    )

    result = run("init", tmp_path / "wiki", "--yes", *values)

    assert result.stdout.splitlines()[-2:] == [
        "Its users:  those of https://id.example.com",
        "It needs    http://192.0.2.1/auth/oidc.callback as redirect URI there",
    ]


def test_a_value_that_was_set_is_told_by_its_option_and_others_by_their_key(tmp_path: Path) -> None:
    result = run("init", tmp_path / "wiki", "--yes", "--set", "URL=ftp://example.com")

    assert result.exit_code == 3
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        "--set URL",
        "ADMIN_EMAIL",
    ]


def test_a_value_set_in_a_folder_that_is_there_is_told_by_its_option(wiki: Path) -> None:
    result = run("init", wiki, "--yes", "--set", "HTTP_PORT=http")

    assert result.stderr.startswith("--set HTTP_PORT: 'http' is not right: ")


def test_a_path_is_told_as_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cert.pem").touch()
    files = options(URL="https://wiki.example.com", TLS="files", TLS_CERT_FILE="cert.pem")

    result = run("init", "wiki", *SET, *files)

    assert result.stderr.splitlines()[-1].startswith(
        "--set TLS_CERT_FILE: 'cert.pem' is not right: there is no such file"
        f" ({tmp_path}/wiki/cert.pem: paths begin at config.sh's folder); accepted is the path of"
    )


def test_a_configuration_of_the_seed_is_taken_over_into_a_new_folder(tmp_path: Path) -> None:
    (tmp_path / "seed.sh").write_text("URL=http://192.0.2.1\nPOSTGRES_VERSION=15\n")

    result = run("init", tmp_path / "wiki", *SET, "--from", tmp_path / "seed.sh")

    assert result.exit_code == 0, result.output
    assert "\nURL=http://192.0.2.1\n" in (tmp_path / "wiki" / "config.sh").read_text()
    assert "POSTGRES_VERSION" in result.stderr


def test_a_configuration_of_the_seed_that_can_not_be_read_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "seed.sh").write_text("URL=http://192.0.2.1\nOUTLINE_SECRET_KEY=$(cat key)\n")

    result = run("init", tmp_path / "wiki", *SET, "--from", tmp_path / "seed.sh")

    assert result.exit_code == 3
    assert result.stderr.startswith(f"{tmp_path}/seed.sh:2: OUTLINE_SECRET_KEY: a $ is expanded")
    assert not (tmp_path / "wiki").exists()


def test_a_config_of_our_own_is_not_taken_over(wiki: Path, tmp_path: Path) -> None:
    result = run("init", tmp_path / "second", "--yes", "--from", wiki / "config.sh")

    assert result.exit_code == 1
    assert "is a config.sh of deploygen's own" in result.stderr
    assert not (tmp_path / "second").exists()


def test_nothing_is_taken_over_into_a_folder_with_a_config(wiki: Path) -> None:
    before = snapshot(wiki)

    result = run("init", wiki, "--yes", "--from", wiki / "config.sh")

    assert (result.exit_code, snapshot(wiki)) == (1, before)
    assert "is there already; --from is for a new folder" in result.stderr


# --- What differs


def test_check_finds_nothing_after_a_run(wiki: Path) -> None:
    result = run("render", wiki, "--check")

    assert (result.exit_code, result.output) == (0, "Every file is as config.sh has it.\n")


def test_check_lists_what_differs_and_writes_nothing(wiki: Path) -> None:
    config = wiki / "config.sh"
    config.write_text(config.read_text().replace(":8888\n", ":9999\n"))
    before = snapshot(wiki)

    result = run("render", wiki, "--check")

    assert result.exit_code == 1
    assert "outdated  docker-compose.yml" in result.stdout.splitlines()
    assert snapshot(wiki) == before


def test_check_ends_otherwise_where_nothing_could_be_compared(tmp_path: Path) -> None:
    assert run("render", "--check", tmp_path).exit_code == 2


def test_diff_does_not_wait_for_a_pipe(wiki: Path) -> None:
    (wiki / "docker-compose.yml").unlink()
    os.mkfifo(wiki / "docker-compose.yml")

    result = run("render", "--diff", wiki)

    assert (result.exit_code, result.stdout) == (1, "in the way  docker-compose.yml\n")


def test_a_config_that_its_owner_made_read_only_is_set_and_stays_so(wiki: Path) -> None:
    (wiki / "config.sh").chmod(0o400)

    assert run("config", "set", "TIME_ZONE=Asia/Shanghai", wiki).exit_code == 0
    assert run("render", wiki).exit_code == 0
    assert run("render", "--check", wiki).exit_code == 0
    assert (wiki / "config.sh").stat().st_mode & 0o777 == 0o400


def test_diff_shows_what_differs(wiki: Path) -> None:
    config = wiki / "config.sh"
    config.write_text(config.read_text().replace(":8888\n", ":9999\n"))

    result = run("render", wiki, "--diff")

    assert result.exit_code == 1
    assert '+URL="http://localhost:9999"' in result.stdout


def test_what_differs_in_json(wiki: Path) -> None:
    (wiki / "env" / "outline.env").unlink()

    plain = json.loads(run("render", wiki, "--check", "--json").stdout)
    shown = json.loads(run("render", wiki, "--diff", "--json").stdout)

    assert plain == {
        "same": False,
        "differences": [{"path": "env/outline.env", "kind": "missing"}],
    }
    assert set(shown["differences"][0]) == {"path", "kind", "diff"}


@pytest.mark.parametrize("words", [("--json",), ("--check", "--overwrite")])
def test_what_does_not_go_together_is_a_wrong_option(wiki: Path, words: tuple[str, ...]) -> None:
    assert run("render", wiki, *words).exit_code == 2


# --- check --json


def test_check_in_json_tells_what_is_wrong(wiki: Path) -> None:
    config = wiki / "config.sh"
    config.write_text(config.read_text().replace("TLS=off", "TLS=of"))

    result = run("check", wiki, "--json")

    assert (result.exit_code, result.stderr) == (3, "")
    told = json.loads(result.stdout)
    (problem,) = told["problems"]
    assert (told["file"], told["valid"], told["warnings"]) == (str(config), False, [])
    assert problem == {
        "line": line_of("TLS", wiki),
        "key": "TLS",
        "wrong": "'of' is not right: it is none of the choices",
        "accepted": "accepted is off or acme or files or proxy",
        "remedy": "set TLS in config.sh",
        "message": f"{problem['wrong']}; {problem['accepted']}; {problem['remedy']}",
    }


def test_check_in_json_tells_what_is_warned_of(tmp_path: Path) -> None:
    values = options(URL="https://wiki.example.com", TLS="acme", ACME_STAGING="true")
    assert run("init", tmp_path, *SET, *values).exit_code == 0

    told = json.loads(run("check", tmp_path, "--json").stdout)

    (warning,) = told["warnings"]
    assert (told["valid"], warning["key"]) == (True, "ACME_STAGING")
    assert warning["line"] == line_of("ACME_STAGING", tmp_path)


def test_the_version_is_shown() -> None:
    assert run("--version").stdout == f"deploygen, version {deploygen.__version__}\n"


VERBS = ["", "init", "render", "check", "demo"]
VERBS += ["config", "config list", "config get", "config set"]


def test_every_verb_is_tested_for_its_help() -> None:
    context = click.Context(main)

    assert {verb for verb in VERBS if verb and " " not in verb} == set(main.list_commands(context))


@pytest.mark.parametrize("verb", VERBS)
def test_every_help_has_an_example(verb: str) -> None:
    result = run(*verb.split(), "--help")

    assert result.exit_code == 0
    assert re.search(r"Examples?:\n\s+deploygen ", result.stdout)


def test_help_names_every_exit_code() -> None:
    errors = {0, 2, UserError.exit_code}
    errors |= {error.exit_code for error in UserError.__subclasses__()}
    (codes,) = re.findall(r"Exit codes: .+\n.+\.", run("--help").stdout)

    assert {int(code) for code in re.findall(r"\b\d\b", codes)} == errors


def test_an_option_that_does_not_exist_is_a_wrong_option() -> None:
    assert run("render", "--no-such-option").exit_code == 2


def test_there_is_no_colour_where_no_terminal_is(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, "render", tmp_path], capture_output=True, check=False)

    assert done.returncode == 1
    assert b"\x1b" not in done.stdout + done.stderr


def on_a_terminal(*words: str | Path, answers: str) -> tuple[int, str]:
    """Run the command with a terminal, on which ``answers`` are typed, and return what it shows."""
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        [*COMMAND, *(str(word) for word in words)], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        # The kernel answers with EIO once the other side is closed.
        while (part := _read(terminal.fileno())) is not None:
            shown += part
    return command.wait(timeout=20), shown.decode().replace("\r\n", "\n")


def test_on_a_terminal_init_asks_for_what_can_not_be_guessed(tmp_path: Path) -> None:
    code, shown = on_a_terminal(
        "init", tmp_path / "wiki", answers="http://localhost:9999\nwiki@example.com\n"
    )

    assert code == 0
    assert "Address of the wiki [http://localhost:8888]: " in shown
    assert "E-mail address of the admin: " in shown
    assert "The wiki:   http://localhost:9999" in shown


def test_on_a_terminal_no_answer_is_lost_when_one_does_not_fit_the_others(tmp_path: Path) -> None:
    answers = "https://wiki.example.com\nwiki@example.com\nproxy\nnginx-proxy\nweb\n"

    code, shown = on_a_terminal("init", tmp_path / "wiki", answers=answers)

    assert code == 0
    assert "NETWORK: nginx-proxy finds the gateway on a Docker network, and none is named" in shown
    assert "NETWORK (or KEY=VALUE of another key): " in shown
    config = (tmp_path / "wiki" / "config.sh").read_text()
    for line in ("URL=https://wiki.example.com", "OUTER_PROXY=nginx-proxy", "NETWORK=web"):
        assert f"\n{line}\n" in config


def test_on_a_terminal_answers_that_could_not_be_written_can_be_given_again(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {}\n")

    code, shown = on_a_terminal("init", tmp_path, answers="\nwiki@example.com\n")

    assert code == 4
    assert "To give your answers again:  --set ADMIN_EMAIL=wiki@example.com\n" in shown


def test_on_a_terminal_an_edit_made_while_init_asks_is_kept(tmp_path: Path) -> None:
    (tmp_path / "config.sh").write_text("# none\n")
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        [*COMMAND, "init", tmp_path], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while b"Address of the wiki" not in shown:
        shown += os.read(ours, 4096)
    (tmp_path / "config.sh").write_text("# a note\n")
    os.write(ours, b"\nwiki@example.com\n")
    while (part := _read(ours)) is not None:
        shown += part
    os.close(ours)

    assert command.wait(timeout=20) == 1
    assert b"config.sh was changed meanwhile" in shown
    assert b"--set ADMIN_EMAIL=wiki@example.com" in shown
    assert (tmp_path / "config.sh").read_text() == "# a note\n"


def test_on_a_terminal_a_secret_is_asked_for_without_showing_it(wiki: Path) -> None:
    # What is typed before the question is echoed by the terminal itself: so wait for it.
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        [*COMMAND, "config", "set", "REDIS_PASSWORD", wiki],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while b"REDIS_PASSWORD: " not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, b"hunter2\n")
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while (part := _read(terminal.fileno())) is not None:
            shown += part

    assert command.wait(timeout=20) == 0
    assert b"hunter2" not in shown
    assert "\nREDIS_PASSWORD=hunter2\n" in (wiki / "config.sh").read_text()


def _read(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, 4096) or None
    except OSError:
        return None
