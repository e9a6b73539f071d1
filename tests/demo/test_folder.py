from __future__ import annotations

from pathlib import Path

from tests.demo.running import Machine
from tests.demo.visitor import Visitor


def test_a_given_folder_keeps_users_and_secrets(machine: Machine) -> None:
    folder = machine.elsewhere / "not" / "there yet"
    first = machine.start("--dir", str(folder))
    before = Visitor()
    before.sign_in(first.told)
    first.process.terminate()
    first.finish()

    second = machine.start("--dir", str(folder))
    after = Visitor()
    after.sign_in(second.told)

    stable = ("client_id", "client_secret", "admin_username", "admin_password", "folder")
    assert {key: second.told[key] for key in stable} == {key: first.told[key] for key in stable}
    assert after.table("userinfo")["sub"] == before.table("userinfo")["sub"]
    assert second.told["folder"] == str(folder.resolve())


def test_two_demos_get_secrets_of_their_own(machine: Machine) -> None:
    one, other = machine.start(), machine.start()

    assert one.told["client_secret"] != other.told["client_secret"]
    assert one.told["admin_password"] != other.told["admin_password"]


def test_a_folder_belongs_to_one_demo_at_a_time(machine: Machine) -> None:
    folder = machine.elsewhere / "shared"
    machine.start("--dir", str(folder))

    code, out, errors = machine.fail("--dir", str(folder))

    assert (code, out) == (1, "")
    assert f"a demo is running in {folder} already" in errors


def test_a_folder_with_other_things_is_left_alone(machine: Machine) -> None:
    folder = machine.elsewhere / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear reader", encoding="utf-8")

    code, out, errors = machine.fail("--dir", str(folder))

    assert (code, out) == (1, "")
    assert "holds other things than a demo" in errors
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(machine: Machine) -> None:
    file = machine.elsewhere / "file"
    file.touch()

    code, out, errors = machine.fail("--dir", str(file))

    assert (code, out) == (1, "")
    assert f"{file} can't be the demo's folder: File exists; give another --dir" in errors


def test_a_relative_folder_is_taken_from_where_the_command_runs(machine: Machine) -> None:
    demo = machine.start("--dir", "here")

    assert Path(demo.told["folder"]) == (machine.elsewhere / "here").resolve()
