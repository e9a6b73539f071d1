#!/bin/sh
# shellcheck disable=SC2034,SC2154 # these variables are shared with run.sh
# The certificate of the present settings: $certificates/gateway.pem, key and chain in one file. It
# is whole or not there, whatever acme.sh was doing when it was cut off.

# collect: takes over what acme.sh has just fetched; fails if that is no key with its certificate.
collect() {
    folder=$certificates/${main}_ecc
    leaf=$folder/$main.cer
    chain=$folder/fullchain.cer
    # A CA without intermediates leaves no chain, or one of another time.
    [ "$(fingerprint "$chain")" = "$(fingerprint "$leaf")" ] || chain=$leaf
    [ "$(openssl pkey -in "$folder/$main.key" -pubout)" = \
        "$(openssl x509 -in "$leaf" -noout -pubkey)" ] || return 1
    cat "$folder/$main.key" "$chain" >"$certificates/gateway.pem.new" &&
        mv -f "$certificates/gateway.pem.new" "$certificates/gateway.pem"
}

fingerprint() {
    openssl x509 -in "$1" -noout -fingerprint -sha256 2>/dev/null
}

# look: sets $expires and $renew_at (seconds since 1970); fails, with 0 each, without a certificate.
look() {
    expires=0
    renew_at=0
    dates=$(
        openssl x509 -in "$certificates/gateway.pem" \
            -noout -startdate -enddate -dateopt iso_8601 2>/dev/null
    ) || return 1
    begins=$(seconds "${dates%%Z*}") || return 1
    ends=$(seconds "${dates##*notAfter=}") || return 1
    expires=$ends
    renew_at=$((ends - (ends - begins) / 3))
}

# seconds DATE: as openssl prints it, with the mark before it or without.
seconds() {
    date=${1#notBefore=}
    date -u -d "${date%Z}" +%s
}

# ready: whether there is a certificate that need not be renewed yet.
ready() {
    look && [ "$(now)" -lt "$renew_at" ]
}

# install_into FILE: replaces FILE if it is another; $installed tells whether it was.
install_into() {
    installed=
    if ! cmp -s "$certificates/gateway.pem" "$1"; then
        cat "$certificates/gateway.pem" >"$1.new" &&
            chmod 640 "$1.new" && sync "$1.new" && mv -f "$1.new" "$1" || return 1
        installed=yes
    fi
}

# Earlier settings' certificates stay until they expire: going back to them must not cost new ones.
drop_expired() {
    for old in "$state"/certificates/*; do
        [ "$old" = "$certificates" ] ||
            openssl x509 -in "$old/gateway.pem" -noout -checkend 0 >/dev/null 2>&1 ||
            rm -rf "$old"
    done
}
