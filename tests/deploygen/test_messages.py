"""The catalogue has every message, in Chinese, and gettext's file is made from it."""

import re
from collections import Counter

import pytest
from babel.messages.catalog import Message

from tests.deploygen import messages

AGAIN = "run `python -m tests.deploygen.messages` and translate what wants it"
CHINESE = re.compile(r"[\u3001-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|%[sd]")
COMMAND = re.compile(r"`[^`]+`")
GATHERED = [message for message in messages.gathered() if message.id]
PO = messages.in_checkout()


def english(message: Message) -> str:
    """Return the message's text: of a number of things the one for many."""
    return str(message.id if isinstance(message.id, str) else message.id[-1])


def chinese(message: Message) -> str:
    found = PO.get(message.id)
    text = found.string if found and found.string else ""
    return str(text if isinstance(text, str) else text[0])


def test_the_catalogue_has_the_messages_of_the_code_and_no_other() -> None:
    assert {message.id for message in PO if message.id} == {m.id for m in GATHERED}, AGAIN


def test_the_files_are_as_they_are_made_from_the_code_and_the_translations() -> None:
    made = messages.up_to_date()

    assert messages.PO.read_bytes() == messages.text(made), AGAIN
    assert messages.MO.read_bytes() == messages.compiled(made), AGAIN


def test_every_message_is_translated() -> None:
    def has_words(message: Message) -> bool:
        return bool(re.search(r"[a-z]{2}", PLACE.sub("", COMMAND.sub("", english(message)))))

    assert not [m.id for m in GATHERED if not chinese(m)], AGAIN
    assert not [m.id for m in GATHERED if has_words(m) and not CHINESE.search(chinese(m))]


@pytest.mark.parametrize("kept", [PLACE, COMMAND], ids=["names", "commands"])
def test_a_translation_keeps_the_names_and_the_commands_of_its_message(
    kept: re.Pattern[str],
) -> None:
    def held(text: str) -> Counter[str]:
        return Counter(kept.findall(text))

    assert not [m.id for m in GATHERED if held(english(m)) != held(chinese(m))]
