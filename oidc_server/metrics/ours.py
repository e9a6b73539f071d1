"""All that is counted, and what is known of the process."""

import os
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from oidc_server.metrics.counting import Counter, Durations, gauge

EVENTS = Counter("oidc_events_total", "What happened, by the kinds of the audit.", "kind")
RESPONSES = Counter("oidc_responses_total", "Answers, by view and status.", "view", "status")
REQUESTS = Durations("oidc_request_duration_seconds", "How long a view took to answer.", "view")
CLEANED = Counter("oidc_cleaned_rows_total", "Expired rows that were deleted.", "kind")

_started = time.time()


def exposition() -> str:
    counted = (each.lines() for each in (EVENTS, RESPONSES, REQUESTS, CLEANED))
    return "\n".join(chain(*counted, _process(), [""]))


def _process() -> Iterator[str]:
    """By the names that all of Prometheus' clients have for it."""
    yield from gauge(
        "process_cpu_seconds_total", "CPU time, user and system.", time.process_time(), "counter"
    )
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    yield from gauge(
        "process_resident_memory_bytes", "Resident memory.", resident * os.sysconf("SC_PAGE_SIZE")
    )
    yield from gauge("process_open_fds", "Open files.", len([*Path("/proc/self/fd").iterdir()]))
    yield from gauge("process_start_time_seconds", "Since 1970.", _started)
