"""Where the templates and the OIDC server's source are: in the checkout, or inside the wheel."""

from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_LEFT_OUT = {"__pycache__"}


@dataclass(frozen=True)
class Sources:
    """The folder that holds templates/, docker-compose.tmpl.yml, Dockerfile and oidc_server/."""

    root: Path

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    def oidc_build_context(self) -> dict[str, bytes]:
        """Return what the OIDC server's image is built from, as {path in the context: content}."""
        context = {"Dockerfile": (self.root / "Dockerfile").read_bytes()}
        for path in sorted((self.root / "oidc_server").rglob("*")):
            parts = path.relative_to(self.root).parts
            hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
            if path.is_file() and not hidden and path.suffix != ".pyc":
                context["/".join(parts)] = path.read_bytes()
        return context


def find() -> Sources:
    """Return the checkout this module lies in, known by its pyproject; else the wheel's data."""
    checkout = _PACKAGE.parent
    pyproject = checkout / "pyproject.toml"
    if pyproject.is_file() and 'name = "deploygen"' in pyproject.read_text(encoding="utf-8"):
        return Sources(checkout)
    return Sources(_PACKAGE / "_data")
