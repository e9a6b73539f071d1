"""The client's side of the protocol: addresses to send a browser to, and calls to the provider."""

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from deploygen.demo.client import id_token

CALLBACK = "/auth/oidc.callback"  # Outline's own, which the bundled client is registered with
_SCOPE = "openid profile email"
_TIMEOUT = 10  # seconds
_MOST = 1024**2  # bytes of an answer


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The provider said no, or nothing sensible; the message is for the page."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What has to come back unchanged from one journey to the provider (RFC 9700, section 2.1)."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """Return the S256 code challenge (RFC 7636, section 4.2)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """What the provider told of someone; `expires_at` is the access token's, in Unix time."""

    id_token: str
    id_claims: dict[str, Any]
    userinfo: dict[str, Any]
    refresh_token: str
    expires_at: float
    refreshes: int = 0


class RelyingParty:
    """A confidential client; it authenticates by client_secret_post, as Outline does."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, origin: str) -> None:
        self.issuer = issuer
        self.origin = origin
        self._client_id = client_id
        self._client_secret = client_secret
        self._found: dict[str, Any] = {}
        # What is on loopback needs no proxy.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def authorization_url(self, attempt: Attempt) -> str:
        return self._with_query(
            "authorization_endpoint",
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self.origin + CALLBACK,
                "scope": _SCOPE,
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": attempt.challenge,
                "code_challenge_method": "S256",
            },
        )

    def sign_in(self, code: str, attempt: Attempt) -> SignIn:
        """Exchange the code and fetch the claims. Raises Refused."""
        answer = self._token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.origin + CALLBACK,
            code_verifier=attempt.verifier,
        )
        return self._signed_in(answer, nonce=attempt.nonce, refreshes=0)

    def refresh(self, before: SignIn) -> SignIn:
        """Ask again, with the refresh token. Raises Refused, as when the user was turned off."""
        answer = self._token(grant_type="refresh_token", refresh_token=before.refresh_token)
        return self._signed_in(answer, nonce=None, refreshes=before.refreshes + 1)

    def end_session_url(self, signed_in: SignIn) -> str:
        """RP-Initiated Logout 1.0, section 2."""
        return self._with_query(
            "end_session_endpoint",
            {
                "id_token_hint": signed_in.id_token,
                "client_id": self._client_id,
                "post_logout_redirect_uri": self.origin,
            },
        )

    def _signed_in(self, answer: dict[str, Any], *, nonce: str | None, refreshes: int) -> SignIn:
        try:
            signed = str(answer["id_token"])
            claims = id_token.claims(
                signed,
                self._json(self._endpoint("jwks_uri")),
                issuer=self.issuer,
                client_id=self._client_id,
                nonce=nonce,
            )
            userinfo = self._json(
                self._endpoint("userinfo_endpoint"),
                headers={"Authorization": f"Bearer {answer['access_token']}"},
            )
            if userinfo["sub"] != claims["sub"]:  # OpenID Connect Core 1.0, section 5.3.2
                raise Refused("userinfo is of someone else than the ID token")
            return SignIn(
                id_token=signed,
                id_claims=claims,
                userinfo=userinfo,
                refresh_token=str(answer["refresh_token"]),
                expires_at=time.time() + float(answer["expires_in"]),
                refreshes=refreshes,
            )
        except id_token.BadTokenError as error:
            raise Refused(f"the ID token is no good: {error}") from None
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(f"the provider's answer is incomplete: {error!r}") from None

    def _token(self, **fields: str) -> dict[str, Any]:
        credentials = {"client_id": self._client_id, "client_secret": self._client_secret}
        form = urlencode({**fields, **credentials}).encode("ascii")
        return self._json(self._endpoint("token_endpoint"), body=form)

    def _with_query(self, endpoint: str, query: dict[str, str]) -> str:
        return f"{self._endpoint(endpoint)}?{urlencode(query)}"

    def _endpoint(self, name: str) -> str:
        if not self._found:
            found = self._json(f"{self.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:  # Discovery 1.0, section 4.3
                raise Refused("the provider calls itself by another name")
            self._found = found
        return str(self._found[name])

    def _json(
        self, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        request = urllib.request.Request(url, data=body, headers=headers or {})  # noqa: S310 - the issuer's own
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                answer = json.loads(response.read(_MOST))
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(_refusal(error)) from None
        except (OSError, ValueError) as error:
            raise Refused(f"the provider can't be asked: {error}") from None
        if not isinstance(answer, dict):
            raise Refused("the provider's answer is no JSON object")
        return answer


def _refusal(error: urllib.error.HTTPError) -> str:
    """Return the reason in the words of RFC 6749, section 5.2, if there is one."""
    try:
        answer = json.loads(error.read(_MOST))
        reason = " ".join(
            str(answer[key]) for key in ("error", "error_description") if key in answer
        )
    except (OSError, ValueError, TypeError):
        reason = ""
    return f"the provider refused ({error.code}{f', {reason}' if reason else ''})"
