# deploygen: everything about this wiki is in this file.
#
# Change a value, then run `deploygen render && docker compose up -d`.
# A line is KEY=value. Put values with spaces or any of $ ` " ; & | < > ( ) \ in single quotes.
# bash can source this file; deploygen reads it without running anything.

# --- The wiki ---

# The address people type to reach the wiki. With https, see TLS below.
URL=http://localhost:8888

# Its name on the sign-in page of the user accounts.
WIKI_NAME=Wiki

# E-mail address of the first admin. It need not receive mail. Counts at the first start.
ADMIN_EMAIL=wiki@example.com

# Name with which the first admin signs in. Counts at the first start.
ADMIN_USERNAME=admin

# Password of the first admin. A change here sets it again at the next
# `docker compose up -d`; until then what was set in the admin pages stays.
ADMIN_PASSWORD=not-a-real-password

# Language of the wiki for new people, as Outline writes it.
DEFAULT_LANGUAGE=en_US

# true: Outline tells its makers once a day that it is there and how many users and pages
# it has, and asks for news of updates.
ENABLE_UPDATES=false

# Time zone of the user accounts' pages.
TIME_ZONE=UTC

# For how many days the user accounts keep who signed in and what was changed.
OIDC_AUDIT_DAYS=365

# --- Where it answers ---

# Who ends TLS: off (nobody, the URL is http), acme (the gateway, with certificates that
# acme.sh gets and renews), files (the gateway, with a certificate of yours) or proxy (a
# web server of yours in front). With all but off the URL is https.
TLS=off

# With TLS=files: the certificate and its chain, in PEM form. The path may begin at this
# file's folder. After a change of the file: `deploygen render && docker compose up -d`.
TLS_CERT_FILE=

# With TLS=files: the private key of that certificate, in PEM form, without a passphrase.
TLS_KEY_FILE=

# With https: for how many seconds browsers may not go back to http on this host. 0 makes
# them forget.
HSTS_MAX_AGE=31536000

# An address of their own for the user accounts, say https://accounts.example.com.
# Empty: below the wiki's, at /uc/. A host of its own keeps whatever runs in the wiki's
# pages away from the accounts; a path does not.
OIDC_URL=

# Address of this machine that the gateway is published on. Empty: all of them, but
# 127.0.0.1 when the URL is a loopback one or a web server of yours is in front.
HTTP_IP=

# Port that the gateway is published on for http. Empty: the URL's; 8888 behind a web
# server of yours; 80 with TLS=acme or files, if the URL has no port or acme.sh needs it.
HTTP_PORT=

# With TLS=acme or files: port that the gateway is published on for https. Empty: the
# URL's.
HTTPS_PORT=

# --- What stands in front of it ---

# The web server of yours in front: nginx, caddy, traefik, nginx-proxy, apache, haproxy or
# nginx-proxy-manager. Its configuration is written to outer-proxy/ (for traefik and
# nginx-proxy: into docker-compose.yml).
OUTER_PROXY=

# A Docker network, made outside, that a web server in front shares with other stacks.
# Only the gateway joins it, and no port is published unless HTTP_IP, HTTP_PORT or
# HTTPS_PORT is set.
NETWORK=

# Who is believed in X-Forwarded-*: addresses and networks like 192.0.2.0/24, `host` (web
# servers on this machine), `network` (whatever is on NETWORK), or `none`. Empty: network
# with NETWORK, host when the gateway is published on 127.0.0.1 for a web server in front,
# else none. Behind a CDN, add its networks.
TRUSTED_PROXIES=

# --- Certificates by acme.sh: only with TLS=acme ---

# The certificate authority: letsencrypt, zerossl, google, sslcom, actalis, or the URL of
# an ACME directory.
ACME_SERVER=letsencrypt

# true: Let's Encrypt's staging, whose certificates browsers don't trust, for trying out.
ACME_STAGING=false

# E-mail address for the certificate authority. Let's Encrypt needs none.
ACME_EMAIL=

# Empty: the authority comes to port 80 (HTTP-01). Or acme.sh's name of your DNS provider
# (DNS-01: needs no open port, and may have wildcards), with its variables as ACME_ENV_…:
# dns_cf (CF_Token and CF_Account_ID or CF_Zone_ID), dns_dp (DP_Id, DP_Key), dns_tencent
# (Tencent_SecretId, Tencent_SecretKey), dns_ali (Ali_Key, Ali_Secret), and all others.
ACME_DNS=

# Seconds to wait for a DNS record to spread. Empty: acme.sh asks public DNS servers.
ACME_DNS_SLEEP=

# Names on the certificate, say example.com,*.example.com (wildcards by DNS-01 only).
# Empty: the hosts of URL, OIDC_URL and AWS_S3_UPLOAD_BUCKET_URL.
ACME_DOMAINS=

# Key identifier of an external account, for authorities that demand one (google, actalis).
ACME_EAB_KID=

# And its HMAC key.
ACME_EAB_HMAC_KEY=

# For an authority of your own: the certificates (PEM) that its https is checked with.
ACME_CA_BUNDLE=

# Variables for acme.sh: ACME_ENV_CF_Token=… becomes its CF_Token.

# --- Uploaded files ---

# Where uploads are kept: minio (the bundled S3 server), local (a volume of Outline's) or
# s3 (an S3 service elsewhere). Don't change it once there are uploads.
FILE_STORAGE=minio

# Largest upload. Units: k, m, g.
FILE_STORAGE_UPLOAD_MAX_SIZE=100m

# With s3: the service's endpoint, say https://s3.eu-central-1.amazonaws.com. With minio:
# an address of their own for the uploads, say https://files.example.com; empty: below
# the wiki's.
AWS_S3_UPLOAD_BUCKET_URL=

# Name of the bucket. It must not occur in the address of the uploads (Outline would then
# take the host for the bucket's own).
AWS_S3_UPLOAD_BUCKET_NAME=outline-files-bucket

# With s3: the region.
AWS_REGION=us-east-1

# With s3: true if the bucket stands in the path, false if the service wants it in the
# host.
AWS_S3_FORCE_PATH_STYLE=true

# With s3: the canned ACL of what is uploaded. none sends none, with which Outline 1.9
# refuses attachments; the services that ignore ACLs take private.
AWS_S3_ACL=private

# With s3: how browsers upload: post, or put where the service has no POST (Cloudflare R2)
# or takes no bucket in the path (Aliyun OSS, Tencent COS).
AWS_S3_UPLOAD_METHOD=post

# --- Another OpenID provider in place of the user accounts: empty, or one of yours ---

# Its issuer, say https://id.example.com/realms/wiki: Outline finds the rest by itself.
# OIDC_CLIENT_ID and OIDC_CLIENT_SECRET below are then those that it gave; to it the wiki
# is at URL/auth/oidc.callback. See docs/another-provider.md.
OIDC_ISSUER_URL=

# Or its authorization endpoint, where it has no discovery. With this go the next two.
OIDC_AUTH_URI=

# Its token endpoint.
OIDC_TOKEN_URI=

# Its userinfo endpoint.
OIDC_USERINFO_URI=

# With the three addresses: where signing out of the wiki signs out of it too.
OIDC_LOGOUT_URI=

# Its name on Outline's sign-in button. Empty: WIKI_NAME.
OIDC_DISPLAY_NAME=

# The claim with a person's name where it sends no `name`.
OIDC_USERNAME_CLAIM=preferred_username

# What is asked of it.
OIDC_SCOPES='openid profile email'

# --- Mail: only with SMTP_HOST ---

# The mail server that the wiki and the user accounts send by. Empty: nobody gets mail.
SMTP_HOST=

# Its port. Empty: 465 with SMTP_SECURE=true, else 587.
SMTP_PORT=

# true: TLS from the start. false: TLS once connected (STARTTLS), or none.
SMTP_SECURE=true

# Name to sign in with there. Empty: it wants none.
SMTP_USERNAME=

# And its password.
SMTP_PASSWORD=

# Who the mail is from: wiki@example.com, or 'Our wiki <wiki@example.com>'.
SMTP_FROM_EMAIL=

# Where answers to the wiki's mail go. Empty: to SMTP_FROM_EMAIL.
SMTP_REPLY_EMAIL=

# --- More of Outline's own settings ---

# Variables for Outline that no key of ours is for: OUTLINE_ENV_LOG_LEVEL=debug becomes
# its LOG_LEVEL. See docs/outline-settings.md.

# --- This deployment ---

# Name of this deployment: of its containers, volumes and cookies. Set once from the
# folder's name; a change starts an empty deployment beside the old one.
COMPOSE_PROJECT_NAME=wiki

# A folder for the databases, uploads and certificates, say on another disk; the path may
# begin at this file's folder. Empty: Docker's own volumes. Choose it before the first
# start: a change moves nothing. See docs/data.md.
DATA_DIR=

# --- Images, and where they come from ---

# A mirror that the images are pulled through, put before their full names, as in
# mirror.example.com/docker.io/library/nginx:1.28-alpine (not before OIDC_SERVER_IMAGE).
IMAGE_MIRROR=

# Outline. Back up before an upgrade.
# Empty: outlinewiki/outline:1.9.2.
OUTLINE_IMAGE=

# PostgreSQL, up to 17. Another major can't read the data of this one.
# Empty: postgres:17-alpine.
POSTGRES_IMAGE=

# Redis.
# Empty: redis:8-alpine.
REDIS_IMAGE=

# The gateway: nginx 1.28 or later.
# Empty: nginx:1.28-alpine.
NGINX_IMAGE=

# acme.sh.
# Empty: neilpang/acme.sh:3.1.3.
ACME_IMAGE=

# MinIO. The last one published; a maintained build can take its place.
# Empty: quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z.
MINIO_IMAGE=

# MinIO's client, which sets the bucket up.
# Empty: quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z.
MINIO_MC_IMAGE=

# What the image of the user accounts is built on.
# Empty: python:3.13-slim.
PYTHON_IMAGE=

# A ready image of the user accounts. Empty: it is built on this machine.
OIDC_SERVER_IMAGE=

# A mirror of the Python package index for that build. Empty: pip's own choice.
PIP_INDEX_URL=

# --- Secrets: made by `deploygen init`, kept ever after. Don't share this file. ---

# Outline's SECRET_KEY: encrypts what Outline stores. Never change it.
OUTLINE_SECRET_KEY=0000000000000000000000000000000000000000000000000000000000000000

# Outline's UTILS_SECRET.
OUTLINE_UTILS_SECRET=0000000000000000000000000000000000000000000000000000000000000000

# SECRET_KEY of the user accounts: signs sessions.
DJANGO_SECRET_KEY=0000000000000000000000000000000000000000000000000000000000000000

# Encrypts the private keys that the user accounts keep in their database. Don't change it.
OIDC_ENCRYPTION_KEY=0000000000000000000000000000000000000000000000000000000000000000

# Outline's client_id at the user accounts, or the one that another provider gave.
OIDC_CLIENT_ID=00000000000000000000

# Outline's client_secret there.
OIDC_CLIENT_SECRET=0000000000000000000000000000000000000000000000000000000000000000

# Of PostgreSQL's superuser, which nothing uses after the first start.
POSTGRES_PASSWORD=0000000000000000000000000000000000000000000000000000000000000000

# Of Outline's role in PostgreSQL.
OUTLINE_DATABASE_PASSWORD=0000000000000000000000000000000000000000000000000000000000000000

# Of the user accounts' role in PostgreSQL.
OIDC_DATABASE_PASSWORD=0000000000000000000000000000000000000000000000000000000000000000

# Of Redis.
REDIS_PASSWORD=0000000000000000000000000000000000000000000000000000000000000000

# MinIO's root user.
MINIO_ROOT_USER=11111111111111111111

# MinIO's root password.
MINIO_ROOT_PASSWORD=0000000000000000000000000000000000000000000000000000000000000000

# Outline's user in MinIO, which can reach its one bucket only; or yours at the s3 service.
AWS_ACCESS_KEY_ID=00000000000000000000

# That user's secret.
AWS_SECRET_ACCESS_KEY=0000000000000000000000000000000000000000
