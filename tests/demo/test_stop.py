"""However a demo ends, nothing of it is left."""

from __future__ import annotations

import os
import pty
import signal
import subprocess

import pytest

from tests.demo.running import PATIENCE, Machine, all_gone, descendants, eventually, interrupt


def test_ctrl_c_on_a_terminal_leaves_no_process_and_no_folder(machine: Machine) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *machine.command, "demo"],
        cwd=machine.elsewhere,
        env=machine.environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    while b"Ctrl-C stops it." not in shown:
        shown += os.read(controller, 4096)
    family = {process.pid, *descendants(process.pid)}
    assert len(family) >= 3
    assert machine.left_behind()

    os.write(controller, b"\x03")

    assert process.wait(timeout=PATIENCE) == 0
    os.close(controller)
    assert all_gone(family)
    assert machine.left_behind() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_process_and_no_folder(machine: Machine, number: signal.Signals) -> None:
    demo = machine.start()
    family = demo.family()

    interrupt(demo.process, number)
    code, _, _ = demo.finish()

    assert code == 0
    assert all_gone(family)
    assert machine.left_behind() == []


def test_stopping_while_it_starts_leaves_nothing(machine: Machine) -> None:
    process = machine.launch()
    assert eventually(lambda: bool(machine.left_behind()))
    family = {process.pid, *descendants(process.pid)}

    process.terminate()
    out, errors = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert out == ""
    assert "stopped before" in errors
    assert all_gone(family)
    assert machine.left_behind() == []


def test_children_end_when_the_demo_is_killed(machine: Machine) -> None:
    demo = machine.start()
    family = demo.family()
    assert len(family) >= 3

    demo.process.kill()

    assert all_gone(family)


@pytest.mark.parametrize("who", ["provider", "client"])
def test_a_child_that_dies_ends_the_demo_and_is_named(machine: Machine, who: str) -> None:
    demo = machine.start()
    family = demo.family()

    os.kill(demo.told["pids"][who], signal.SIGKILL)
    code, rest, errors = demo.finish()

    assert code == 1
    assert rest == ""
    assert f"the {who} ended (exit code -9); its log ends with" in errors
    assert all_gone(family)
    assert machine.left_behind() == []


def test_a_provider_that_can_not_start_shows_its_log(machine: Machine) -> None:
    folder = machine.elsewhere / "kept"
    folder.mkdir()
    (folder / "demo.lock").touch()
    (folder / "demo.sqlite3").write_text("this is no database", encoding="utf-8")

    code, out, errors = machine.fail("--json", "--dir", str(folder))

    assert code == 1
    assert out == ""
    assert "the provider's set-up ended (exit code 1)" in errors
    assert "file is not a database" in errors
