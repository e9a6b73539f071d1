#!/bin/sh
# Shows the public certificate, or the internal one until there is one:
#   certificate.sh install       puts what there is in place
#   certificate.sh watch PID     has nginx take each new one, which drops no connection
set -eu
umask 077
public=/var/lib/gateway-tls/gateway.pem
internal=/var/lib/internal-tls
shown=/tmp/gateway/certificate.pem

install_new() {
    if [ -s "$public" ]; then
        cat "$public" >"$shown.new"
    else
        cat "$internal/key.pem" "$internal/cert.pem" >"$shown.new"
    fi
    if [ -e "$shown" ] && cmp -s "$shown" "$shown.new"; then
        rm "$shown.new"
        return 1
    fi
    mv "$shown.new" "$shown"
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
