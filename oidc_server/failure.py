class CommandFailed(Exception):  # noqa: N818 - named for what happened
    """Whoever runs the container can put it right; the message says what is wrong.

    Caught by the container's command, which exits with `exit_code`.
    """

    exit_code = 1
