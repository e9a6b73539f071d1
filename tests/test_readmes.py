"""What the READMEs and docs/ say can be followed: links lead somewhere, commands are real ones."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from textwrap import dedent
from urllib.parse import unquote

import click
import pytest

from deploygen.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
COMMENT = re.compile(r"(^|\s+)#.*")


@dataclass(frozen=True)
class Page:
    """A document: its blocks of code, each with its language, and the rest."""

    blocks: list[tuple[str, str]]
    prose: str

    @property
    def links(self) -> list[str]:
        return [target for _text, target in LINK.findall(self.prose)]

    @property
    def code(self) -> list[str]:
        """What stands in backticks, on one line each."""
        return [" ".join(words.split()) for words in CODE.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """The fragments by which GitHub knows the headings."""
        titles = [LINK.sub(r"\1", title) for _marks, title in HEADING.findall(self.prose)]
        return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    blocks = [(language, dedent(content)) for _indent, language, content in FENCE.findall(text)]
    return Page(blocks, FENCE.sub("", text))


ENGLISH, CHINESE = page(ROOT / "README.md"), page(ROOT / "README.zh-CN.md")


def test_both_readmes_have_the_same_outline() -> None:
    def levels(readme: Page) -> list[str]:
        return [marks for marks, _title in HEADING.findall(readme.prose)]

    assert levels(CHINESE) == levels(ENGLISH)


def test_both_readmes_have_the_same_blocks_of_code() -> None:
    def uncommented(readme: Page) -> list[tuple[str, list[str]]]:
        return [
            (language, [COMMENT.sub("", line) for line in content.splitlines()])
            for language, content in readme.blocks
        ]

    assert uncommented(CHINESE) == uncommented(ENGLISH)


def test_both_readmes_name_the_same_keys_values_and_files() -> None:
    assert sorted(set(CHINESE.code)) == sorted(set(ENGLISH.code))


def test_both_readmes_have_the_same_links() -> None:
    def targets(readme: Page) -> list[str]:
        return sorted(target.replace(".zh-CN.md", ".md") for target in readme.links)

    chinese, english = targets(CHINESE), targets(ENGLISH)
    assert chinese == english
    assert (CHINESE.links[0], ENGLISH.links[0]) == ("README.md", "README.zh-CN.md")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(document: Path) -> None:
    astray = [
        link
        for link in page(document).links
        if not re.match(r"https?:", link) and not _leads_somewhere(document, link)
    ]

    assert not astray


def _leads_somewhere(document: Path, link: str) -> bool:
    name, _, fragment = unquote(link).partition("#")
    target = document.parent / name if name else document
    return target.exists() and (not fragment or fragment in page(target).anchors)


def _commands(document: Page) -> Iterator[str]:
    """Yield the lines that somebody may type, of which some have deploygen in them."""
    yield from document.code
    for language, content in document.blocks:
        for line in content.replace("\\\n", " ").splitlines():
            if language == "sh":
                yield line
            elif line.startswith("$ "):
                yield line.removeprefix("$ ")


def _calls(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the words that deploygen is given by each call of it in a line for a shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    for is_operator, words in groupby(lexer, key=lambda word: set(word) <= set("();<>|&")):
        program, *given = words
        if not is_operator and given and Path(program).name == "deploygen":
            yield tuple(given)


QUOTED = sorted(
    {
        call
        for document in DOCUMENTS
        for line in _commands(page(document))
        if "deploygen " in line
        for call in _calls(line)
    }
)


def test_commands_are_found_wherever_they_are_quoted() -> None:
    assert {
        ("init", "wiki"),
        ("render", "--diff"),
        ("config", "set", "ADMIN_PASSWORD"),
        ("demo", "--json"),
    } <= set(QUOTED)


@pytest.mark.parametrize("words", QUOTED, ids=" ".join)
def test_commands_that_are_quoted_are_ones_that_deploygen_takes(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # click then reads what it is given, and runs nothing.
    monkeypatch.setattr(click.Command, "invoke", lambda _command, _context: None)
    monkeypatch.chdir(tmp_path)
    for option, file in pairwise(words):
        if option == "--from":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).touch()

    main.main(list(words), "deploygen", standalone_mode=False)
