"""The wiki works at a loopback name, at a loopback address and at another address of the host."""

from __future__ import annotations

from tests.e2e.people import Person
from tests.e2e.stack import Stack


def test_people_sign_in_and_browser_and_server_reach_the_storage(addressed_stack: Stack) -> None:
    config = addressed_stack.config
    with Person(addressed_stack.url) as person:
        landed = person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])
        assert landed.request.url.path == "/home"

        assert person.storage_check() == {"ok": True}
        attachment = person.upload("note.txt", b"note")
        assert attachment.stored.is_success, attachment.stored.text
        assert person.download(attachment).content == b"note"


def test_another_host_name_is_told_the_right_address(addressed_stack: Stack) -> None:
    with Person(addressed_stack.url) as person:
        answer = person.request("GET", "/", headers={"Host": "attacker.example"})

    assert answer.status_code == 421
    assert addressed_stack.url in answer.text


def test_uploads_in_a_volume_work_too(local_stack: Stack) -> None:
    config = local_stack.config
    with Person(local_stack.url) as person:
        person.sign_in(config["ADMIN_USERNAME"], config["ADMIN_PASSWORD"])

        attachment = person.upload("note.txt", b"note")

        assert attachment.stored.is_success, attachment.stored.text
        assert person.download(attachment).content == b"note"
        assert person.storage_check() == {"ok": True}
    assert "minio" not in local_stack.services()
