#!/bin/sh
# Shows people the public certificate, or the internal one until there is one, and Outline the
# internal one:
#   certificate.sh install       puts what there is in place
#   certificate.sh watch PID     has nginx take each new one, which drops no connection
set -eu
umask 077
# Given by name only where the script runs outside its container.
public=${GATEWAY_TLS_DIR:-/var/lib/gateway-tls}/gateway.pem
internal=${INTERNAL_TLS_DIR:-/var/lib/internal-tls}
run=${GATEWAY_RUN_DIR:-/tmp/gateway}

# replace FILE SOURCE...: whether FILE was something else than its sources, and is no longer. What
# fails on the way is to be told: in a condition, `set -e` does nothing.
replace() {
    file=$1
    shift
    cat "$@" >"$file.new" || return 1
    ! cmp -s "$file" "$file.new" || return 1
    mv "$file.new" "$file"
}

install_new() {
    outcome=1
    # nginx has it from its volume; the copy tells whether that is another by now.
    ! replace "$run/internal.pem" "$internal/key.pem" "$internal/cert.pem" || outcome=0
    shown=$public
    [ -s "$public" ] || shown=$run/internal.pem
    ! replace "$run/certificate.pem" "$shown" || outcome=0
    return "$outcome"
}

case $1 in
install) install_new || true ;;
watch)
    while sleep 5; do
        if install_new; then
            echo "gateway: there is a new certificate"
            kill -HUP "$2"
        fi
    done
    ;;
esac
