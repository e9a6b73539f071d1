"""What is sealed can be read with the key that sealed it, and by nothing else."""

from typing import Any

import pytest

from oidc_server.sealing import UnknownSeal, seal, unseal

TEXT = "a seed, 中"


def test_what_was_sealed_comes_back() -> None:
    assert unseal(seal(TEXT)) == TEXT


def test_it_does_not_show_through_nor_whether_two_are_equal() -> None:
    assert "seed" not in seal(TEXT)
    assert seal(TEXT) != seal(TEXT)


def test_another_key_does_not_open_it(settings: Any) -> None:
    sealed = seal(TEXT)
    settings.ENCRYPTION_KEY = bytes(32)

    with pytest.raises(UnknownSeal):
        unseal(sealed)


@pytest.mark.parametrize("not_sealed", ["", TEXT, "a seed", "gAAAAA", "\0"])
def test_what_was_never_sealed_is_told_from_it(not_sealed: str) -> None:
    with pytest.raises(UnknownSeal):
        unseal(not_sealed)


def test_a_changed_one_is_told_from_it() -> None:
    sealed = seal(TEXT)
    at = len(sealed) // 2

    with pytest.raises(UnknownSeal):
        unseal(sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :])
