"""What is told where docker can't be asked."""

from pathlib import Path

import pytest

from deploygen import engine
from deploygen.engine import EngineError
from deploygen.folder import names_taken
from tests.deploygen import fake_docker

NOT_RUNNING = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon"
    " running?"
)
NOT_PERMITTED = (
    "permission denied while trying to connect to the Docker daemon socket at"
    " unix:///var/run/docker.sock"
)


def reason() -> str:
    with pytest.raises(EngineError) as refused:
        engine.networks()
    return str(refused.value)


def test_networks_are_known_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_docker.answers(tmp_path, monkeypatch, out="bridge\nweb\n", err="WARNING: something\n")

    assert engine.networks() == {"bridge", "web"}


def test_projects_are_known_by_the_labels_that_compose_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, out="wiki\n\nother\nwiki\n")

    assert engine.projects() == {"wiki", "other"}


def test_folders_are_known_by_the_label_that_compose_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, out="/srv/my wiki\n/srv/my wiki\n\n")

    assert engine.folders("wiki") == {"/srv/my wiki"}


def test_names_are_asked_for_once_however_often_one_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([{"wiki"}])
    monkeypatch.setattr(engine, "projects", lambda: next(answers))
    names_taken.cache_clear()

    assert [names_taken(), names_taken()] == [{"wiki"}, {"wiki"}]
    names_taken.cache_clear()


def test_a_machine_without_docker_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert reason() == "there is no docker on this machine"


@pytest.mark.parametrize(
    ("err", "told"),
    [
        (f"{NOT_RUNNING}\n", NOT_RUNNING),
        (f"WARNING: something\n{NOT_PERMITTED}\n", NOT_PERMITTED),
        ("", "docker ended with 1"),
    ],
)
def test_what_docker_says_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, err: str, told: str
) -> None:
    fake_docker.answers(tmp_path, monkeypatch, err=err, code=1)

    assert reason() == told


def test_a_docker_that_can_not_be_run_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = fake_docker.answers(tmp_path, monkeypatch)
    docker.write_text("#!/no/such/shell\n")
    docker.chmod(0o644)

    assert reason() == "docker can't be run: Permission denied"


def test_a_docker_that_never_answers_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = fake_docker.answers(tmp_path, monkeypatch)
    docker.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    monkeypatch.setattr(engine, "_ANSWERS_WITHIN", 0.2)

    assert reason() == "docker gave no answer within 0.2 seconds"
