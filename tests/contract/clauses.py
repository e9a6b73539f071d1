"""The table: what Outline asks of the stack, where the stand-in holds it, and what shows a breach.

Each clause names the code of ``tests/standins/outline/server`` that keeps Outline's side, the check
that a sound deployment passes, and the breaches of the generated folder that the check must catch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.contract import checks
from tests.contract.deployment import Deployment

Check = Callable[[Deployment], Iterator[None] | None]

TAMPERED = "http://NAME-tamper:8000"
TOKEN = "uc/oauth/token"
USERINFO = "uc/oauth/userinfo"
DEAD_PROXY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Variables:
    """Other values for variables of Outline's env file; None takes one out."""

    changes: Mapping[str, str | None]

    def apply(self, deployment: Deployment) -> None:
        deployment.set_variables(self.changes)


@dataclass(frozen=True)
class Edit:
    """Another text in a generated file: patterns and what is put in their place."""

    file: str
    service: str
    replacements: Mapping[str, str]

    def apply(self, deployment: Deployment) -> None:
        deployment.edit(self.file, self.service, self.replacements)


@dataclass(frozen=True)
class Compose:
    """Other settings for Outline's service, as a compose override file would bring them."""

    settings: Mapping[str, Any]

    def apply(self, deployment: Deployment) -> None:
        deployment.override("outline", self.settings)


Breach = Variables | Edit | Compose


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One thing that Outline asks of the stack.

    ``scheme`` is that of the deployment it is about: http, or https that is ended outside.
    ``given`` are variables that must hold for the check to be about this clause. A clause that no
    generated folder can break has no breaches but a reason.
    """

    name: str
    text: str
    standin: str
    check: Check
    scheme: Literal["http", "https"] = "http"
    breaches: Mapping[str, Breach] = field(default_factory=dict)
    given: Mapping[str, str | None] = field(default_factory=dict)
    unbreakable: str = ""


def nginx(replacements: Mapping[str, str], file: str = "proxy.conf") -> Edit:
    return Edit(f"nginx/{file}", "NAME-gateway", replacements)


CLAUSES = (
    Clause(
        name="own command",
        text="The image starts by its own CMD; there is no yarn in it.",
        standin="../Dockerfile:CMD",
        check=checks.starts,
        breaches={
            "a command for yarn": Compose(
                {"command": ["sh", "-c", "yarn db:migrate && yarn start"]}
            )
        },
    ),
    Clause(
        name="own files",
        text="The image runs as 1001:1001 with a volume at /var/lib/outline/data.",
        standin="storage/local.js:localStorage",
        check=checks.stores_from_its_own_side,
        given={"FILE_STORAGE": "local"},
        breaches={
            "a folder of root's": Variables({"FILE_STORAGE_LOCAL_ROOT_DIR": "/opt"}),
        },
    ),
    Clause(
        name="local uploads",
        text="With FILE_STORAGE=local a browser uploads through /api/files.create.",
        standin="api/files.js:fileRoutes",
        check=checks.takes_uploads,
        given={"FILE_STORAGE": "local"},
        breaches={
            "nginx's own limit": nginx({r"client_max_body_size \d+;": ""}, "pages.conf"),
            "a folder of root's": Variables({"FILE_STORAGE_LOCAL_ROOT_DIR": "/opt"}),
        },
    ),
    Clause(
        name="migrations",
        text="Migrations and four extensions are made at start, as the database's own role.",
        standin="migrations.js:migrate",
        check=checks.starts,
        breaches={"a database of somebody else's": Variables({"DATABASE_NAME": "oidc"})},
    ),
    Clause(
        name="health",
        text="/_health answers OK on http whatever FORCE_HTTPS says.",
        standin="health.js:healthRoutes",
        check=checks.starts,
        given={"FORCE_HTTPS": "true"},
        breaches={
            "asked by https": Compose(
                {
                    "healthcheck": {
                        "test": "wget -qO- https://127.0.0.1:3000/_health | grep -q OK",
                        "start_period": "1s",
                        "interval": "1s",
                        "retries": 2,
                    }
                }
            )
        },
    ),
    Clause(
        name="redis",
        text="Queues and locks are in Redis, which health asks too.",
        standin="redis.js:connectRedis",
        check=checks.starts,
        breaches={"another password": Variables({"REDIS_URL": "redis://:wrong@redis:6379"})},
    ),
    Clause(
        name="values from files",
        text="Any X_FILE is read as X, so a stray SSL_CERT_FILE stops the start.",
        standin="file-secrets.js:readVariable",
        check=checks.starts,
        breaches={
            "SSL_CERT_FILE": Variables({"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"})
        },
    ),
    Clause(
        name="required values",
        text="SECRET_KEY (64 hex), UTILS_SECRET, URL, REDIS_URL and one way to the database.",
        standin="environment.js:readEnvironment",
        check=checks.starts,
        breaches={
            "a short key": Variables({"SECRET_KEY": "abc123"}),
            "a key that is not hex": Variables({"SECRET_KEY": "x" * 64}),
            "no UTILS_SECRET": Variables({"UTILS_SECRET": None}),
            "no URL": Variables({"URL": None}),
            "no REDIS_URL": Variables({"REDIS_URL": None}),
            "no database": Variables({"DATABASE_HOST": None}),
            "two databases": Variables({"DATABASE_URL": "postgres://outline@postgres/outline"}),
            "an unknown language": Variables({"DEFAULT_LANGUAGE": "english"}),
            "a flag in words": Variables({"FORCE_HTTPS": "no"}),
            "a long provider name": Variables({"OIDC_DISPLAY_NAME": "x" * 51}),
            "an unknown way to upload": Variables({"AWS_S3_UPLOAD_METHOD": "patch"}),
        },
    ),
    Clause(
        name="postgres without TLS",
        text="PGSSLMODE=disable for a Postgres without TLS.",
        standin="database.js:connectDatabase",
        check=checks.starts,
        breaches={"left out": Variables({"PGSSLMODE": None})},
    ),
    Clause(
        name="telemetry",
        text="ENABLE_UPDATES is on unless turned off.",
        standin="server.js:ENABLE_UPDATES",
        check=checks.tells_nobody,
        breaches={"left out": Variables({"ENABLE_UPDATES": None})},
    ),
    Clause(
        name="request limit",
        text="RATE_LIMITER_REQUESTS is 1000 a minute for an address unless set, assets included.",
        standin="limits.js:limitRequests",
        check=checks.serves_a_whole_office,
        breaches={"left out": Variables({"RATE_LIMITER_REQUESTS": None})},
    ),
    Clause(
        name="document limit",
        text="RATE_LIMITER_COLLABORATION_REQUESTS is 50 documents a minute for an address unless"
        " set; who opens more is kept out for five minutes.",
        standin="sockets.js:crowdsOver",
        check=checks.lets_a_whole_office_write,
        breaches={"left out": Variables({"RATE_LIMITER_COLLABORATION_REQUESTS": None})},
    ),
    Clause(
        name="passkeys",
        text="A session made by Outline's passkeys is never asked about again at the provider.",
        standin="oidc/routes.js:passkeys",
        check=checks.has_one_way_in,
        breaches={
            "let through": nginx(
                {r"location ~\* \^/auth/\(passkeys\S+": "location ~ ^/none"}, "wiki.conf"
            )
        },
    ),
    Clause(
        name="links in mail",
        text="With SMTP_HOST Outline signs people in by a link in a mail, never asked about again.",
        standin="oidc/routes.js:/auth/email",
        check=checks.lets_nobody_in_by_mail,
        given={"SMTP_HOST": "mail.example.com", "SMTP_FROM_EMAIL": "wiki@example.com"},
        breaches={
            "let through": nginx({r"\(passkeys\?\|email\)": "passkeys?"}, "wiki.conf"),
        },
    ),
    Clause(
        name="founding",
        text="Before anybody has signed in, whoever asks founds the wiki without an account.",
        standin="api/session.js:/installation.create",
        check=checks.lets_nobody_found_it,
        breaches={
            "let through": nginx(
                {r"location ~\* \^/api/installation\S+": "location ~ ^/none"}, "wiki.conf"
            )
        },
    ),
    Clause(
        name="mail",
        text="SMTP_SECURE is true or false, and SMTP_FROM_EMAIL an address, or nothing starts.",
        standin="environment.js:SMTP_FROM_EMAIL",
        check=checks.starts,
        given={"SMTP_HOST": "mail.example.com", "SMTP_FROM_EMAIL": "Our wiki <wiki@example.com>"},
        breaches={
            "STARTTLS in a word": Variables({"SMTP_SECURE": "starttls"}),
            "a sender without an address": Variables({"SMTP_FROM_EMAIL": "Our wiki"}),
        },
    ),
    Clause(
        name="token of a page",
        text="Every GET that reaches Outline, assets included, changes the CSRF cookie.",
        standin="csrf.js:attachCsrfToken",
        check=checks.keeps_tokens_while_assets_load,
        breaches={
            "let through": nginx({r"proxy_hide_header Set-Cookie;": ""}, "wiki.conf"),
        },
    ),
    Clause(
        name="upload limit",
        text="FILE_STORAGE_UPLOAD_MAX_SIZE is 1 MB by default and nginx must let as much pass.",
        standin="api/attachments.js:attachmentRoutes",
        check=checks.takes_uploads,
        breaches={
            "left out": Variables({"FILE_STORAGE_UPLOAD_MAX_SIZE": None}),
            "nginx's own limit": nginx({r"client_max_body_size \d+;": ""}, "pages.conf"),
        },
    ),
    Clause(
        name="signed limit",
        text="An upload's form is signed for any size up to the limit, which the storage enforces.",
        standin="storage/s3.js:presignPost",
        check=checks.refuses_too_much,
        given={"FILE_STORAGE_UPLOAD_MAX_SIZE": "1000000"},
        breaches={
            "a higher limit": Variables({"FILE_STORAGE_UPLOAD_MAX_SIZE": "100000000"}),
        },
    ),
    Clause(
        name="provider addresses",
        text="The browser's address of the provider is public, the server's two are private.",
        standin="oidc/strategy.js:createStrategy",
        check=checks.signs_in,
        breaches={
            "a private one for the browser": Variables(
                {"OIDC_AUTH_URI": "http://oidc:8000/uc/oauth/authorize"}
            ),
            "a public one for tokens": Variables(
                {"OIDC_TOKEN_URI": f"http://localhost:PORT/{TOKEN}"}
            ),
            "a public one for userinfo": Variables(
                {"OIDC_USERINFO_URI": f"http://localhost:PORT/{USERINFO}"}
            ),
            "one too few for manual mode": Variables({"OIDC_USERINFO_URI": None}),
        },
    ),
    Clause(
        name="discovery",
        text="OIDC_ISSUER_URL is asked for the endpoints at start; without an answer Outline ends.",
        standin="oidc/discovery.js:discover",
        check=checks.starts,
        given={
            "OIDC_ISSUER_URL": "http://oidc:8000/uc/oauth",
            "OIDC_AUTH_URI": None,
            "OIDC_TOKEN_URI": None,
            "OIDC_USERINFO_URI": None,
        },
        breaches={
            "an issuer that is none": Variables({"OIDC_ISSUER_URL": "http://oidc:8000/uc/admin"}),
            "an issuer that nobody is": Variables({"OIDC_ISSUER_URL": "http://nobody:8000"}),
        },
    ),
    Clause(
        name="authorization request",
        text="Code, scopes, redirect_uri=<URL>/auth/oidc.callback and state; no nonce, no PKCE.",
        standin="oidc/strategy.js:OidcStrategy",
        check=checks.sends_no_more_than_it_must,
        breaches={
            "another URL than the provider knows": Variables({"URL": "http://127.0.0.1:PORT"}),
            "another client": Variables({"OIDC_CLIENT_ID": "somebody-else"}),
        },
    ),
    Clause(
        name="token request",
        text="The client's secret comes in the body, never in a header.",
        standin="oidc/strategy.js:createStrategy",
        check=checks.signs_in,
        breaches={
            "a provider that wants a header": Variables(
                {"OIDC_TOKEN_URI": f"{TAMPERED}/basic-only/{TOKEN}"}
            ),
            "another secret": Variables({"OIDC_CLIENT_SECRET": "wrong"}),
        },
    ),
    Clause(
        name="claims",
        text="Userinfo has an e-mail address and a name, asked with GET and Bearer.",
        standin="oidc/strategy.js:signIn",
        check=checks.signs_in,
        breaches={
            "no e-mail address": Variables(
                {
                    "OIDC_USERINFO_URI": f"{TAMPERED}/without-email/{USERINFO}",
                    "OIDC_TOKEN_URI": f"{TAMPERED}/without-email/{TOKEN}",
                }
            ),
            "no scope for it": Variables({"OIDC_SCOPES": "openid profile"}),
            "no JSON": Variables({"OIDC_USERINFO_URI": f"{TAMPERED}/status-502/{USERINFO}"}),
        },
    ),
    Clause(
        name="verified address",
        text="email_verified is true, or whoever is known by address only is refused.",
        standin="oidc/provisioning.js:byEmail",
        check=checks.knows_a_vouched_address,
        breaches={
            "unverified": Variables({"OIDC_USERINFO_URI": f"{TAMPERED}/unverified/{USERINFO}"}),
        },
    ),
    Clause(
        name="first admin",
        text="The first user to sign in becomes the wiki's admin.",
        standin="oidc/provisioning.js:newUser",
        check=checks.signs_in,
        unbreakable="it is Outline's own doing; the stack only signs in first",
    ),
    Clause(
        name="picture",
        text="A picture on the wiki's own address is taken at the first sign-in only.",
        standin="oidc/provisioning.js:bySub",
        check=checks.signs_in,
        unbreakable="the provider sends no picture, so there is nothing to break",
    ),
    Clause(
        name="asked again",
        text="An hour after sign-in userinfo is asked again; any answer but 2xx ends the session.",
        standin="oidc/revalidation.js:revalidate",
        check=checks.stays_signed_in,
        breaches={
            status: Variables({"OIDC_USERINFO_URI": f"{TAMPERED}/status-{status}/{USERINFO}"})
            for status in ("401", "503")
        },
    ),
    Clause(
        name="refresh",
        text="Near its end the access token is renewed by the refresh token.",
        standin="oidc/provider.js:refreshTokens",
        check=checks.renews_its_token,
        breaches={
            "refused": Variables({"OIDC_TOKEN_URI": f"{TAMPERED}/refuse-refresh/{TOKEN}"}),
        },
    ),
    Clause(
        name="no answer",
        text="A refused connection ends no session, so no gateway may answer for the provider.",
        standin="oidc/revalidation.js:startRevalidationQueue",
        check=checks.survives_a_stopped_provider,
        breaches={
            "through the gateway": Variables(
                {"OIDC_USERINFO_URI": f"http://NAME-gateway:PORT/{USERINFO}"}
            ),
        },
    ),
    Clause(
        name="one token set",
        text="There is one token set per user, which another device's logout must not end.",
        standin="oidc/provisioning.js:keepTokens",
        check=checks.survives_another_devices_logout,
        breaches={
            "ended with the device": Variables(
                {"OIDC_TOKEN_URI": f"{TAMPERED}/refuse-refresh/{TOKEN}"}
            ),
        },
    ),
    Clause(
        name="offboarding",
        text="Refusing a user who was turned off, when asked again, ends their sessions.",
        standin="sessions.js:endSessions",
        check=checks.ends_with_the_account,
        breaches={
            "a provider that always says yes": Variables(
                {"OIDC_USERINFO_URI": f"{TAMPERED}/always-yes/{USERINFO}"}
            ),
        },
    ),
    Clause(
        name="proxies",
        text="HTTPS_PROXY takes the token request despite NO_PROXY; Docker injects such variables.",
        standin="oidc/strategy.js:HttpsProxyAgent",
        check=checks.signs_in,
        breaches={
            "left in the container": Compose(
                {
                    "environment": {
                        "HTTPS_PROXY": DEAD_PROXY,
                        "https_proxy": DEAD_PROXY,
                        "NO_PROXY": "*",
                    }
                }
            )
        },
    ),
    Clause(
        name="logout",
        text="/auth/oidc.logout leads to OIDC_LOGOUT_URI, and from there back to URL exactly.",
        standin="oidc/routes.js:authRoutes",
        check=checks.signs_out_everywhere,
        breaches={
            "no address for it": Variables({"OIDC_LOGOUT_URI": None}),
            "a private one": Variables(
                {"OIDC_LOGOUT_URI": "http://oidc:8000/uc/oauth/end-session"}
            ),
        },
    ),
    Clause(
        name="state",
        text="The state's cookie is for the Host that was asked, so Host passes unchanged.",
        standin="oidc/state.js:StateStore",
        check=checks.signs_in,
        breaches={
            # The gateway makes every cookie one for the host that the browser asked.
            "Host of the upstream, and its cookies": nginx(
                {
                    r" Host \$authority;": " Host $proxy_host;",
                    r"X-Forwarded-Host \$authority;": 'X-Forwarded-Host "";',
                    "^": "proxy_cookie_domain ~(.+) $1;\n",
                }
            ),
        },
    ),
    Clause(
        name="cookies of one host",
        text="Outline's cookies are for hosts below its own too, where another wiki may be.",
        standin="csrf.js:attachCsrfToken",
        check=checks.keeps_cookies_to_its_host,
        breaches={
            "their domain left on": nginx({r"proxy_cookie_domain .*;": ""}, "outline.conf"),
        },
    ),
    Clause(
        name="secure cookies on http",
        text="1.9.2 makes its sign-in cookies Secure on http too, and then fails to send them.",
        standin="oidc/state.js:cookieOptions",
        check=checks.signs_in,
        breaches={
            "told the true scheme": nginx({r"\n.*\^/auth/ https;": ""}, "nginx.conf"),
            "Secure left on": nginx({r"proxy_cookie_flags .*;": ""}, "wiki.conf"),
        },
    ),
    Clause(
        name="forced https",
        text="FORCE_HTTPS=true sends whoever did not come by https away: GET 301, POST 405.",
        standin="web.js:enforceHttps",
        check=checks.keeps_its_scheme,
        breaches={
            "forced on http": Variables({"FORCE_HTTPS": "true"}),
            "the default": Variables({"FORCE_HTTPS": None}),
        },
    ),
    Clause(
        name="scheme behind https",
        text="Where https is ended outside, X-Forwarded-Proto says https all the same.",
        standin="web.js:enforceHttps",
        scheme="https",
        check=checks.keeps_its_scheme,
        breaches={
            "no header": nginx({r"X-Forwarded-Proto [^;]+;": 'X-Forwarded-Proto "";'}),
            "the last hop's scheme": nginx(
                {r"X-Forwarded-Proto [^;]+;": "X-Forwarded-Proto $scheme;"}
            ),
        },
    ),
    Clause(
        name="cookies on https",
        text="Told https, Outline makes every cookie Secure.",
        standin="oidc/logout-hints.js:cookieOptions",
        scheme="https",
        check=checks.keeps_cookies_to_https,
        breaches={
            "flags taken off": nginx({"^": "proxy_cookie_flags ~ nosecure;\n"}),
        },
    ),
    Clause(
        name="sign-in on https",
        text="Outline asks the provider inside the network by http, whatever stands outside.",
        standin="oidc/provider.js:askUserinfo",
        scheme="https",
        check=checks.signs_in,
        breaches={
            "https inside": Variables({"OIDC_TOKEN_URI": f"https://oidc:8000/{TOKEN}"}),
        },
    ),
    Clause(
        name="websockets on https",
        text="The Origin of a page is the URL with its scheme.",
        standin="sockets.js:serviceOf",
        scheme="https",
        check=checks.opens_realtime,
        breaches={"another scheme": Variables({"URL": "http://wiki.example.com"})},
    ),
    Clause(
        name="unknown authority",
        text="Outline's server believes the in-network certificate by NODE_EXTRA_CA_CERTS alone.",
        standin="storage/s3.js:openClient",
        scheme="https",
        check=checks.stores_from_its_own_side,
        breaches={"left out": Variables({"NODE_EXTRA_CA_CERTS": None})},
    ),
    Clause(
        name="scheme of cookies",
        text="X-Forwarded-Proto https makes every cookie Secure.",
        standin="csrf.js:attachCsrfToken",
        check=checks.gives_cookies_that_come_back,
        breaches={
            "the wrong scheme": nginx({r"X-Forwarded-Proto [^;]+;": "X-Forwarded-Proto https;"}),
        },
    ),
    Clause(
        name="realtime",
        text="/realtime needs Upgrade and an Origin equal to URL.",
        standin="sockets.js:serviceOf",
        check=checks.opens_realtime,
        breaches={
            "no Upgrade": nginx({r".*Upgrade \$http_upgrade;\n": ""}, "forwarding.conf"),
            "Connection closed": nginx(
                {r"Connection \$connection_upgrade;": "Connection close;"}, "forwarding.conf"
            ),
            "another URL": Variables({"URL": "http://wiki.example.com"}),
        },
    ),
    Clause(
        name="collaboration",
        text="/collaboration/<document> needs Upgrade.",
        standin="sockets.js:attachSockets",
        check=checks.opens_collaboration,
        breaches={
            "no Upgrade": nginx({r".*Upgrade \$http_upgrade;\n": ""}, "forwarding.conf"),
        },
    ),
    Clause(
        name="HSTS",
        text="Every answer has Strict-Transport-Security for all subdomains, over http too.",
        standin="web.js:createWeb",
        check=checks.leaves_hsts_to_the_gateway,
        breaches={
            "passed on": nginx({r"proxy_hide_header Strict-Transport-Security;": ""}),
        },
    ),
    Clause(
        name="one storage address",
        text="AWS_S3_UPLOAD_BUCKET_URL answers the browser.",
        standin="storage/s3.js:bucketUrl",
        check=checks.takes_uploads,
        breaches={
            "a private one": Variables({"AWS_S3_UPLOAD_BUCKET_URL": "http://NAME-minio:9000"}),
        },
    ),
    Clause(
        name="one storage address, inside",
        text="AWS_S3_UPLOAD_BUCKET_URL answers the wiki's own container.",
        standin="storage/s3.js:serverEndpoint",
        check=checks.stores_from_its_own_side,
        breaches={
            "one of the host's": Variables({"AWS_S3_UPLOAD_BUCKET_URL": "http://localhost:PORT"}),
        },
    ),
    Clause(
        name="signed host",
        text="Host is part of what S3 signatures sign.",
        standin="storage/s3.js:signedUrl",
        check=checks.keeps_signatures,
        breaches={
            "Host of the upstream": nginx({r" Host \$authority;": " Host $proxy_host;"}),
        },
    ),
    Clause(
        name="path style",
        text="AWS_S3_FORCE_PATH_STYLE=true, or the bucket is looked for in a host name.",
        standin="storage/s3.js:openClient",
        check=checks.stores_from_its_own_side,
        breaches={
            "virtual hosts": Variables({"AWS_S3_FORCE_PATH_STYLE": "false"}),
        },
    ),
    Clause(
        name="region and keys",
        text="AWS_REGION and the keys sign what the storage checks.",
        standin="storage/s3.js:openClient",
        check=checks.stores_from_its_own_side,
        breaches={
            "no region": Variables({"AWS_REGION": None}),
            "another key": Variables({"AWS_SECRET_ACCESS_KEY": "wrong-wrong-wrong"}),
        },
    ),
    Clause(
        name="bucket in the host",
        text="A host that contains the bucket's name counts as the bucket's own.",
        standin="storage/s3.js:bucketUrl",
        check=checks.takes_uploads,
        breaches={
            "a bucket called files": Variables({"AWS_S3_UPLOAD_BUCKET_NAME": "files"}),
        },
    ),
    Clause(
        name="signed upload",
        text="AWS_S3_UPLOAD_METHOD=put uploads by one signed request, which forms' storage lacks.",
        standin="storage/s3.js:presignPut",
        check=checks.takes_uploads,
        given={"AWS_S3_UPLOAD_METHOD": "put"},
        breaches={
            "nginx's own limit": nginx({r"client_max_body_size \d+;": ""}, "pages.conf"),
            "a storage without it": Variables({"FILE_STORAGE": "local"}),
        },
    ),
    Clause(
        name="known ACL",
        text="An attachment is refused unless its ACL is private or public-read.",
        standin="api/attachments.js:KNOWN_ACLS",
        check=checks.takes_uploads,
        breaches={
            "none": Variables({"AWS_S3_ACL": ""}),
            "another one of S3's": Variables({"AWS_S3_ACL": "authenticated-read"}),
        },
    ),
    Clause(
        name="private attachments",
        text="Only for an attachment whose ACL is private does Outline ask who wants it.",
        standin="api/attachments.js:attachmentRoutes",
        check=checks.asks_who_downloads,
        breaches={
            "public": Variables({"AWS_S3_ACL": "public-read"}),
        },
    ),
    Clause(
        name="embedded files",
        text="What pages may embed comes from AWS_S3_UPLOAD_BUCKET_URL, not from a bucket's host.",
        standin="storage/s3.js:embeddedFrom",
        check=checks.embeds_what_it_stores,
        breaches={
            "virtual hosts": Variables({"AWS_S3_FORCE_PATH_STYLE": "false"}),
        },
    ),
    Clause(
        name="private files",
        text="Files are private: read only by a link that the wiki signed.",
        standin="storage/s3.js:signedUrl",
        check=checks.keeps_uploads_private,
        breaches={
            "a bucket that everybody reads": Edit(
                "minio-init/setup.sh",
                "minio-init",
                {"anonymous set none": "anonymous set download"},
            ),
        },
    ),
)
