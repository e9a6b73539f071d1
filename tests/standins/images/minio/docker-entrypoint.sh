#!/bin/sh
# Whatever the command is, the server gets it.
if [ -n "$1" ] && [ "$1" != minio ]; then
    set -- minio "$@"
fi
exec "$@"
