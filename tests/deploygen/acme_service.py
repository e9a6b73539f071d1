"""The acme service's real scripts, run in a temporary folder with an acme.sh that obeys.

Time is told by state files: what was long ago is written there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SCRIPTS = Path(__file__).parents[2] / "templates" / "acme"
WITHIN = 15.0  # seconds; the service looks around every five

ACME_SH = """\
#!/bin/sh
# Notes its arguments, says what it is told to say, and brings the certificate that it is given.
echo "$*" >>"$TOLD/calls"
[ ! -e "$TOLD/hang" ] || sleep 60
cat "$TOLD/says"
while [ $# -gt 0 ]; do
    case $1 in
        --cert-home) home=$2 ;;
        --domain) name=${name:-$2} ;;
    esac
    shift
done
[ -e "$TOLD/key.pem" ] || exit 1
mkdir -p "$home/${name}_ecc"
cp "$TOLD/key.pem" "$home/${name}_ecc/$name.key"
cp "$TOLD/leaf.pem" "$home/${name}_ecc/$name.cer"
cat "$TOLD/leaf.pem" "$TOLD/intermediate.pem" >"$home/${name}_ecc/fullchain.cer"
"""


@dataclass
class AcmeService:
    """One deployment's acme service: ``settings`` are what its env file would hold."""

    folder: Path
    settings: dict[str, str] = field(
        default_factory=lambda: {"ACME_SERVER": "test", "ACME_DOMAINS": "wiki.example.com"}
    )
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        for name in ("told", "bin", "state", "webroot", "gateway"):
            (self.folder / name).mkdir()
        program = self.folder / "bin" / "acme.sh"
        program.write_text(ACME_SH)
        program.chmod(0o755)
        self.told("says", "")

    @property
    def gateway_pem(self) -> Path:
        return self.folder / "gateway" / "gateway.pem"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(self.folder),
            "TOLD": str(self.folder / "told"),
            "ACME_STATE_DIR": str(self.folder / "state"),
            "ACME_WEBROOT_DIR": str(self.folder / "webroot"),
            "GATEWAY_TLS_DIR": str(self.folder / "gateway"),
            **self.settings,
        }

    @property
    def calls(self) -> list[str]:
        """Return the arguments that acme.sh was called with, a line for each call."""
        file = self.folder / "told" / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def told(self, name: str, text: str | None) -> None:
        """Tell acme.sh something, or no longer."""
        file = self.folder / "told" / name
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(text)

    def brings(self, *, begun: timedelta = timedelta(), lasting: timedelta = timedelta(90)) -> str:
        """Have acme.sh bring a certificate that began ``begun`` ago; return it with its chain."""
        leaf, key = _certificate("wiki.example.com", begun, lasting)
        intermediate, _ = _certificate("Some CA", begun, lasting)
        self.told("key.pem", key)
        self.told("leaf.pem", leaf)
        self.told("intermediate.pem", intermediate)
        return key + leaf + intermediate

    def refuses(self, message: str = "some error") -> None:
        self.told("key.pem", None)
        self.told("says", message)

    def state(self, name: str) -> int:
        """Return a number of the state, 0 if there is none."""
        file = self.folder / "state" / name
        return int(file.read_text()) if file.exists() else 0

    def set_state(self, **numbers: int) -> None:
        for name, number in numbers.items():
            (self.folder / "state" / name).write_text(f"{number}\n")

    def start(self) -> None:
        """Start the service without waiting for anything."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["sh", SCRIPTS / "run.sh"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def run(self) -> None:
        """Start the service and stop it when it has done what there was to do."""
        self.start()
        self.wait_until_idle()
        self.stop()

    def wait_until_idle(self) -> None:
        """Wait until the service sleeps between two looks."""
        limit = time.monotonic() + WITHIN
        while "sleep" not in self.children():
            if time.monotonic() > limit:
                raise AssertionError(f"the service does not come to rest:\n{self.log}")
            time.sleep(0.02)

    def children(self) -> list[str]:
        """Return the names of the programs that the service itself has started and that run."""
        if self.process is None:
            return []
        listed = subprocess.run(
            ["ps", "-eo", "ppid=,comm="], capture_output=True, text=True, check=True
        )
        rows = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
        return [row[1] for row in rows if row[0] == str(self.process.pid)]

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Signal the service and return the seconds that it took to end."""
        if self.process is None:
            return 0.0
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(WITHIN)
        taken = time.monotonic() - begun
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # what a container's end would end
        self.process = None
        return taken

    def health(self) -> subprocess.CompletedProcess[str]:
        return self._script("health.sh")

    def up(self) -> subprocess.CompletedProcess[str]:
        """Run what every `up` runs."""
        return self._script("again.sh")

    def _script(self, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", SCRIPTS / name],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def _certificate(name: str, begun: timedelta, lasting: timedelta) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime.now(UTC) - begun
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasting)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()
