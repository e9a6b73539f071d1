#!/bin/sh
# The published image also runs what lies in /docker-entrypoint.d before nginx starts.
set -e
case "$1" in
    nginx | nginx-debug)
        for script in /docker-entrypoint.d/*.sh; do
            if [ -x "$script" ]; then "$script"; fi
        done
        ;;
esac
exec "$@"
