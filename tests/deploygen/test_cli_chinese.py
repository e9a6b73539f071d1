"""The command as a person meets it whose LANG is Chinese: other words, the same files and codes."""
# ruff: noqa: RUF001 - what is compared is Chinese

import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from deploygen import config, reference, shellconf
from deploygen.cli import main
from tests.deploygen.test_cli import COMMAND, SET, on_a_terminal

WIDE = {"F", "W"}
ENGLISH = re.compile(r"(?<![\w/-])[a-z]{2,}(?: [a-z]{2,}){2,}")


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak Chinese as a person's shell has it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


def run(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def in_english(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return run(*words, LANGUAGE="C")


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in line)


def verbs(command: click.Command, *path: str) -> list[tuple[str, ...]]:
    below: Mapping[str, click.Command] = {}
    if isinstance(command, click.Group):
        context = click.Context(command)
        found = {
            name: command.get_command(context, name) for name in command.list_commands(context)
        }
        below = {name: item for name, item in found.items() if item}
    return [path, *(verb for name, item in below.items() for verb in verbs(item, *path, name))]


@pytest.mark.parametrize("verb", verbs(main), ids=" ".join)
def test_help_is_in_chinese_and_fits_a_terminal(verb: tuple[str, ...]) -> None:
    chinese, english = run(*verb, "--help"), in_english(*verb, "--help")

    assert chinese.returncode == 0
    assert "\n选项:\n" in chinese.stdout
    usage, *lines = chinese.stdout.splitlines()
    assert usage.startswith("用法: ")
    assert max(map(width, lines)) <= 80
    assert not [line for line in lines if re.match(r"\s*[，。；：！？、）]", line)]
    assert not [line for line in lines if ENGLISH.search(line) and not line.startswith("    ")]
    for line in english.stdout.splitlines():
        if option := re.match(r"  +(-\S+, )?--[a-z-]+( [A-Z=]+)?|    deploygen( \S+)*", line):
            assert option[0] in chinese.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--no-such-option",), "错误：没有选项 '--no-such-option'"),
        (("no-such-verb",), "错误：没有命令 'no-such-verb'"),
        (("config", "get"), "错误：缺少参数 'KEY'"),
        (("config", "set"), "错误：缺少参数 'KEY=VALUE... [DIR]'"),
        (("render", "--json"), "错误：--json 要与 --check 或 --diff 一起使用。"),
        (("demo", "--port", "0"), "错误：'--port' 的值无效：0 不在 1<=x<=65535 的范围内"),
        (("init", "--set", "URL"), "错误：--set 的值无效：'URL' 不是 KEY=VALUE"),
    ],
)  # fmt: skip
def test_wrong_options_are_told_in_chinese(words: tuple[str, ...], told: str) -> None:
    result = run(*words)

    assert result.returncode == 2
    assert result.stderr.startswith("用法: ")
    assert told in result.stderr


def test_a_wrong_value_is_told_in_chinese_at_the_same_place(tmp_path: Path) -> None:
    result = run("init", tmp_path / "wiki", *SET, "--set", "TLS=of")

    assert result.returncode == 3
    assert result.stderr == (
        "--set TLS: 'of' 不正确：不是可选的值；可接受的值：off、acme、files 或 proxy；"
        "用 --set TLS=… 传入\n"
    )
    assert not (tmp_path / "wiki").exists()


def test_every_verb_answers_in_chinese(tmp_path: Path) -> None:
    wiki = tmp_path / "wiki"

    made = run("init", wiki, *SET)
    assert made.stdout.splitlines()[0] == (
        f"已生成 {wiki}/config.sh，其中含有密钥；只有当前用户可以读取。"
    )
    assert re.search(r"(?m)^写入 \d+ 个文件。$", made.stdout)
    assert f"\n启动：    cd {wiki} && docker compose up -d --wait\n" in made.stdout
    assert run("check", wiki).stdout == f"{wiki}/config.sh 没有问题。\n"
    assert run("render", wiki, "--check").stdout == "所有文件都与 config.sh 一致。\n"
    assert "与 config.sh 一致；未写入任何内容。\n" in run("render", wiki).stdout
    assert run("config", "set", "TIME_ZONE=Asia/Shanghai", wiki).stdout.startswith("已写入 ")
    differs = run("render", wiki, "--check")
    assert (differs.returncode, differs.stdout.split()[0]) == (1, "outdated")
    assert "deploygen: " in run("render", tmp_path).stderr


def test_questions_are_asked_in_chinese(tmp_path: Path) -> None:
    answers = "https://wiki.example.com\nwiki@example.com\nprosy\nproxy\nnginx-proxy\nweb\n"

    code, shown = on_a_terminal("init", tmp_path / "wiki", answers=answers)

    assert code == 0
    for line in (
        "知识库的地址 [http://localhost:8888]: ",
        "管理员的电子邮件地址: ",
        "由谁终结 TLS？",
        "错误：'prosy' 不在可选值之中：'acme', 'files', 'proxy'。",
        "哪种 Web 服务器？",
        "NETWORK（或另一个配置项的 KEY=VALUE）: ",
    ):
        assert line in shown


def test_json_has_the_same_keys_and_values_in_each_language(tmp_path: Path) -> None:
    wiki = tmp_path / "wiki"
    assert run("init", wiki, *SET).returncode == 0
    file = wiki / "config.sh"
    for change in ("TIME_ZONE=Asia/Shanghai\n", "TLS=of\nNO_SUCH_KEY=1\n"):
        for words in (
            ("config", "list", "--json"),
            ("render", "--check", "--json"),
            ("check", "--json"),
        ):
            ours, theirs = run(*words, wiki), in_english(*words, wiki)
            assert ours.returncode == theirs.returncode
            if theirs.stdout:
                assert without_messages(ours.stdout) == without_messages(theirs.stdout)
        file.write_text(file.read_text() + change)


def without_messages(text: str) -> object:
    told = json.loads(text)
    if isinstance(told, dict):
        for item in [*told.get("problems", ()), *told.get("warnings", ())]:
            for name in {"wrong", "accepted", "remedy", "message"} & set(item):
                assert item[name] is not None
                item[name] = ""
    return told


def test_a_config_sh_in_chinese_makes_the_same_files(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours" / "wiki", tmp_path / "theirs" / "wiki"
    assert in_english("init", theirs, *SET).returncode == 0
    english = (theirs / "config.sh").read_text()
    values = {item.key: item.value for item in shellconf.values(shellconf.parse(english))}
    ours.mkdir(parents=True)
    text = reference.example("zh")
    for key, value in values.items():
        text = shellconf.assign(text, key, value)
    (ours / "config.sh").write_text(text)

    assert run("render", ours).returncode == 0

    assert config.load(text) == config.load(english)
    assert files(ours) == files(theirs)


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a deployment's folder, but for its config.sh."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != ".deploygen"
    }
    del found["config.sh"]
    return found


def test_a_new_config_sh_has_the_comments_of_the_language(tmp_path: Path) -> None:
    assert run("init", tmp_path / "wiki", *SET).returncode == 0

    text = (tmp_path / "wiki" / "config.sh").read_text()
    comments = [line for line in text.splitlines() if line.startswith("#")]
    expected = reference.example("zh").splitlines()
    assert comments == [line for line in expected if line.startswith("#")]


def test_a_key_that_was_missing_is_written_with_its_comment_in_the_language(tmp_path: Path) -> None:
    wiki = tmp_path / "wiki"
    assert in_english("init", wiki, *SET).returncode == 0
    file = wiki / "config.sh"
    file.write_text(re.sub(r"(?m)^(# .*\n)?TIME_ZONE=.*\n", "", file.read_text()))

    assert run("config", "set", "TIME_ZONE=Asia/Shanghai", wiki).returncode == 0

    assert file.read_text().endswith("\n# 用户账号页面使用的时区。\nTIME_ZONE=Asia/Shanghai\n")
