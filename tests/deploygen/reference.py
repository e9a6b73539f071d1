"""The files that the declarations of keys and commands are shown in, for each language.

`python -m tests.deploygen.reference` writes them; a test fails while one is not up to date.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from deploygen import reference

CHECKOUT = Path(__file__).resolve().parents[2]
_LANGUAGES = {"C": "", "zh": ".zh-CN"}


def files() -> dict[str, str]:
    """Return {path in the checkout: text}."""
    found = {}
    for language, mark in _LANGUAGES.items():
        found[f"config{mark}.sh.example"] = reference.example(language)
        for name, page in _pages(language).items():
            found[f"docs/reference/{name}{mark}.md"] = page
    return found


def _pages(language: str) -> dict[str, str]:
    # A process has one language, which it knows before it imports the commands.
    done = subprocess.run(
        [sys.executable, "-m", "tests.deploygen.pages"],
        cwd=CHECKOUT,
        env={**os.environ, "LANGUAGE": language},
        stdout=subprocess.PIPE,
        check=True,
    )
    pages: dict[str, str] = json.loads(done.stdout)
    return pages


def main() -> None:
    for name, text in files().items():
        path = CHECKOUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
