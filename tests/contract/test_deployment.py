"""The generated stack keeps what Outline asks of it, and each breach would be noticed."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.contract.clauses import CLAUSES, Breach, Clause
from tests.contract.deployment import Deployment

# An image may have to be made, and the deployment to come up.
pytestmark = pytest.mark.timeout(900)

Deployments = Callable[[str], Deployment]
# Several clauses may be about one check: it runs once.
SOUND = [
    pytest.param(clause, id=f"{clause.check.__name__}, {clause.scheme}, {dict(clause.given)}")
    for clause in {
        (clause.check, clause.scheme, *clause.given.items()): clause for clause in CLAUSES
    }.values()
]

BREACHES = [
    pytest.param(clause, breach, id=f"{clause.name}: {name}")
    for clause in CLAUSES
    for name, breach in clause.breaches.items()
]


@pytest.mark.parametrize("clause", SOUND)
def test_generated_stack_keeps(clause: Clause, deployments: Deployments) -> None:
    deployment = deployments(clause.scheme)

    with given(clause, deployment):
        run(clause, deployment)


@pytest.mark.parametrize(("clause", "breach"), BREACHES)
def test_breach_is_noticed(clause: Clause, breach: Breach, deployments: Deployments) -> None:
    deployment = deployments(clause.scheme)

    with given(clause, deployment), pytest.raises((AssertionError, httpx.HTTPError)) as noticed:
        run(clause, deployment, breach)

    # For `pytest --log-level=INFO -rP`: the reason has to be the breach and nothing else.
    logging.getLogger(__name__).info("noticed by: %s", noticed.value)


@contextmanager
def given(clause: Clause, deployment: Deployment) -> Iterator[None]:
    """Have a sound deployment with the clause's own variables; mend what is broken meanwhile."""
    if clause.given:
        deployment.set_variables(clause.given)
    try:
        yield
    finally:
        deployment.mend()


def run(clause: Clause, deployment: Deployment, breach: Breach | None = None) -> None:
    """Run a clause's check, with the breach made before it or at the point where it yields."""
    if inspect.isgeneratorfunction(clause.check):
        deployment.settle()
        steps = clause.check(deployment)
        assert steps is not None
        next(steps)
    else:
        steps = None
    if breach is not None:
        breach.apply(deployment)
    deployment.settle()
    if steps is None:
        clause.check(deployment)
    else:
        next(steps, None)
