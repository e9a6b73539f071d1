"""What each of the client's addresses does: a request in, an answer out."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

from deploygen.demo.client import pages
from deploygen.demo.client.relying_party import CALLBACK, Attempt, Refused, RelyingParty
from deploygen.demo.client.sessions import Session, Sessions


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request whose Host was found to be the client's own."""

    method: str
    path: str
    query: dict[str, str]
    session_key: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A page, or a redirect if `location` is set; `session_key` is the cookie to set, if any."""

    status: HTTPStatus = HTTPStatus.OK
    page: str = ""
    location: str | None = None
    session_key: str | None = None


class _Route(NamedTuple):
    method: str
    path: str


class Application:
    """The client's pages over one relying party."""

    def __init__(self, party: RelyingParty) -> None:
        self.party = party
        self._sessions = Sessions()
        self._routes: dict[_Route, Callable[[Request], Answer]] = {
            _Route("GET", "/"): self._home,
            _Route("GET", "/sign-in"): self._sign_in,
            _Route("GET", CALLBACK): self._callback,
            _Route("POST", "/refresh"): self._refresh,
            _Route("POST", "/sign-out"): self._sign_out,
        }

    def answer(self, request: Request) -> Answer:
        handler = self._routes.get(_Route(request.method, request.path))
        if handler is None:
            return _problem(HTTPStatus.NOT_FOUND, "There is no such page here.")
        try:
            return handler(request)
        except Refused as refused:
            return _problem(HTTPStatus.BAD_GATEWAY, f"It did not work: {refused}.")

    def _home(self, request: Request) -> Answer:
        session = self._sessions.of(request.session_key)
        if session.signed_in is None:
            return Answer(page=pages.welcome(self.party.issuer, session.notice))
        return Answer(page=pages.signed_in(session.signed_in))

    def _sign_in(self, request: Request) -> Answer:
        attempt = Attempt()
        return Answer(
            status=HTTPStatus.SEE_OTHER,
            location=self.party.authorization_url(attempt),
            session_key=self._sessions.replace(request.session_key, Session(attempt=attempt)),
        )

    def _callback(self, request: Request) -> Answer:
        attempt = self._sessions.of(request.session_key).attempt
        state = request.query.get("state", "")
        if attempt is None or not hmac.compare_digest(state.encode(), attempt.state.encode()):
            return _problem(
                HTTPStatus.BAD_REQUEST, "This answer belongs to no sign-in that was begun here."
            )
        if "code" not in request.query:
            reason = request.query.get("error_description") or request.query.get("error", "no code")
            return self._home_with(request, Session(notice=f"Not signed in: {reason}."))
        signed_in = self.party.sign_in(request.query["code"], attempt)
        return self._home_with(request, Session(signed_in=signed_in))

    def _refresh(self, request: Request) -> Answer:
        before = self._sessions.of(request.session_key).signed_in
        if before is None:
            return self._home_with(request, Session())
        try:
            session = Session(signed_in=self.party.refresh(before))
        except Refused as refused:
            session = Session(notice=f"Your session has ended: {refused}.")
        return self._home_with(request, session)

    def _sign_out(self, request: Request) -> Answer:
        """Forget who it was, then have the provider forget it too."""
        before = self._sessions.of(request.session_key).signed_in
        key = self._sessions.replace(request.session_key, Session(notice="You are signed out."))
        location = "/" if before is None else self.party.end_session_url(before)
        return Answer(status=HTTPStatus.SEE_OTHER, location=location, session_key=key)

    def _home_with(self, request: Request, session: Session) -> Answer:
        return Answer(
            status=HTTPStatus.SEE_OTHER,
            location="/",
            session_key=self._sessions.replace(request.session_key, session),
        )


def _problem(status: HTTPStatus, text: str) -> Answer:
    return Answer(status=status, page=pages.problem(text))
