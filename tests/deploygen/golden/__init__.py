"""Golden folders: a config.sh each, and beside it all that follows from it.

One for each row of the matrix, and some for what that does not show. What is copied as it is, and
so the same in each folder, is left out. They are real files, so that linters and the programs that
they are for read them as well. Written again, to be looked at before they are committed, by::

    python -m tests.deploygen.golden
"""

import re
from collections.abc import Mapping
from pathlib import Path

from deploygen import config, sources
from deploygen.generate import plan
from deploygen.generate.plan import OIDC_CONTEXT

FOLDER = Path(__file__).parent
_IMAGE_TAG = re.compile(rb"(-(?:oidc|oidc-init|tls-init):)[0-9a-f]{16}")


def cases() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/config.sh"))


def expected(case: str) -> dict[str, bytes]:
    """Return the files of a golden folder."""
    return read(FOLDER / case / "expected")


def generated(case: str) -> dict[str, bytes]:
    """Return what the golden folder's config.sh gives now."""
    return comparable(whole(case))


def whole(case: str) -> dict[str, bytes]:
    """Return every file that the golden folder's config.sh gives."""
    text = (FOLDER / case / "config.sh").read_text(encoding="utf-8")
    planned = plan.files(config.load(text, FOLDER / case), sources.find())
    return {path: file.content for path, file in planned.items()}


def comparable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return ``files`` without copies, and without what any change of the OIDC server changes.

    That is the build context, which repeats its source, and the hash of it in the images' tags.
    """
    return {
        path: _IMAGE_TAG.sub(rb"\g<1>" + b"0" * 16, content)
        for path, content in files.items()
        if not path.startswith(f"{OIDC_CONTEXT}/") and not _is_copy(path)
    }


def _is_copy(path: str) -> bool:
    return path.endswith(".sh.example") or (sources.find().templates / path).is_file()


def read(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` as {path below it: content}."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


CASES = cases()
