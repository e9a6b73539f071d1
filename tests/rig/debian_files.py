"""Programs taken out of Debian packages without installing the packages."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.rig.machine import RigError, cache_dir, debian_mirror, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def unpack(suite: str, packages: tuple[str, ...], into: Path) -> None:
    """Download packages of a Debian suite and lay their files out below `into`.

    The machine's own package state stays as it is: lists and sources are in a folder of their own.
    """
    lists = cache_dir() / "apt" / suite
    for folder in ("lists/partial", "archives/partial"):
        (lists / folder).mkdir(parents=True, exist_ok=True)
    source = lists / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {debian_mirror()} {suite} main\n")
    options = [
        f"-oDir::Etc::SourceList={source}",
        "-oDir::Etc::SourceParts=/dev/null",
        f"-oDir::State::Lists={lists}/lists",
        f"-oDir::Cache={lists}",
        "-oAPT::Sandbox::User=root",
    ]
    run("apt-get", *options, "update", "-q")
    with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
        run("apt-get", *options, "download", "-q", *packages, cwd=Path(scratch))
        archives = sorted(Path(scratch).glob("*.deb"))
        if len(archives) != len(packages):
            raise RigError(f"of {packages} only {[a.name for a in archives]} came from {suite}")
        into.mkdir(parents=True, exist_ok=True)
        for archive in archives:
            run("dpkg", "-x", archive, into)
    shutil.rmtree(lists, ignore_errors=True)
