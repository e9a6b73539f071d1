#!/bin/sh
# Finds what is known only here, then becomes nginx. Options:
#   --trust-host              believe web servers of this machine: they come from our default route
#   --trust-network-of NAME   believe the network in which we are called NAME
#   --certificates            show the certificates that there are, and each new one
# What follows -- goes to nginx.
set -eu
umask 077
configuration=$(dirname "$0")
# Given by name only where the script runs outside its container.
routes=${ROUTES_FILE:-/proc/net/route}
run=${GATEWAY_RUN_DIR:-/tmp/gateway}
mkdir -p "$run"

# The routes have addresses as hexadecimal words, first byte last.
word() { # ADDRESS
    echo "$1" | {
        IFS=. read -r a b c d
        echo $(((d << 24) + (c << 16) + (b << 8) + a))
    }
}

address() { # WORD
    echo "$(($1 & 255)).$(($1 >> 8 & 255)).$(($1 >> 16 & 255)).$(($1 >> 24 & 255))"
}

bits() { # WORD of a mask
    rest=$1 count=0
    while [ "$rest" -gt 0 ]; do
        count=$((count + (rest & 1))) rest=$((rest >> 1))
    done
    echo "$count"
}

default_gateway() {
    while read -r _ destination gateway _; do
        if [ "$destination" = 00000000 ]; then
            address "0x$gateway"
            return
        fi
    done <"$routes"
}

network_of() { # NAME
    mine=$(getent ahostsv4 "$1" | { read -r found _ && echo "$found"; }) || return 0
    mine=$(word "$mine")
    while read -r _ destination gateway _ _ _ _ mask _; do
        if [ "$gateway" = 00000000 ] && [ "$mask" != 00000000 ] &&
            [ $((mine & 0x$mask)) -eq $((0x$destination)) ]; then
            echo "$(address "0x$destination")/$(bits $((0x$mask)))"
            return
        fi
    done <"$routes"
}

trust() { # what was asked, what was found
    if [ -z "$2" ]; then
        echo "gateway: $1 was not found; nothing from there is believed" >&2
        return
    fi
    echo "gateway: X-Forwarded-* is believed from $2 ($1)"
    echo "set_real_ip_from $2;" >>"$run/real-ip.conf"
    echo "$2 1;" >>"$run/geo.conf"
}

certificates=
: >"$run/real-ip.conf"
: >"$run/geo.conf"
while [ $# -gt 0 ]; do
    case $1 in
    --trust-host) trust "web servers of this machine" "$(default_gateway)" ;;
    --trust-network-of)
        trust "the shared network" "$(network_of "$2")"
        shift
        ;;
    --certificates) certificates=yes ;;
    --)
        shift
        break
        ;;
    esac
    shift
done

if [ -n "$certificates" ]; then
    sh "$configuration/certificate.sh" install
    # nginx becomes process 1 of the container, which is told of each new certificate.
    sh "$configuration/certificate.sh" watch 1 &
fi
exec nginx -c "$configuration/nginx.conf" -g "daemon off;" "$@"
