"""What runs is as locked down as the compose file says."""

from __future__ import annotations

import errno

from tests.e2e.stack import Stack


def test_the_providers_image_has_no_compiler_and_no_cache(stack: Stack) -> None:
    look = (
        "import glob, shutil;"
        "print([name for name in ('gcc', 'cc', 'make', 'git') if shutil.which(name)]);"
        "print(glob.glob('/root/.cache/*') + glob.glob('/venv/lib/python*/site-packages/pip'))"
    )

    assert stack.as_root_in_image("oidc", look).split() == ["[]", "[]"]


def test_the_provider_does_not_run_as_root(stack: Stack) -> None:
    assert stack.execute("oidc", "id", "-u").strip() == "10001"


def test_the_providers_root_file_system_can_not_be_written(stack: Stack) -> None:
    attempt = (
        "import pathlib\n"
        "for place in ('/app/x', '/x'):\n"
        "    try: pathlib.Path(place).touch(); print('written')\n"
        "    except OSError as error: print(error.errno)\n"
    )

    said = stack.execute("oidc", "python", "-c", attempt).split()

    assert [int(number) for number in said] == [errno.EROFS, errno.EROFS]


def test_every_container_drops_its_capabilities_and_gains_no_privileges(stack: Stack) -> None:
    for name, item in stack.containers().items():
        host = item["HostConfig"]
        assert host["CapDrop"] == ["ALL"], name
        assert not host["CapAdd"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name


def test_only_the_gateway_is_published_and_on_loopback_only(stack: Stack) -> None:
    published = {
        name: [binding["HostIp"] for ports in bindings.values() for binding in ports or []]
        for name, item in stack.containers().items()
        if (bindings := item["HostConfig"]["PortBindings"])
    }

    assert published == {f"{stack.name}-gateway": ["127.0.0.1"]}
