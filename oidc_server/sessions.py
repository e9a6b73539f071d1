"""SESSION_ENGINE: sessions in the database, each under a digest of its key.

Django's own keeps the key itself, so that whoever reads the table, or a backup of it, can act as
anybody in it. Only what synchronous views call is here; the site has no others.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from oidc_server import rows

_BY_KEY = rows.Query(
    "FROM {session} WHERE {session}.session_key = %s",
    session=(Session, "session_key session_data expire_date"),
)


class SessionStore(db.SessionStore):
    """`session_key` is the browser's; the column of that name holds what `at_rest` makes of it."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        """What loads a session: an unknown key is forgotten, so that nobody chooses their own."""
        found = _BY_KEY.first(at_rest(self.session_key or ""))
        if found is None or found[0].expire_date <= timezone.now():
            self._session_key = None
            return None
        session: Session = found[0]
        return session

    def exists(self, session_key: str) -> bool:
        return super().exists(at_rest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        made = super().create_model_instance(data)
        made.session_key = at_rest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(at_rest(key))


def at_rest(session_key: str) -> str:
    """160 bits of SHA-256, which is what the column takes; a key has about as many of its own."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]
