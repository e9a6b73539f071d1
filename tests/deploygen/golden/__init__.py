"""Golden folders: a config.sh each, and beside it all that follows from it.

They are real files, so that linters and the programs that they are for read them as well. Written
again, to be looked at before they are committed, by::

    python -m tests.deploygen.golden
"""

import re
from collections.abc import Mapping
from pathlib import Path

from deploygen import config, sources
from deploygen.generate import plan
from deploygen.generate.plan import OIDC_CONTEXT

FOLDER = Path(__file__).parent
CASES = sorted(path.parent.name for path in FOLDER.glob("*/config.sh"))
_IMAGE_TAG = re.compile(rb"(-oidc(?:-init)?:)[0-9a-f]{16}")


def expected(case: str) -> dict[str, bytes]:
    """Return the files of a golden folder."""
    return read(FOLDER / case / "expected")


def generated(case: str) -> dict[str, bytes]:
    """Return what the golden folder's config.sh gives now."""
    text = (FOLDER / case / "config.sh").read_text(encoding="utf-8")
    planned = plan.files(config.load(text), sources.find())
    return comparable({path: file.content for path, file in planned.items()})


def comparable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return ``files`` without what any change of the OIDC server's source changes.

    That is the build context, which repeats the source, and the hash of it in the image's tag.
    """
    return {
        path: _IMAGE_TAG.sub(rb"\g<1>" + b"0" * 16, content)
        for path, content in files.items()
        if not path.startswith(f"{OIDC_CONTEXT}/")
    }


def read(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` as {path below it: content}."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
