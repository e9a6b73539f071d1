"""The folder for data is made where Docker looks for it, and kept apart from all that is not it."""

import os
from pathlib import Path

import pytest

from deploygen import data, folder, kinds
from deploygen.errors import ConfigInvalid, FilesInTheWay, UserError
from tests.deploygen.made import config_text, configuration

GENERATED = ("nginx/nginx.conf", "env/redis.env", "docker-compose.yml")


def reasons(here: Path, place: Path | str, *, fresh: bool = True, **changes: str) -> list[str]:
    config = configuration(DATA_DIR=str(here / place))
    text = config_text(DATA_DIR=str(place), **changes)
    return [problem.wrong for problem in data.problems(config, here, GENERATED, text, fresh=fresh)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a database in it, and no word of whose it is."""
    database = tmp_path / "disk" / "postgres-data"
    database.mkdir(parents=True)
    (database / "PG_VERSION").write_text("17\n")
    return database.parent


def test_without_a_folder_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    data.make(configuration(), tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_for_each_volume_that_holds_data(tmp_path: Path) -> None:
    place = tmp_path / "disk" / "wiki"

    for _ in range(2):
        data.make(configuration(DATA_DIR=str(place)), tmp_path)

    made = [path for path in place.iterdir() if path.is_dir()]
    assert {path.name: path.stat().st_mode & 0o777 for path in [place, *made]} == dict.fromkeys(
        ("wiki", "minio-data", "outline-data", "postgres-data", "redis-data"), 0o700
    )
    assert (place / ".deploygen").read_text() == "wiki\n"


def test_what_docker_made_of_a_folder_stays(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "postgres-data"
    kept.mkdir(parents=True, mode=0o750)

    data.make(configuration(DATA_DIR=str(tmp_path / "data")), tmp_path)

    assert kept.stat().st_mode & 0o777 == 0o750


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "disk").write_text("")

    with pytest.raises(UserError, match=r"can't be made for DATA_DIR: Not a directory$"):
        data.make(configuration(DATA_DIR=str(tmp_path / "disk" / "wiki")), tmp_path)


def test_a_folder_that_could_not_be_made_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "disk").write_text("")

    with pytest.raises(ConfigInvalid, match=r"disk/wiki can't be made: .*/disk is no folder;"):
        folder.render(tmp_path / "here", config_text(DATA_DIR=str(tmp_path / "disk" / "wiki")))

    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize("name", ["disk", "disk/wiki", "disk/wiki/data"])
def test_a_place_where_one_may_not_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path / "disk")

    place = tmp_path / name
    config = configuration(DATA_DIR=str(place))
    (problem,) = data.problems(config, tmp_path, GENERATED, config_text(), fresh=True)
    assert problem.wrong == (
        f"{place} can't be used: this user may make nothing in {tmp_path / 'disk'}"
    )
    assert problem.remedy == (
        f"make it and give it to this user: `sudo mkdir -p {place} &&"
        f" sudo chown {os.getuid()}:{os.getgid()} {place}`; or choose another"
    )


@pytest.mark.parametrize("dangling", [True, False])
def test_what_is_no_folder_in_the_place_of_a_volume_is_named(
    tmp_path: Path, *, dangling: bool
) -> None:
    data.make(configuration(DATA_DIR=str(tmp_path / "disk")), tmp_path)
    volume = tmp_path / "disk" / "postgres-data"
    volume.rmdir()
    if dangling:
        volume.symlink_to("nowhere")
    else:
        volume.touch()

    (problem,) = data.problems(
        configuration(DATA_DIR=str(tmp_path / "disk")),
        tmp_path,
        GENERATED,
        config_text(),
        fresh=True,
    )

    assert problem.wrong == f"{volume} is no folder, and one for data belongs there"
    assert problem.remedy == "move it away"


def test_where_all_is_made_nobody_has_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.make(configuration(DATA_DIR=str(tmp_path / "disk")), tmp_path)
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)

    assert not reasons(tmp_path, "disk")


@pytest.mark.parametrize("name", ["nginx", "nginx/data", "env", ".deploygen/data"])
def test_a_folder_among_generated_ones_is_refused(tmp_path: Path, name: str) -> None:
    config = configuration(DATA_DIR=str(tmp_path / name))

    (problem,) = data.problems(config, tmp_path, GENERATED, f"\nDATA_DIR={name}\n", fresh=True)

    assert problem.located("config.sh") == (
        f"config.sh:2: DATA_DIR: {Path(name).parts[0]} is generated, and what is in it comes and"
        " goes; accepted is a folder that is for this data alone, like data; choose another name"
    )
    assert not list(tmp_path.iterdir())


def test_a_link_to_a_generated_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nginx").mkdir()
    (tmp_path / "data").symlink_to("nginx")

    assert reasons(tmp_path, "data") == ["nginx is generated, and what is in it comes and goes"]


def test_the_folder_of_the_configuration_is_refused(tmp_path: Path) -> None:
    assert reasons(tmp_path, ".") == ["it is the folder of config.sh, which holds more than data"]


@pytest.mark.parametrize("place", ["..", "../.."])
def test_a_folder_around_that_of_the_configuration_is_refused(tmp_path: Path, place: str) -> None:
    here = tmp_path / "all" / "wiki"
    (tmp_path / "link").symlink_to(tmp_path / "all")

    for path in (place, tmp_path / "link"):
        assert reasons(here, path) == [
            "the folder of config.sh is in it, which holds more than data"
        ]


def test_the_folder_of_another_deployment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other" / ".deploygen").mkdir(parents=True)

    assert reasons(tmp_path / "wiki", tmp_path / "other") == [
        f"{tmp_path / 'other'} is the folder of a deployment, which holds more than data"
    ]


@pytest.mark.parametrize("owner", ["other", "wiki"])
@pytest.mark.parametrize("name", ["postgres-data", "new/data"])
def test_a_folder_in_the_data_of_a_deployment_is_refused(
    place: Path, owner: str, name: str
) -> None:
    (place / ".deploygen").write_text(f"{owner}\n")

    assert reasons(place.parent, place / name) == [
        f"it is in {place}, which holds the data of the deployment {owner!r}"
    ]


@pytest.mark.parametrize("place", ["/tmp/wiki", "/var/tmp/wiki"])
def test_what_lasts_has_no_data_in_a_temporary_folder(place: str) -> None:
    assert reasons(Path("/srv/wiki"), place) == [
        "what is in there is removed at times, as in every temporary folder"
    ]


@pytest.mark.parametrize("fresh", [True, False])
def test_data_of_another_deployment_is_refused(place: Path, *, fresh: bool) -> None:
    (place / ".deploygen").write_text("other\n")

    assert reasons(place.parent, place, fresh=fresh) == [
        f"{place} holds the data of the deployment 'other', and this one is 'wiki'"
    ]


def test_data_of_nobody_known_is_refused_to_a_new_deployment(place: Path) -> None:
    assert reasons(place.parent, place) == [
        f"{place} holds data already, and nothing was generated in this folder yet"
    ]


def test_data_from_before_it_was_noted_whose_it_is_stays_in_use(place: Path) -> None:
    assert not reasons(place.parent, place, fresh=False)


def test_no_new_key_is_made_for_old_data_of_the_same_name(place: Path) -> None:
    (place / ".deploygen").write_text("wiki\n")

    assert reasons(place.parent, place, OUTLINE_SECRET_KEY="") == [
        f"{place} holds data already, which a new OUTLINE_SECRET_KEY can't read"
    ]
    assert not reasons(place.parent, place)


def test_empty_folders_are_a_new_deployments_to_take(place: Path) -> None:
    (place / "postgres-data" / "PG_VERSION").unlink()

    assert not reasons(place.parent, place, OUTLINE_SECRET_KEY="")


@pytest.mark.parametrize(("mode", "is_warned_of"), [(0o755, True), (0o750, False), (0o700, False)])
def test_a_folder_that_everybody_may_enter_is_warned_of(
    tmp_path: Path, mode: int, *, is_warned_of: bool
) -> None:
    place = tmp_path / "data"
    place.mkdir()
    place.chmod(mode)
    config = configuration(DATA_DIR=str(place))

    found = [item.key for item in data.warnings(config, config_text(DATA_DIR=str(place)))]

    assert found == (["DATA_DIR"] if is_warned_of else [])


@pytest.mark.parametrize("path", ["//etc/wiki", "/srv/../etc/wiki"])
def test_no_way_to_write_it_hides_a_folder_of_the_system(path: str) -> None:
    with pytest.raises(ValueError, match="it is a folder of the system's"):
        kinds.DIRECTORY.parse(path)


def test_a_link_into_a_folder_of_the_system_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")

    with pytest.raises(ValueError, match="it leads, by a link, to a folder of the system's"):
        kinds.DIRECTORY.parse(str(tmp_path / "link" / "wiki"))


def test_every_look_at_a_deployment_refuses_what_render_refuses(tmp_path: Path) -> None:
    text = config_text(DATA_DIR="nginx")
    (tmp_path / "config.sh").write_text(text)

    for look in (
        lambda: folder.judge(tmp_path, text),
        lambda: folder.check(tmp_path),
        lambda: folder.compare(tmp_path),
        lambda: folder.render(tmp_path, text),
    ):
        with pytest.raises(ConfigInvalid, match="nginx is generated"):
            look()


def test_nothing_is_made_while_files_are_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("mine\n")

    with pytest.raises(FilesInTheWay):
        folder.render(tmp_path, config_text(DATA_DIR="data"))

    assert not (tmp_path / "data").exists()


def test_a_second_deployment_is_refused_the_folder_of_the_first(tmp_path: Path) -> None:
    place = str(tmp_path / "data")
    folder.render(tmp_path / "a", config_text(DATA_DIR=place, COMPOSE_PROJECT_NAME="a"))
    folder.render(tmp_path / "a", config_text(DATA_DIR=place, COMPOSE_PROJECT_NAME="a"))

    with pytest.raises(ConfigInvalid, match="deployment 'a', and this one is 'b'"):
        folder.render(tmp_path / "b", config_text(DATA_DIR=place, COMPOSE_PROJECT_NAME="b"))


def test_what_root_makes_in_a_deployment_belongs_to_its_owner(of_somebody_else: Path) -> None:
    data.make(
        configuration(DATA_DIR=str(of_somebody_else / "data" / "deep" / "er")), of_somebody_else
    )

    made = [*of_somebody_else.rglob("*")]
    assert len(made) == len(["data", "deep", "er", ".deploygen"]) + 4
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in made} == {(54321, 54322)}
    assert os.geteuid() == 0


def test_what_root_makes_elsewhere_is_roots(of_somebody_else: Path) -> None:
    place = of_somebody_else.parent / "disk"

    data.make(configuration(DATA_DIR=str(place)), of_somebody_else)

    assert {path.stat().st_uid for path in (place, *place.iterdir())} == {0}


def test_root_is_led_nowhere_by_a_link_in_the_place_of_data(of_somebody_else: Path) -> None:
    victim = of_somebody_else.parent / "victim"
    victim.mkdir()
    (of_somebody_else / "data").symlink_to(victim)

    with pytest.raises(UserError, match="can't be made for DATA_DIR: Permission denied"):
        data.make(configuration(DATA_DIR=str(of_somebody_else / "data")), of_somebody_else)

    assert not list(victim.iterdir())


@pytest.mark.parametrize("spelled", ["beside/../{name}", "link"])
def test_a_folder_is_its_owners_however_it_is_spelled(of_somebody_else: Path, spelled: str) -> None:
    around = of_somebody_else.parent
    (around / "beside").mkdir()
    (around / "link").symlink_to(of_somebody_else)
    victim = around / "victim"
    victim.mkdir()
    (of_somebody_else / "data").symlink_to(victim)

    with pytest.raises(UserError, match="can't be made for DATA_DIR: Permission denied"):
        data.make(
            configuration(DATA_DIR=str(of_somebody_else / "data")),
            around / spelled.format(name=of_somebody_else.name),
        )

    assert not list(victim.iterdir())


def test_the_word_of_whose_data_it_is_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / ".deploygen").symlink_to(tmp_path / "elsewhere")

    data.make(configuration(DATA_DIR=str(tmp_path / "data")), tmp_path)

    assert not (tmp_path / "elsewhere").exists()
