#!/bin/sh
# The published image also has a daemon, and a program for each of acme.sh's options.
case ${1:-} in
    --*) set -- acme.sh "$@" --config-home "$LE_CONFIG_HOME" ;;
esac
exec "$@"
