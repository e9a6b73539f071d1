"""What Prometheus is told, and where."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from oidc_server.metrics.counting import Counter, Durations
from tests.oidc_server import running
from tests.oidc_server.postgresql import Cluster, free_port


def test_a_counter_is_told_by_its_labels() -> None:
    counter = Counter("things_total", "Things.", "kind", "size")

    counter.add("b", "small")
    counter.add("a", "small", times=3)
    counter.add("b", "small")

    assert list(counter.lines()) == [
        "# HELP things_total Things.",
        "# TYPE things_total counter",
        'things_total{kind="a",size="small"} 3',
        'things_total{kind="b",size="small"} 2',
    ]


def test_a_histogram_counts_all_that_took_up_to_a_bound() -> None:
    durations = Durations("thing_seconds", "Things.", "kind")

    for seconds in (0.25, 0.3, 60.0):
        durations.add("a", seconds)

    lines = list(durations.lines())
    assert lines[:2] == ["# HELP thing_seconds Things.", "# TYPE thing_seconds histogram"]
    buckets = dict(re.findall(r'_bucket{kind="a",le="(.+?)"} (\d+)', "\n".join(lines)))
    assert list(buckets.values()) == sorted(buckets.values())
    assert (buckets["0.1"], buckets["0.25"], buckets["0.5"]) == ("0", "1", "2")
    assert (buckets["10.0"], buckets["+Inf"]) == ("2", "3")
    assert lines[-2:] == ['thing_seconds_sum{kind="a"} 60.55', 'thing_seconds_count{kind="a"} 3']


@pytest.fixture(scope="module")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(
    postgresql: Cluster | None, tmp_path_factory: pytest.TempPathFactory, metrics_port: int
) -> Iterator[running.Running]:
    folder = tmp_path_factory.mktemp("metrics")
    variables = running.fresh(postgresql, folder, METRICS_PORT=str(metrics_port))
    running.command("init", variables=variables)
    with running.serve(variables, running.port_of(variables), folder / "log") as started:
        yield started


def told(port: int) -> dict[str, float]:
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_sign_ins_and_answers_are_counted(provider: running.Running, metrics_port: int) -> None:
    provider.sign_in()

    metrics = told(metrics_port)

    assert metrics['oidc_events_total{kind="sign-in accepted"}'] == 1
    assert metrics['oidc_responses_total{view="oidc_provider:token",status="200"}'] == 1
    assert metrics['oidc_request_duration_seconds_count{view="oidc_provider:token"}'] == 1
    assert metrics["process_cpu_seconds_total"] > 0
    assert metrics["process_resident_memory_bytes"] > 2**24


def test_the_port_has_nothing_but_metrics_and_the_site_has_none(
    provider: running.Running, metrics_port: int
) -> None:
    assert httpx.get(f"http://127.0.0.1:{metrics_port}/uc/health/live").status_code == 404
    assert httpx.post(f"http://127.0.0.1:{metrics_port}/metrics").status_code == 501
    assert httpx.get(f"{provider.address}/metrics").status_code == 404


def test_nobody_who_says_nothing_keeps_others_waiting_for_long(
    provider: running.Running,  # noqa: ARG001 - whose metrics they are
    metrics_port: int,
) -> None:
    with closing(running.connection(metrics_port)):
        answer = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics", timeout=20)

    assert answer.status_code == 200


def test_a_port_that_is_taken_keeps_nobody_from_signing_in(
    provider: running.Running,  # noqa: ARG001 - has the port
    metrics_port: int,
    tmp_path: Path,
) -> None:
    variables = running.fresh(None, tmp_path, METRICS_PORT=str(metrics_port))
    running.command("init", variables=variables)

    with running.serve(variables, running.port_of(variables), tmp_path / "log") as started:
        assert started.sign_in()

        assert f"no metrics: port {metrics_port}: Address already in use" in started.log.read_text()
