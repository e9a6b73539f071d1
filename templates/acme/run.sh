#!/bin/sh
# shellcheck disable=SC2034,SC2154 # variables are shared with the files read below
# Gets the gateway's certificate from the CA and renews it when a third of its life is left.
# gateway.pem is replaced by a good one only, and the gateway looks out for it. Failures are told
# here and, after the grace, by health.sh; the service itself goes on.
set -u
umask 077
here=$(dirname "$0")
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/certificate.sh"
# shellcheck source=/dev/null
. "$here/reasons.sh"

# All in seconds.
poll=5               # between two looks at what there is to do
floor=300            # between two attempts, however often `up` runs
first_pause=600      # after a failure, doubled by each further one
longest_pause=43200  # and no longer than this
unreachable_pause=60 # until a CA that does not answer is called again, which costs it nothing
attempt_within=3600  # slow DNS takes acme.sh twenty minutes

scratch=$(mktemp -d)
output=$scratch/output
child=
trap stop TERM INT

stop() {
    [ -z "$child" ] || kill "$child" 2>/dev/null
    rm -rf "$scratch"
    exit 0
}

# run COMMAND: in the background, since a shell hears a signal at once only while it waits.
run() {
    "$@" &
    child=$!
    wait "$child"
    set -- $?
    child=
    return "$1"
}

say() {
    printf '%s\n' "$*"
}

clock() {
    date -u -d "@$1" '+%Y-%m-%d %H:%M UTC'
}

hash_of() {
    printf '%s\n' "$@" | sha256sum | cut -c 1-16
}

configure() {
    server=${ACME_SERVER:-letsencrypt}
    main=${ACME_DOMAINS%%,*}
    challenge=HTTP-01
    [ -z "${ACME_DNS:-}" ] || challenge="DNS-01, $ACME_DNS"
    # Certificates and accounts lie where what they depend on says: a change makes new ones, while
    # the old ones stay.
    certificates=$state/certificates/$(
        hash_of "$server" "$ACME_DOMAINS" "${ACME_DNS:-}" "${ACME_EAB_KID:-}"
    )
    account=$state/accounts/$(hash_of "$server" "${ACME_EMAIL:-}" "${ACME_EAB_KID:-}")
    # Whom the CA's word, when to come again, is for.
    barred=barred-$(hash_of "$server" "$ACME_DOMAINS" "${ACME_EMAIL:-}" "${ACME_EAB_KID:-}")
    mkdir -p "$certificates" "$account"

    bundle=
    if [ -n "${ACME_CA_BUNDLE_PEM:-}" ]; then
        # acme.sh checks the DNS provider's https with it, too, so the public CAs belong in it.
        bundle=$scratch/ca-bundle.pem
        cat /etc/ssl/certs/ca-certificates.crt >"$bundle" 2>/dev/null
        printf '%s\n' "$ACME_CA_BUNDLE_PEM" >>"$bundle"
    fi

    configuration=$(env | grep -vE '^(HOSTNAME|PWD|OLDPWD|SHLVL|_)=' | sort | sha256sum)
    kept=
    [ ! -r "$state/configuration" ] || read -r kept <"$state/configuration"
    if [ "$kept" != "${configuration%% *}" ]; then
        take_change
        keep configuration "${configuration%% *}"
    fi
    keep started "$(now)"
}

# take_change: after any change of the settings, credentials included, there is an attempt as soon
# as may be.
take_change() {
    forget failures
    number attempted
    next=$((number + floor))
    number "$barred"
    [ "$number" -le "$next" ] || next=$number
    if [ "$next" -le "$(now)" ]; then
        forget next since reason
    else
        keep next "$next"
        say "The next attempt is on $(clock "$next")."
    fi
}

# find_directory: sets $directory to the URL of the CA's directory; empty if only acme.sh knows it.
find_directory() {
    case $server in
        https://*) directory=$server ;;
        letsencrypt) directory=https://acme-v02.api.letsencrypt.org/directory ;;
        letsencrypt_test) directory=https://acme-staging-v02.api.letsencrypt.org/directory ;;
        zerossl) directory=https://acme.zerossl.com/v2/DV90 ;;
        google) directory=https://dv.acme-v02.api.pki.goog/directory ;;
        sslcom) directory=https://acme.ssl.com/sslcom-dv-ecc ;;
        actalis) directory=https://acme-api.actalis.com/acme/directory ;;
        *) directory= ;;
    esac
}

# reachable: whether the CA answers; sets $problem. acme.sh would take its silence for a failure,
# and after a failure there is a long pause.
reachable() {
    find_directory
    [ -n "$directory" ] || return 0
    if ! run curl -sSfL --max-time 20 ${bundle:+--cacert "$bundle"} "$directory" \
        >"$output" 2>&1; then
        problem="The CA's directory $directory can't be reached ($(tail -n 1 "$output"))."
        case $problem in
            *certificate*) problem="$problem Is its https signed by ACME_CA_BUNDLE?" ;;
            *) problem="$problem Is ACME_SERVER right, and does this machine get there?" ;;
        esac
        return 1
    fi
    if ! grep -q '"newOrder"' "$output"; then
        problem="$directory answers, but not as an ACME directory. Is ACME_SERVER right?"
        return 1
    fi
}

# The credentials of an external account: acme.sh reads them from here, too, and not only from its
# arguments, which process lists show.
prepare_account() {
    [ -n "${ACME_EAB_KID:-}" ] || return 0
    if ! grep -qs '^ACCOUNT_URL=' "$account/ca.conf"; then
        printf "CA_EAB_KEY_ID='%s'\nCA_EAB_HMAC_KEY='%s'\n" \
            "$(escape "$ACME_EAB_KID")" "$(escape "${ACME_EAB_HMAC_KEY:-}")" >"$account/ca.conf"
    fi
}

# To acme.sh the file is a shell script.
escape() {
    printf %s "$1" | sed "s/'/'\\\\''/g"
}

# --force, since it is for us to say when to renew. account.conf is where acme.sh keeps the DNS
# provider's credentials, which need no second home.
issue() {
    set -- --issue --force --server "$server" --keylength ec-256 \
        --config-home "$account" --cert-home "$certificates"
    # The star of a wildcard is no pattern here.
    set -f
    IFS=,
    for domain in $ACME_DOMAINS; do
        set -- "$@" --domain "$domain"
    done
    unset IFS
    set +f
    if [ -n "${ACME_DNS:-}" ]; then
        set -- "$@" --dns "$ACME_DNS" ${ACME_DNS_SLEEP:+--dnssleep "$ACME_DNS_SLEEP"}
    else
        set -- "$@" --webroot "$webroot"
    fi
    rm -f "$scratch/account.conf"
    run env NO_TIMESTAMP=1 ACCOUNT_EMAIL="${ACME_EMAIL:-}" \
        ACCOUNT_CONF_PATH="$scratch/account.conf" CA_CONF="$account/ca.conf" \
        timeout "$attempt_within" acme.sh "$@" ${bundle:+--ca-bundle "$bundle"} >"$output" 2>&1
}

# begin: notes an attempt as failed beforehand, or one that is cut off would be repeated at every
# start; sets $pause, which follows a failure.
begin() {
    number failures
    failures=$((number + 1))
    pause=$first_pause
    doublings=1
    while [ "$doublings" -lt "$failures" ] && [ "$pause" -lt "$longest_pause" ]; do
        pause=$((pause * 2))
        doublings=$((doublings + 1))
    done
    [ "$pause" -le "$longest_pause" ] || pause=$longest_pause
    time=$(now)
    keep attempted "$time" && keep failures "$failures" && keep next $((time + pause))
}

# fail PAUSE REASON: what is called again each minute is told of once.
fail() {
    next=$(($(now) + $1))
    said=
    if failing && [ "$reason" = "$2" ]; then
        said=yes
    fi
    keep next "$next"
    [ -s "$state/since" ] || keep since "$(now)"
    keep reason "$2"
    if [ "$1" -gt "$unreachable_pause" ]; then
        say "$2"
        number "$barred"
        if [ "$number" -ge "$next" ]; then
            say "The CA wants no attempt before $(clock "$next")."
        else
            say "The next attempt is on $(clock "$next"); docker compose up -d has it made sooner."
        fi
    elif [ -z "$said" ]; then
        say "$2"
        say "This is tried again every minute."
    fi
}

attempt() {
    if ! command -v acme.sh >/dev/null; then
        problem="There is no acme.sh that user $(id -u) may run: ACME_IMAGE has to be"
        fail "$unreachable_pause" "$problem neilpang/acme.sh:3.1.2 or later."
        return
    fi
    if ! reachable; then
        fail "$unreachable_pause" "$problem"
        return
    fi
    # The CA would resent an attempt that leaves no note and so is made again at once.
    if ! { begin && prepare_account; } 2>"$output"; then
        say "The state can't be written: $(tail -n 1 "$output")"
        run sleep "$unreachable_pause"
        return
    fi
    say "Asking $server for a certificate for $ACME_DOMAINS ($challenge)."
    if issue && collect 2>>"$output"; then
        if ready; then
            deliver
        else
            problem="The certificate that the CA just gave is near its end already."
            fail "$pause" "$problem Is this machine's clock right?"
        fi
        return
    fi
    readable "$output" >"$scratch/readable"
    hide <"$scratch/readable" | sed 's/^/acme.sh: /'
    explain "$scratch/readable"
    if tells "$scratch/readable" accountDoesNotExist; then
        rm -f "$account/ca.conf"
    fi
    obey "$(barred_until "$scratch/readable")"
    fail "$pause" "$(printf '%s\n' "$explained" | hide)"
}

# obey TIME: until then the CA is left alone, whatever `up` asks.
obey() {
    [ -n "$1" ] || return 0
    keep "$barred" "$1"
    time=$(now)
    [ "$1" -le $((time + pause)) ] || pause=$(($1 - time))
}

# deliver: puts the certificate into the gateway's hands, unless they hold it.
deliver() {
    if ! install_into "$gateway_tls/gateway.pem" 2>"$output"; then
        renew_at=0
        problem="The gateway can't be given its certificate: $(tail -n 1 "$output")"
        fail "$unreachable_pause" "$problem"
        return
    fi
    forget attempted next failures since "$barred" reason
    if [ -n "$installed" ] || [ -z "$told" ]; then
        told=yes
        say "The gateway has a certificate for $ACME_DOMAINS, valid until $(clock "$expires")." \
            "It will be renewed on $(clock "$renew_at")."
    fi
    drop_expired
}

# allowed: whether the pause is over, or `up` asks and the last attempt is long enough ago.
allowed() {
    time=$(now)
    number "$barred"
    [ "$number" -le "$time" ] || return 1
    number next
    # A clock that is set back must not stretch the pause.
    [ "$number" -gt "$time" ] && [ "$number" -le $((time + longest_pause)) ] || return 0
    number attempted
    [ $((time - number)) -ge "$floor" ] || return 1
    attempted=$number
    number asked
    [ "$number" -gt "$attempted" ] && [ "$number" -gt "$answered" ] || return 1
    answered=$number
}

configure
answered=0
told=
if ready; then
    deliver
fi
while :; do
    if [ "$(now)" -ge "$renew_at" ] && allowed; then
        if ready; then
            deliver
        else
            attempt
        fi
    fi
    run sleep "$poll"
done
