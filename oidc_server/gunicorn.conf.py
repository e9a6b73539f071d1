# ruff: noqa: N999 - the name that gunicorn looks for
"""gunicorn's settings; one process of four threads, so that memory stays small."""

from pathlib import Path

bind = "0.0.0.0:8000"
threads = 4
# Seconds an idle connection is kept; longer than callers keep theirs, so that they close it.
keepalive = 75
# Shorter than the ten seconds an engine gives a container to stop.
graceful_timeout = 8
# The heartbeat file must not lie on a disk, nor on a read-only root.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a heartbeat file, made with mkstemp
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None
# Query strings hold codes, states and hints; the gateway logs requests without them.
accesslog = None
limit_request_line = 8190
# Only Django decides by X-Forwarded-Proto, see settings/security.py.
forwarded_allow_ips = ""
