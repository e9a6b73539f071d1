"""Showing that something is wrong: by a test of what is right, which has to fail."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager


class NothingWrong(Exception):  # noqa: N818 - of the defect that was to be shown
    """What was to fail did not."""


@contextmanager
def fails_in(function: str) -> Iterator[list[str]]:
    """An assertion of the function so named has to fail inside; gives what it said, afterwards.

    Whatever else is raised comes through: an error, or a helper's assertion, shows a broken test.
    Raises `NothingWrong`.
    """
    said: list[str] = []
    try:
        yield said
    except AssertionError as error:
        if traceback.extract_tb(error.__traceback__)[-1].name != function:
            raise
        said.append(str(error).splitlines()[0].removeprefix("assert "))
    else:
        raise NothingWrong(f"{function}: this is right already")
