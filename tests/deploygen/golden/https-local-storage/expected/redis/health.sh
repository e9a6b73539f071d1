#!/bin/sh
set -eu

REDISCLI_AUTH=$REDIS_PASSWORD
export REDISCLI_AUTH
test "$(redis-cli ping)" = PONG
