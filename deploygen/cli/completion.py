"""Completion in bash, which takes KEY=VALUE for three words."""

from __future__ import annotations

import re

from click.shell_completion import BashComplete, CompletionItem

_BREAK = re.compile(r"[=:]+")  # of COMP_WORDBREAKS, those that stand in a KEY=VALUE


class WholeWords(BashComplete):
    """Puts together what bash took apart, and completes the part that bash replaces."""

    _before = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that was begun, and that one."""
        words, part = super().get_completion_args()
        *whole, begun = _joined([*words, part])
        self._before = begun if _BREAK.fullmatch(part) else begun.removesuffix(part)
        return whole, begun

    def format_completion(self, item: CompletionItem) -> str:
        """Return what bash puts in the place of the part."""
        key, equals, value = item.value.rpartition("=")
        if equals and self._before.endswith(key + equals):
            item = CompletionItem(value, item.type)
        return super().format_completion(item)


def _joined(parts: list[str]) -> list[str]:
    words: list[str] = []
    goes_on = False
    for part in parts:
        is_break = bool(_BREAK.fullmatch(part))
        if words and (is_break or goes_on):
            words[-1] += part
        else:
            words.append(part)
        goes_on = is_break
    return words
