#!/bin/sh
# The password reaches Redis hashed and on its standard input, so that no process list shows it and
# no character of it needs escaping.
set -eu

hash=$(printf %s "$REDIS_PASSWORD" | sha256sum | cut -d ' ' -f 1)
exec redis-server - <<CONFIGURATION
user default on #$hash ~* &* +@all
dir /data
appendonly yes
maxmemory-policy noeviction
CONFIGURATION
