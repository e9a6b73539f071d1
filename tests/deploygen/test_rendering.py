"""Templates print values through their format's escaper, decide nothing and guess nothing."""

from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError, nodes

from deploygen import sources
from deploygen.generate import rendering
from deploygen.generate.escaping import ESCAPERS

ROOT = sources.find().root
TEMPLATES = sorted(
    [
        "docker-compose.tmpl.yml",
        *(
            str(path.relative_to(ROOT))
            for path in (ROOT / "templates").rglob("*")
            if path.suffix in {".j2", ".inc"}
        ),
    ]
)
ESCAPERS_OF = {
    ".yml": {"yaml"},
    ".env": {"env", "url", "variable"},
    ".conf": {"nginx"},
    ".html": {"html"},
    ".json": {"json"},
    ".cfg": {"haproxy"},
    ".md": {"markdown"},
    "Caddyfile": {"caddy"},
    "apache.conf": {"apache"},
}
every_template = pytest.mark.parametrize("template", TEMPLATES)


def allowed(template: str) -> set[str]:
    """Return the escapers for the format of what ``template`` becomes."""
    path = Path(template.removesuffix(".j2").removesuffix(".inc"))
    return ESCAPERS_OF.get(path.name) or ESCAPERS_OF[path.suffix]


def printed(template: str) -> Iterator[nodes.Expr]:
    """Yield what stands in each ``{{ }}``."""
    jinja = rendering.environment(ROOT)
    tree = jinja.parse((ROOT / template).read_text(encoding="utf-8"))
    for output in tree.find_all(nodes.Output):
        yield from (node for node in output.nodes if not isinstance(node, nodes.TemplateData))


def unescaped(expressions: Iterator[nodes.Expr], escapers: set[str]) -> list[int]:
    """Return the lines of values that none of ``escapers`` gets last."""
    return [
        expression.lineno
        for expression in expressions
        if not isinstance(expression, nodes.Const)
        and not (isinstance(expression, nodes.Filter) and expression.name in escapers)
    ]


def test_there_are_templates_of_every_format() -> None:
    assert {frozenset(allowed(template)) for template in TEMPLATES} == {
        frozenset(escapers) for escapers in ESCAPERS_OF.values()
    }


def test_every_escaper_has_a_format() -> None:
    assert set().union(*ESCAPERS_OF.values()) == set(ESCAPERS)


@every_template
def test_every_value_ends_in_the_escaper_of_its_format(template: str) -> None:
    assert unescaped(printed(template), allowed(template)) == []


@every_template
def test_a_template_makes_no_names_and_no_defaults_of_its_own(template: str) -> None:
    tree = rendering.environment(ROOT).parse((ROOT / template).read_text(encoding="utf-8"))

    own = (nodes.Assign, nodes.AssignBlock, nodes.Macro, nodes.CallBlock, nodes.With)
    assert not list(tree.find_all(own))


def test_the_walk_sees_a_value_that_no_escaper_gets(tmp_path: Path) -> None:
    jinja = rendering.environment(tmp_path)
    source = (
        "{{ a | env }}\n{{ b }}\n{{ c | env if c else d }}\n{{ e | url | env }}\n{{ f | json }}"
    )
    tree = jinja.parse(source)
    expressions = (
        node
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
        if not isinstance(node, nodes.TemplateData)
    )

    assert unescaped(expressions, {"env"}) == [2, 3, 5]


def test_an_undefined_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.env.j2").write_text("A={{ missing | env }}\n")
    (tmp_path / "b.env.j2").write_text("{% if config.missing %}B=1\n{% endif %}")
    jinja = rendering.environment(tmp_path)

    for template in ("a.env.j2", "b.env.j2"):
        with pytest.raises(UndefinedError):
            rendering.render(jinja, template, config={})


def test_there_are_no_filters_but_the_escapers(tmp_path: Path) -> None:
    with pytest.raises(TemplateSyntaxError, match="default"):
        rendering.environment(tmp_path).from_string("{{ a | default('b') }}")


def test_a_rendered_file_is_utf_8_and_keeps_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "a.env.j2").write_text("A={{ a | env }}\n")
    jinja = rendering.environment(tmp_path)

    assert rendering.render(jinja, "a.env.j2", a="中") == 'A="中"\n'.encode()


class TestCompiled:
    @pytest.fixture(autouse=True)
    def kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The folder that Python would keep the bytecode of the module in."""
        monkeypatch.setattr("sys.dont_write_bytecode", False)
        monkeypatch.setattr("sys.pycache_prefix", str(tmp_path / "bytecode"))
        kept = Path(cache_from_source(rendering.__file__)).parent
        kept.mkdir(parents=True)
        return kept

    @pytest.fixture
    def templates(self, tmp_path: Path) -> Path:
        folder = tmp_path / "templates"
        folder.mkdir()
        (folder / "a.env.j2").write_text("A={{ a | env }}\n")
        return folder

    def test_a_template_is_compiled_once_for_all_runs(
        self, templates: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rendering.render(rendering.environment(templates), "a.env.j2", a=1)
        monkeypatch.delattr("jinja2.Environment.compile")

        again = rendering.render(rendering.environment(templates), "a.env.j2", a=2)

        assert again == b'A="2"\n'

    def test_a_changed_template_is_compiled_again(self, templates: Path, kept: Path) -> None:
        rendering.render(rendering.environment(templates), "a.env.j2", a=1)
        (templates / "a.env.j2").write_text("B={{ a | env }}\n")

        assert rendering.render(rendering.environment(templates), "a.env.j2", a=1) == b'B="1"\n'
        assert len(list(kept.iterdir())) == 1

    def test_one_that_was_cut_off_is_compiled_again(self, templates: Path, kept: Path) -> None:
        rendering.render(rendering.environment(templates), "a.env.j2", a=1)
        (compiled,) = kept.iterdir()
        whole = compiled.read_bytes()

        for length in range(0, len(whole), 7):
            compiled.write_bytes(whole[:length])
            jinja = rendering.environment(templates)
            assert rendering.render(jinja, "a.env.j2", a=1) == b'A="1"\n'
            assert compiled.read_bytes() == whole

    def test_another_jinja_compiles_it_again(
        self, templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rendering.render(rendering.environment(templates), "a.env.j2", a=1)
        (tmp_path / "compiler.py").touch()
        monkeypatch.setattr("jinja2.compiler.__file__", str(tmp_path / "compiler.py"))
        monkeypatch.delattr("jinja2.Environment.compile")

        with pytest.raises(AttributeError, match="compile"):
            rendering.render(rendering.environment(templates), "a.env.j2", a=1)

    def test_where_python_keeps_no_bytecode_no_template_is_kept(
        self, templates: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.dont_write_bytecode", True)

        assert rendering.render(rendering.environment(templates), "a.env.j2", a=1) == b'A="1"\n'
        assert not list(kept.iterdir())

    @pytest.mark.parametrize("is_missing", [True, False])
    def test_where_none_can_be_kept_it_is_compiled_each_time(
        self, templates: Path, kept: Path, *, is_missing: bool
    ) -> None:
        kept.rmdir()
        if not is_missing:
            kept.write_text("in the way\n")

        for _ in range(2):
            jinja = rendering.environment(templates)
            assert rendering.render(jinja, "a.env.j2", a=1) == b'A="1"\n'
