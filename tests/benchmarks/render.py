"""What rendering takes: `deploygen render` against the seed's `scripts/main.sh init_cfg`.

    python -m tests.benchmarks.render --seed PATH [--rounds N]

PATH is a checkout of vicalloy/outline-docker-compose; it is copied and not changed. Needs bash and
openssl.

Method: each run is a whole process, from its start to its end, in a folder that was made before:
the seed's from its untouched sample, ours from the defaults. A round runs all four, one after the
other, and the next round the other way round: both on a folder in which nothing changed, and both
after the address was changed in config.sh, outside of the time. A ratio is of the two runs of
one round, and the figures are medians over the rounds with the least and the most. The first round
is thrown away: files are in the page cache, and Python's bytecode and the compiled templates are
there, as they are once deploygen has run. Both write to the same file system; ours waits until it
is on the disk, the seed does not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from deploygen import shellconf

CHECKOUT = Path(__file__).parents[2]
GOAL = 2.0
DEPLOYGEN = (sys.executable, "-m", "deploygen")
KINDS = ("nothing changed", "URL changed")


def main() -> int:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description="Measure how long it takes to render.")
    parser.add_argument("--seed", type=Path, required=True, metavar="PATH")
    parser.add_argument("--rounds", type=int, default=15, metavar="N")
    chosen = parser.parse_args()
    sys.stdout.write(f"{__doc__}\nPython {sys.version.split()[0]}; {os.cpu_count()} processors; ")
    sys.stdout.write(f"load before: {os.getloadavg()[0]:.1f}; {chosen.rounds} rounds\n\n")
    with tempfile.TemporaryDirectory() as place:
        seed, ours = _seed(chosen.seed, Path(place)), _ours(Path(place))
        runs = {(who, kind): list[float]() for kind in KINDS for who in ("seed", "ours")}
        for number in range(chosen.rounds + 1):
            for who, kind in runs if number % 2 else reversed(runs):
                run = seed if who == "seed" else ours
                seconds = run(number if kind == "URL changed" else None)
                if number:
                    runs[who, kind].append(seconds)
    sys.stdout.write(f"{'':<18}{'seed':>24}{'deploygen':>26}   ratio (goal {GOAL:.0f})\n")
    for kind in KINDS:
        one, other = runs["seed", kind], runs["ours", kind]
        ratios = [mine / theirs for theirs, mine in zip(one, other, strict=True)]
        sys.stdout.write(
            f"{kind:<18}{_milliseconds(one):>24}{_milliseconds(other):>26}   "
            f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})\n"
        )
    return 0


class _Runs:
    """A way to render a folder, again and again."""

    def __init__(self, config: Path, folder: Path, command: tuple[str | Path, ...]) -> None:
        self._config, self._folder, self._command = config, folder, command

    def __call__(self, port: int | None) -> float:
        """Return the seconds that a run takes; where a port is given, after the URL's changed."""
        if port is not None:
            text = self._config.read_text(encoding="utf-8")
            text = shellconf.assign(text, "URL", f"http://localhost:{9000 + port}")
            self._config.write_text(text, encoding="utf-8")
        environment = {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONPYCACHEPREFIX": str(self._folder.parent / "bytecode"),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        begin = perf_counter()
        subprocess.run(
            self._command, cwd=self._folder, env=environment, check=True, capture_output=True
        )
        return perf_counter() - begin


def _seed(checkout: Path, place: Path) -> _Runs:
    folder = shutil.copytree(checkout, place / "seed", ignore=shutil.ignore_patterns(".git"))
    scripts = folder / "scripts"
    shutil.copy(scripts / "config.sh.sample", scripts / "config.sh")
    runs = _Runs(scripts / "config.sh", scripts, ("bash", "./main.sh", "init_cfg"))
    runs(None)
    return runs


def _ours(place: Path) -> _Runs:
    folder = place / "wiki"
    init = (*DEPLOYGEN, "init", folder, "--yes", "--set", "ADMIN_EMAIL=admin@example.com")
    subprocess.run(init, cwd=CHECKOUT, check=True, capture_output=True)
    return _Runs(folder / "config.sh", folder, (*DEPLOYGEN, "render"))


def _milliseconds(seconds: list[float]) -> str:
    least, middle, most = (1000 * one for one in (min(seconds), median(seconds), max(seconds)))
    return f"{middle:.0f} ms ({least:.0f} to {most:.0f})"


if __name__ == "__main__":
    sys.exit(main())
