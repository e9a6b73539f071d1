# The OpenID provider. The context is a folder with this file and oidc_server/.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ARG PIP_INDEX_URL=
# Neither assertions nor docstrings are loaded, as in the image itself.
ENV PYTHONOPTIMIZE=2
WORKDIR /app
COPY oidc_server/requirements.txt ./
# Every dependency has a wheel, so no compiler is needed; compiled once for all, since a read-only
# root can't keep what Python would compile at each start. pip has no use in the final image.
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes --no-compile ${PIP_INDEX_URL:+--index-url "$PIP_INDEX_URL"} \
        -r requirements.txt \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib
# The driver's own copy of OpenSSL gives way to the base image's, which Python loads anyway and which
# Debian mends.
RUN set -eu; for name in ssl crypto; do \
        copy=$(ls /venv/lib/python3*/site-packages/psycopg2_binary.libs/lib$name-*.so.3); \
        ln -sf /usr/lib/*-linux-gnu/lib$name.so.3 "$copy"; \
    done; \
    /venv/bin/python -c 'import psycopg2'
COPY oidc_server ./oidc_server
RUN DJANGO_SETTINGS_MODULE=oidc_server.settings.build \
        /venv/bin/python -B -m django collectstatic --noinput --verbosity 0 \
 && python -m compileall -q --invalidation-mode unchecked-hash oidc_server

FROM ${PYTHON_IMAGE}
# Without Kerberos, for which libpq would look at each connection, its libraries stay unread.
# A password check takes 19 MiB, which go back to the machine only if they are a mapping of their own.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONOPTIMIZE=2 \
    PYTHONUNBUFFERED=1 \
    PGGSSENCMODE=disable \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    METRICS_PORT=9464
# The base image has no bytecode of Python's own modules, and compiling leaves holes in the memory.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        -x '/(site-packages|dist-packages|ensurepip|idlelib|pydoc_data|tkinter|turtledemo)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=build /venv /venv
COPY --from=build /app/staticfiles /app/staticfiles
COPY --from=build /app/oidc_server /app/oidc_server
# Named volumes take over the owner of the folder that they cover.
RUN install -d -o 10001 -g 10001 /var/lib/internal-ca /var/lib/internal-tls \
        /var/lib/gateway-tls /var/lib/acme /var/lib/acme-webroot
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
    CMD ["python", "-S", "-m", "oidc_server.health.probe"]
ENTRYPOINT ["python", "-m", "oidc_server"]
CMD ["serve"]
