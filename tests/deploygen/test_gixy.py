"""gixy, which knows how nginx configurations go wrong, finds nothing in the golden folders."""

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.deploygen import golden

GIXY = Path(sysconfig.get_path("scripts")) / "gixy"


def findings(folder: Path) -> list[str]:
    """Return what gixy has to say about the nginx.conf of a folder and all that it includes."""
    done = subprocess.run(
        [GIXY, "--format", "json", "nginx.conf"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "reject" not in done.stderr
    return [
        f"{item['plugin']}: {item['reason']} {item['config']}" for item in json.loads(done.stdout)
    ]


@pytest.mark.parametrize("case", golden.CASES)
def test_gixy_finds_nothing_in_the_gateways_configuration(case: str, tmp_path: Path) -> None:
    for path, content in golden.whole(case).items():
        if path.startswith("nginx/"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)

    assert findings(tmp_path / "nginx") == []


def test_gixy_would_find_a_host_that_clients_choose(tmp_path: Path) -> None:
    (tmp_path / "part.conf").write_text("proxy_set_header Host $http_host;\n")
    (tmp_path / "nginx.conf").write_text(
        "events {}\nhttp { server { location / {\n"
        "include part.conf; proxy_pass http://127.0.0.1; } } }\n"
    )

    assert any(found.startswith("host_spoofing") for found in findings(tmp_path))
