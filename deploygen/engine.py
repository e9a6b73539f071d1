"""The one module that calls docker."""

from deploygen.errors import UserError
from deploygen.language import _

_ANSWERS_WITHIN = 20  # seconds
_PROJECT = "com.docker.compose.project"


class EngineError(UserError):
    """There is no docker here, or no engine answers it."""


def networks() -> frozenset[str]:
    """Return the names of the engine's networks.

    Raises EngineError if it can't be asked.
    """
    return frozenset(_ask("network", "ls", "--format", "{{.Name}}"))


def projects() -> frozenset[str]:
    """Return the names of what compose made here: of containers, and of volumes without any.

    Raises EngineError if it can't be asked.
    """
    label = f'{{{{.Label "{_PROJECT}"}}}}'
    containers = _ask("ps", "--all", "--format", label)
    return frozenset(containers + _ask("volume", "ls", "--format", label))


def folders(project: str) -> frozenset[str]:
    """Return the folders that compose was run in for the containers of a project.

    Raises EngineError if it can't be asked.
    """
    label = f'{{{{.Label "{_PROJECT}.working_dir"}}}}'
    filters = ("--filter", f"label={_PROJECT}={project}")
    return frozenset(_ask("ps", "--all", *filters, "--format", label))


def _ask(*words: str) -> list[str]:
    """Return the lines that docker prints, but empty ones."""
    import subprocess  # noqa: PLC0415 - most runs don't come here

    try:
        done = subprocess.run(  # noqa: S603 - the words are ours
            ["docker", *words],  # noqa: S607 - wherever it is installed
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_ANSWERS_WITHIN,
            check=False,
        )
    except FileNotFoundError:
        raise EngineError(_("there is no docker on this machine")) from None
    except OSError as error:
        raise EngineError(_("docker can't be run: {reason}", reason=error.strerror)) from None
    except subprocess.TimeoutExpired:
        raise EngineError(
            _("docker gave no answer within {seconds} seconds", seconds=_ANSWERS_WITHIN)
        ) from None
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()
        raise EngineError(
            reason[-1] if reason else _("docker ended with {code}", code=done.returncode)
        )
    return [line for line in done.stdout.splitlines() if line]
