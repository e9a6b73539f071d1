"""What must hold between keys: each rule yields what is wrong, what is accepted and what to do.

Warnings are rules too, for what works all the same; they yield a key and a sentence.
"""

from deploygen.rules import (
    address,
    certificates,
    effect,
    mail,
    passing_on,
    provider,
    proxies,
    storage,
)
from deploygen.rules.certificates import ACME_VARIABLES
from deploygen.rules.common import Rule, Warner

__all__ = ["ACME_VARIABLES", "RULES", "WARNINGS"]

RULES: tuple[Rule, ...] = (
    *address.RULES,
    *certificates.RULES,
    *mail.RULES,
    *passing_on.RULES,
    *provider.RULES,
    *proxies.RULES,
    *storage.RULES,
)
WARNINGS: tuple[Warner, ...] = (
    *address.WARNINGS,
    *certificates.WARNINGS,
    *effect.WARNINGS,
    *mail.WARNINGS,
    *passing_on.WARNINGS,
    *provider.WARNINGS,
    *proxies.WARNINGS,
    *storage.WARNINGS,
)
