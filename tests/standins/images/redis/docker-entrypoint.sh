#!/bin/sh
set -e
# Options or a configuration file alone are redis-server's.
case "$1" in
    -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis {} +
    exec setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
fi
# Files that redis writes are its own, unless the caller set a mask.
if [ "$(umask)" = 0022 ]; then
    umask 0077
fi
exec "$@"
