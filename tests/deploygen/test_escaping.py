"""What an escaper writes, its format's own reader reads back."""

import html.parser
import json
import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from deploygen.generate import escaping

# A surrogate alone is no text that any file could hold, and a NUL is in no environment.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
NASTY = "'\"$\\ #%@:/?中$${x}\\n\\"


def compose_reads(escaped: str) -> object:
    """Return what compose has of a YAML scalar: `$$` is a `$`, a single one would be a variable."""
    value = yaml.safe_load(escaped)
    if not isinstance(value, str):
        return value
    assert not re.search(r"\$", value.replace("$$", ""))
    return value.replace("$$", "$")


def compose_reads_env(escaped: str) -> str:
    """Return what compose has of the value of a line of an env file in double quotes.

    After expandEscapes and the expansion of variables in compose-go's dotenv/parser.go.
    """
    assert re.fullmatch(r'"(\\.|[^"\\])*"', escaped)
    assert "\n" not in escaped

    def plain(match: re.Match[str]) -> str:
        char = match.group(1)
        return {"n": "\n", "r": "\r", "$": "$$"}.get(char, char)

    expanded = re.sub(r'\\([abcfnrtv$"\\])', plain, escaped[1:-1])
    assert not re.search(r"\$", expanded.replace("$$", ""))
    return expanded.replace("$$", "$")


@given(TEXTS)
@example(NASTY)
@example("yes")
@example("1.0")
@example("\u2028\x85\x7f\ufeff")
def test_yaml_reads_back_what_was_written(text: str) -> None:
    assert compose_reads(escaping.yaml(text)) == text


@pytest.mark.parametrize(("value", "written"), [(True, "true"), (False, "false"), (3, "3")])
def test_yaml_has_its_own_true_false_and_numbers(value: object, written: str) -> None:
    assert escaping.yaml(value) == written
    assert yaml.safe_load(written) == value


@given(TEXTS)
@example(NASTY)
@example("\\$\\\\n\"'")
@example("$$")
def test_an_env_file_reads_back_what_was_written(text: str) -> None:
    assert compose_reads_env(escaping.env(text)) == text


@pytest.mark.parametrize(("value", "written"), [(True, "true"), (False, "false"), (3000, '"3000"')])
def test_an_env_file_has_words_for_true_and_false(value: object, written: str) -> None:
    assert escaping.env(value) == written


@given(TEXTS)
@example(NASTY)
def test_json_reads_back_what_was_written(text: str) -> None:
    assert json.loads(escaping.json(text)) == text


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [tag, *(value for _, value in attrs)]

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


@given(TEXTS.filter(lambda text: text and "\r" not in text))
@example("</a><script>\"'&amp;")
def test_html_reads_back_what_was_written(text: str) -> None:
    reader = _Reader()
    escaped = escaping.html(text)

    reader.feed(f'<a href="{escaped}">{escaped}</a>')
    reader.close()

    assert reader.seen[:2] == ["a", text]
    assert "".join(part or "" for part in reader.seen[2:]) == text


@given(TEXTS)
@example(NASTY)
def test_a_component_of_a_url_reads_back_and_needs_no_escape_in_an_env_file(text: str) -> None:
    escaped = escaping.url(text)

    assert unquote(escaped) == text
    assert escaping.env(escaped) == f'"{escaped}"'


WORDS = pytest.mark.parametrize(
    ("program", "escape"),
    [
        ("nginx", escaping.nginx),
        ("Apache", escaping.apache),
        ("Caddy", escaping.caddy),
        ("HAProxy", escaping.haproxy),
    ],
)


@WORDS
@pytest.mark.parametrize(
    "word", ["wiki-oidc", "/var/lib/internal-tls", "192.0.2.10", "8888", "[2001:db8::1]:8443"]
)
def test_web_servers_get_plain_words_as_they_are(
    program: str, escape: Callable[[object], str], word: str
) -> None:
    assert escape(word) == word, program


@WORDS
@pytest.mark.parametrize(
    "word", ["", "a b", "a;", "$host", "{", "}", "%{x}", "#", "a\n", "'a'", '"', "`", "\\", "~"]
)
def test_web_servers_get_nothing_that_they_would_interpret(
    program: str, escape: Callable[[object], str], word: str
) -> None:
    with pytest.raises(ValueError, match=rf"^{program} would interpret"):
        escape(word)


def markdown_reads(span: str) -> str:
    """Return the text of a code span (CommonMark, section 6.1)."""
    fence = re.match("`+", span)
    assert fence
    assert span.endswith(fence.group())
    content = span[len(fence.group()) : -len(fence.group())]
    assert fence.group() not in re.findall("`+", content)
    if content.startswith(" ") and content.endswith(" ") and content.strip(" "):
        content = content[1:-1]
    return content


@given(TEXTS.filter(lambda text: text and text.isprintable() and "|" not in text))
@example("wiki.example.com")
@example("`a``b`")
@example(" a ")
@example(" ")
def test_markdown_reads_back_what_was_written(text: str) -> None:
    assert markdown_reads(escaping.markdown(text)) == text


@pytest.mark.parametrize("text", ["", "a|b", "a\nb"])
def test_a_table_in_markdown_gets_nothing_that_ends_its_cell(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a cell of a Markdown table can't hold"):
        escaping.markdown(text)
