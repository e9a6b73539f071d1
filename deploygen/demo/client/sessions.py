"""Who is signed in with which browser: in memory, since nothing here outlives the demo."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from deploygen.demo.client.relying_party import Attempt, SignIn

_MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser on its way to the provider, or back from it."""

    attempt: Attempt | None = None
    signed_in: SignIn | None = None
    notice: str = ""


class Sessions:
    """Sessions by an unguessable key; the oldest give way."""

    def __init__(self) -> None:
        self._by_key: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: str) -> Session:
        with self._lock:
            return self._by_key.get(key, Session())

    def replace(self, key: str, session: Session) -> str:
        """Put `session` in the place of what `key` held; return its key, a new one.

        A key that was known before signing in must not be good after it.
        """
        made = secrets.token_urlsafe(24)
        with self._lock:
            self._by_key.pop(key, None)
            self._by_key[made] = session
            while len(self._by_key) > _MOST:
                self._by_key.popitem(last=False)
        return made
