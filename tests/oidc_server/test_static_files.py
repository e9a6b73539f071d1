"""The image's build collects static files, with no environment to read."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.oidc_server.running import REPOSITORY

COLLECT = ("-B", "-m", "django", "collectstatic", "--noinput", "--settings")


def test_static_files_are_collected_hashed_and_compressed(tmp_path: Path) -> None:
    shutil.copytree(
        REPOSITORY / "oidc_server",
        tmp_path / "oidc_server",
        ignore=shutil.ignore_patterns("__pycache__"),
    )

    subprocess.run(
        [sys.executable, *COLLECT, "oidc_server.settings.build"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
    )

    collected = tmp_path / "staticfiles"
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    hashed = collected / paths["pages/site.css"]
    assert hashed.name != "site.css"
    assert hashed.is_file()
    assert hashed.with_name(f"{hashed.name}.gz").is_file()
