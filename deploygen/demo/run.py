"""A demo from start to end."""

import http.client
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import deploygen
from deploygen import sources
from deploygen.demo import folder as folders
from deploygen.demo import interpreter, ports, provider
from deploygen.demo.announcement import Ready
from deploygen.demo.folder import DataFolder
from deploygen.demo.interruption import Interruption
from deploygen.demo.ports import Listener
from deploygen.demo.processes import Child, Command, tail
from deploygen.errors import UserError
from deploygen.language import N_, _
from deploygen.topology import OIDC_PATH

_PATIENCE = 120.0  # seconds; for slow machines, and for what never answers
_PROBE_TIMEOUT = 1.0
_WATCH = 0.2
_OK = 200
_WHO = {"provider": N_("the provider"), "client": N_("the client")}


def run(
    *,
    port: int | None,
    folder: Path | None,
    announce: Callable[[Ready], None],
    report: Callable[[str], None],
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; then nothing is left running.

    `announce` is called once, when provider and client answer; `report` is told of long work.
    Raises UserError, also when a process ends by itself.
    """
    root = sources.find().root
    with ExitStack() as stack:
        interruption = stack.enter_context(Interruption())
        data = stack.enter_context(folders.temporary() if folder is None else folders.given(folder))
        site, client = stack.enter_context(ports.reserved(port))
        requirements = root / "oidc_server" / "requirements.txt"
        python = interpreter.find(requirements, report, interruption)
        _set_up(provider.init(python, root, data, site, client), data, interruption)
        children = {
            "provider": (provider.serve(python, root, data, site, client), data.provider_log),
            "client": (_sample_client(data, site, client), data.client_log),
        }
        running = {}
        for name, (command, log) in children.items():
            child = Child(command)
            stack.callback(child.stop)
            running[name] = (child, log)
        # Only the children may hold the ports now: a dead one must not leave callers waiting.
        site.close()
        client.close()
        for listener, path in ((site, f"{OIDC_PATH}/health/ready"), (client, "/")):
            _await_answer(listener, path, running, interruption)
        announce(_ready(data, site, client, running, is_kept=folder is not None))
        while not interruption.requested:
            _require_all(running)
            time.sleep(_WATCH)


_Running = dict[str, tuple[Child, Path]]


def _set_up(command: Command, data: DataFolder, interruption: Interruption) -> None:
    child = Child(command)
    try:
        deadline = time.monotonic() + _PATIENCE
        while (code := child.exit_code()) is None and time.monotonic() < deadline:
            interruption.pause()
    finally:
        child.stop()
    if code != 0:
        raise UserError(_told(_("the provider's set-up"), code, data.provider_log))


def _sample_client(data: DataFolder, site: Listener, client: Listener) -> Command:
    descriptors = [str(each.fileno()) for each in client.sockets]
    return Command(
        arguments=(sys.executable, "-m", "deploygen.demo.client", *descriptors),
        environment={
            **provider.base_environment(Path(deploygen.__file__).resolve().parents[1]),
            "ISSUER": provider.issuer(site),
            "ORIGIN": client.origin,
            "CLIENT_ID": provider.CLIENT_ID,
            "CLIENT_SECRET_FILE": str(data.secret_file("client_secret")),
        },
        folder=data.path,
        log=data.client_log,
        sockets=client.sockets,
    )


def _await_answer(
    listener: Listener, path: str, running: _Running, interruption: Interruption
) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(listener, path):
        _require_all(running)
        interruption.pause()
        if time.monotonic() > deadline:
            raise UserError(
                _(
                    "{url} gave no good answer in {n:.0f} s",
                    url=f"{listener.origin}{path}",
                    n=_PATIENCE,
                )
            )


def _answers(listener: Listener, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=_PROBE_TIMEOUT)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{listener.port}"})
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _require_all(running: _Running) -> None:
    for name, (child, log) in running.items():
        code = child.exit_code()
        if code is not None:
            raise UserError(_told(_(_WHO[name]), code, log))


def _told(who: str, code: int | None, log: Path) -> str:
    how = (
        _("{who} took longer than {n:.0f} s", who=who, n=_PATIENCE)
        if code is None
        else _("{who} ended (exit code {code})", who=who, code=code)
    )
    last = tail(log) or _("  (nothing)")
    return _("{what}; its log ends with\n{lines}", what=how, lines=last)


def _ready(
    data: DataFolder, site: Listener, client: Listener, running: _Running, *, is_kept: bool
) -> Ready:
    return Ready(
        issuer=provider.issuer(site),
        client_id=provider.CLIENT_ID,
        client_secret=data.secret("client_secret"),
        redirect_uri=f"{client.origin}/auth/oidc.callback",
        client_url=client.origin,
        admin_url=provider.admin_url(site),
        admin_username=provider.ADMIN_USERNAME,
        admin_password=data.secret("admin_password"),
        pids={"demo": os.getpid()} | {name: child.pid for name, (child, _) in running.items()},
        folder=data.path,
        is_kept=is_kept,
    )
