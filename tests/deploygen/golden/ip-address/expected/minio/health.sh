#!/bin/bash
# An image built from source has no curl, so bash asks.
set -eu

exec 3<>/dev/tcp/127.0.0.1/9000
printf 'GET /minio/health/live HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
read -r _ status _ <&3
test "$status" = 200
