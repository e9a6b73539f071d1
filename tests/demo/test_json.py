from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import httpx

from tests.demo.running import Demo, Machine


def test_the_line_holds_what_a_script_needs(demo: Demo) -> None:
    told = json.loads(demo.line)

    assert set(told) == {
        "issuer",
        "client_id",
        "client_secret",
        "redirect_uri",
        "client_url",
        "admin_url",
        "admin_username",
        "admin_password",
        "pids",
        "folder",
    }
    assert told["issuer"].endswith("/uc/oauth")
    assert told["redirect_uri"] == f"{told['client_url']}/auth/oidc.callback"
    assert set(told["pids"]) == {"demo", "provider", "client"}
    assert told["pids"]["demo"] == demo.process.pid
    assert Path(told["folder"]).is_dir()


def test_the_line_comes_when_everything_answers(demo: Demo) -> None:
    told = demo.told

    discovered = httpx.get(f"{told['issuer']}/.well-known/openid-configuration", trust_env=False)
    shown = httpx.get(told["client_url"], trust_env=False)

    assert discovered.json()["issuer"] == told["issuer"]
    assert shown.status_code == 200


def test_secrets_are_in_no_command_line_and_no_log(demo: Demo) -> None:
    secrets = (demo.told["client_secret"], demo.told["admin_password"])
    folder = Path(demo.told["folder"])

    shown = [Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8") for pid in demo.family()]
    shown += [log.read_text(encoding="utf-8") for log in folder.glob("*.log")]

    assert len(shown) >= 5
    assert not [text for text in shown for secret in secrets if secret in text]


def test_only_the_owner_can_read_the_folder(demo: Demo) -> None:
    folder = Path(demo.told["folder"])

    open_to_others = [path for path in [folder, *folder.rglob("*")] if path.stat().st_mode & 0o077]

    assert not open_to_others


def test_only_loopback_is_listened_on(demo: Demo) -> None:
    ports = {httpx.URL(demo.told[key]).port for key in ("issuer", "client_url")}

    listening = [
        address
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]
        for address, port in [line.split()[1].rsplit(":", 1)]
        if line.split()[3] == "0A" and int(port, 16) in ports
    ]

    loopback = {"0100007F", "00000000000000000000000001000000"}
    assert len(listening) >= 2
    assert set(listening) <= loopback


def test_nothing_else_is_printed(machine: Machine) -> None:
    demo = machine.start()

    os.kill(demo.process.pid, signal.SIGINT)
    code, rest, errors = demo.finish()

    assert (code, rest, errors) == (0, "", "")


def test_a_person_is_told_where_to_click_and_how_to_sign_in(machine: Machine) -> None:
    process = machine.launch()
    assert process.stdout is not None

    text = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
    process.terminate()
    process.communicate(timeout=30)

    assert "http://localhost:" in text
    assert "Username    admin" in text
    assert "Password    " in text
    assert "/uc/admin/" in text
