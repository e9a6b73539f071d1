"""Limits to guessing passwords and links, which lock out neither an office nor the one attacked.

Failures are counted by account and address, by account from anywhere, and by address over all
accounts. A browser that signed in to the account before is counted by itself (OWASP, "Slow Down
Online Guessing Attacks with Device Cookies"), so that others' failures never keep it out. Rows of
the database are what is counted in, so all workers share them.

An attempt counts from before its password is checked, so that no number of attempts at once passes
a limit; if it succeeds, that is undone. One over a limit costs no password check and counts for
nothing. One-time links that are good no more are counted too, by address and by themselves: who
is blocked for wrong passwords can still be sent a link.

An account is counted by the name that was typed, whether or not there is one: to count a user's
username and address as one would tell who has which. So a guesser has each limit twice.

django-axes has one limit for all it counts, and keeps what was typed. Here it is digested, by a key
that is not in the database: people type passwords where the username belongs.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from oidc_server.accounts import devices
from oidc_server.accounts.models import Failures, User


@dataclass(frozen=True)
class Limit:
    """The failures that are allowed in a window, which begins with the first of them."""

    failures: int
    window: timedelta


AT_ADDRESS = DEVICE = SIGNED_IN = Limit(10, timedelta(minutes=15))
ACCOUNT = Limit(50, timedelta(hours=1))
# An office has one address, and it is Monday morning.
ADDRESS = LINK = Limit(100, timedelta(minutes=15))


class TooManyAttempts(Exception):  # noqa: N818 - named for what is wrong
    """A limit is reached `until` then; `subject` is that of the user whom it was about, if any."""

    def __init__(self, until: datetime, subject: str) -> None:
        super().__init__()
        self.until = until
        self.subject = subject


@dataclass(frozen=True)
class _Counter:
    account: str
    source: str
    limit: Limit

    @property
    def rows(self) -> Q:
        return Q(account=self.account, source=self.source)

    @property
    def is_narrow(self) -> bool:
        """Whether it counts what one person does, so that their success ends it."""
        return bool(self.account and self.source)


class Attempt:
    """One that is under way, and counts as a failure until it has succeeded."""

    def __init__(self, counters: tuple[_Counter, ...], user: User | None) -> None:
        """Raises `TooManyAttempts` if one of the counters is at its limit."""
        self._counters = counters
        subject, now = user.sub if user else "", timezone.now()
        found = {
            (row.account, row.source): row
            for row in Failures.objects.filter(reduce(or_, [one.rows for one in counters]))
        }
        rows = [(one, found.get((one.account, one.source))) for one in counters]
        full = [
            row.ends_at
            for one, row in rows
            if row and row.count >= one.limit.failures and row.ends_at > now
        ]
        if full:
            raise TooManyAttempts(max(full), subject)
        _begin([one for one, row in rows if not row], now)
        for one in counters:
            if not _count(one, now):  # others were first
                raise TooManyAttempts(now + one.limit.window, subject)

    def succeeded(self) -> None:
        for one in self._counters:
            rows = Failures.objects.filter(one.rows, count__gt=0)
            rows.update(count=0 if one.is_narrow else F("count") - 1)


def sign_in(request: HttpRequest | None, name: str, user: User | None) -> Attempt:
    """Begin an attempt to sign in by this name, which is `user`'s or nobody's."""
    device = devices.known(request, user) if request and user else None
    if user and device:
        return Attempt((_Counter(_subject(user), _digest("device", device), DEVICE),), user)
    account, address = _name(name), _digest("address", _network(request))
    return Attempt(
        (
            _Counter(account, address, AT_ADDRESS),
            _Counter(account, "", ACCOUNT),
            _Counter("", address, ADDRESS),
        ),
        user,
    )


def confirm(user: User) -> Attempt:
    """Begin an attempt, by whoever is signed in as `user`, to give that user's password again."""
    return Attempt((_Counter(_subject(user), _digest("signed in", user.sub), SIGNED_IN),), user)


def link(request: HttpRequest) -> Attempt:
    """Begin an attempt to open a one-time link."""
    source = _digest("address of a link", _network(request))
    return Attempt((_Counter("", source, LINK),), None)


def let_in(users: Iterable[User]) -> None:
    """Forget the failures at these accounts, from wherever."""
    accounts = [
        account
        for user in users
        for account in (_name(user.username), _name(user.email), _subject(user))
    ]
    Failures.objects.filter(account__in=accounts).update(count=0)


def let_everybody_in() -> None:
    """Forget all failures, those of addresses too."""
    Failures.objects.update(count=0)


def _begin(counters: Iterable[_Counter], now: datetime) -> None:
    """Make the rows that there are none of, always in one order, so that nobody waits for ever."""
    Failures.objects.bulk_create(
        [
            Failures(account=one.account, source=one.source, ends_at=now + one.limit.window)
            for one in sorted(counters, key=lambda one: (one.account, one.source))
        ],
        ignore_conflicts=True,
    )


def _count(counter: _Counter, now: datetime) -> bool:
    """Add one; False if the limit does not allow it."""
    if _add(counter, now):
        return True
    if Failures.objects.filter(counter.rows).exists():
        return False
    _begin([counter], now)  # it had ended, and was cleaned up a moment ago
    return _add(counter, now)


def _add(counter: _Counter, now: datetime) -> bool:
    """One statement looks at the limit and adds, so that it holds for attempts at once."""
    limit, ended = counter.limit, Q(ends_at__lte=now)
    return bool(
        Failures.objects.filter(counter.rows, ended | Q(count__lt=limit.failures)).update(
            count=Case(When(ended, then=Value(1)), default=F("count") + 1),
            ends_at=Case(When(ended, then=Value(now + limit.window)), default=F("ends_at")),
        )
    )


def _name(name: str) -> str:
    return _digest("name", name.lower())  # as `User.objects.find` does


def _subject(user: User) -> str:
    return _digest("subject", user.sub)


def _network(request: HttpRequest | None) -> str:
    """The client's address; of IPv6 the /64, which is what one person has."""
    text = request.META.get("REMOTE_ADDR", "") if request else ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # a socket of the file system has none
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _digest(kind: str, text: str) -> str:
    return salted_hmac(f"{__name__}.{kind}", text, algorithm="sha256").hexdigest()
