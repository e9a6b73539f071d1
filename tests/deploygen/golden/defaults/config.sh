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

# Time zone of the user accounts' pages.
TIME_ZONE=UTC

# --- Where it answers ---

# Who ends TLS: off (nobody, the URL is http) or proxy (a web server of yours in
# front, which passes the Host header on; the URL is https).
TLS=off

# Address of this machine that the gateway is published on. Empty: 127.0.0.1 when the
# URL is a loopback one or TLS=proxy, else 0.0.0.0.
HTTP_IP=

# Port that the gateway is published on. Empty: the URL's, or 8888 with TLS=proxy.
HTTP_PORT=

# --- Uploaded files ---

# Where uploads are kept: minio (the bundled S3 server) or local (a volume of
# Outline's). Don't change it once there are uploads.
FILE_STORAGE=minio

# Largest upload. Units: k, m, g.
FILE_STORAGE_UPLOAD_MAX_SIZE=100m

# Name of the bucket in minio. It must not occur in the URL (Outline would then
# take the host for the bucket's own).
AWS_S3_UPLOAD_BUCKET_NAME=outline-files-bucket

# --- This deployment ---

# Name of this deployment: of its containers, volumes and cookies. Set once from the
# folder's name; a change starts an empty deployment beside the old one.
COMPOSE_PROJECT_NAME=wiki

# --- Images, and where they come from ---

# A mirror that the images are pulled through, put before their full names, as in
# mirror.example.com/docker.io/library/nginx:1.28-alpine (not before OIDC_SERVER_IMAGE).
IMAGE_MIRROR=

# Outline. Back up before an upgrade.
OUTLINE_IMAGE=outlinewiki/outline:1.9.2

# PostgreSQL, up to 17. Another major can't read the data of this one.
POSTGRES_IMAGE=postgres:17-alpine

# Redis.
REDIS_IMAGE=redis:8-alpine

# The gateway.
NGINX_IMAGE=nginx:1.28-alpine

# MinIO. The last one published; a maintained build can take its place.
MINIO_IMAGE=quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z

# MinIO's client, which sets the bucket up.
MINIO_MC_IMAGE=quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z

# What the image of the user accounts is built on.
PYTHON_IMAGE=python:3.13-slim

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

# Outline's client_id at the user accounts.
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
MINIO_ROOT_USER=00000000000000000000

# MinIO's root password.
MINIO_ROOT_PASSWORD=0000000000000000000000000000000000000000000000000000000000000000

# Outline's user in MinIO, which can reach its one bucket only.
AWS_ACCESS_KEY_ID=00000000000000000000

# That user's secret.
AWS_SECRET_ACCESS_KEY=0000000000000000000000000000000000000000
