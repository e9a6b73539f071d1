#!/bin/sh
# shellcheck disable=SC2154 # lib.sh sets them
# Unhealthy once failures last longer than the grace. again.sh waits for the note left here.
set -u
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

time=$(now)
verdict=0
if failing; then
    latest=0
    for begun in started asked since; do
        number "$begun"
        [ "$number" -le "$latest" ] || latest=$number
    done
    [ $((time - latest)) -lt "$grace" ] || verdict=1
    printf '%s\n' "$reason"
fi
keep probed "$time$verdict"
exit "$verdict"
