#!/bin/sh
# What the acme service's scripts share: where its state lies, and how they read and write it.
# shellcheck disable=SC2034 # set for them
# Each file of the state holds one number or one line. For busybox ash and dash alike.

# The directories are given by name only where the scripts run outside their container.
state=${ACME_STATE_DIR:-/var/lib/acme}
webroot=${ACME_WEBROOT_DIR:-/var/lib/acme-webroot}
gateway_tls=${GATEWAY_TLS_DIR:-/var/lib/gateway-tls}

# For so long after a start, an `up` or the first of a row of failures, only the log tells of it.
grace=600

now() {
    date +%s
}

# number NAME: sets $number to what the file of that name holds, 0 if that is no number.
number() {
    number=
    [ ! -r "$state/$1" ] || read -r number <"$state/$1" || :
    case $number in
        '' | *[!0-9]*) number=0 ;;
    esac
}

# keep NAME TEXT: writes a file of the state, whole or not at all.
keep() {
    printf '%s\n' "$2" >"$state/.$1.$$" && mv -f "$state/.$1.$$" "$state/$1"
}

forget() {
    for forgotten in "$@"; do
        rm -f "$state/$forgotten"
    done
}

# failing: whether the last attempt failed; sets $reason.
failing() {
    reason=
    [ -r "$state/reason" ] || return 1
    read -r reason <"$state/reason" || :
    [ -n "$reason" ]
}
