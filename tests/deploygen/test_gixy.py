"""gixy, which knows how nginx configurations go wrong, finds nothing in the golden folders'."""

import json
import subprocess
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from tests.deploygen import golden

GIXY = Path(sysconfig.get_path("scripts")) / "gixy"


def findings(configurations: Iterable[Path]) -> list[str]:
    """Return what gixy has to say about some configurations and all that they include."""
    done = subprocess.run(
        [GIXY, "--format", "json", *configurations],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "reject" not in done.stderr
    return [
        f"{item['path']}: {item['plugin']}: {item['reason']} {item['config']}"
        for item in json.loads(done.stdout)
    ]


def test_gixy_finds_nothing_in_the_gateways_configurations(tmp_path: Path) -> None:
    for case in golden.CASES:
        (tmp_path / case).mkdir()
        for path, content in golden.whole(case).items():
            if Path(path).match("nginx/*"):
                (tmp_path / case / Path(path).name).write_bytes(content)

    assert findings(tmp_path / case / "nginx.conf" for case in golden.CASES) == []


def test_gixy_would_find_a_host_that_clients_choose(tmp_path: Path) -> None:
    (tmp_path / "part.conf").write_text("proxy_set_header Host $http_host;\n")
    (tmp_path / "nginx.conf").write_text(
        "events {}\nhttp { server { location / {\n"
        "include part.conf; proxy_pass http://127.0.0.1; } } }\n"
    )

    assert any(": host_spoofing: " in found for found in findings([tmp_path / "nginx.conf"]))
