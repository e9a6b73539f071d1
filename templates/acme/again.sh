#!/bin/sh
# shellcheck disable=SC2154 # lib.sh sets them
# Runs at every `up`: has the acme service try again, and gives it its grace anew. Where the service
# was unhealthy it waits for the next probe to find it healthy, or `up --wait` would fail.
set -u
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

# Two of the service's probes, at most: an unhealthy one is probed at its usual interval.
probe_within=40

# A probe's note is its time with its verdict as last digit: 0 is healthy.
probed() {
    number probed
    verdict=$((number % 10))
    probed=$((number / 10))
}

umask 077
asked=$(now)
keep asked "$asked" || exit 1
probed
# A service that is not running has no probes to wait for; it starts healthy.
[ "$verdict" -ne 0 ] && [ $((asked - probed)) -le "$probe_within" ] || exit 0
while [ "$verdict" -ne 0 ] && [ $(($(now) - asked)) -le "$probe_within" ]; do
    sleep 1
    probed
done
# The engine notes a probe's result when the probe has ended.
sleep 1
