#!/bin/sh
# shellcheck disable=SC2034 # these variables are shared with run.sh
# What acme.sh said, made fit for the log, and in words that say what to do.

# readable FILE: prints acme.sh's lines but certificates and hints that lead nowhere here.
readable() {
    awk '
        /-----BEGIN/ { inside = 1 }
        !inside && !/--debug|How-to-debug|^ *$/
        /-----END/ { inside = 0 }
    ' "$1"
}

# hide: prints its input without what config.sh passes on to acme.sh, and without the account's key.
hide() {
    awk '
        BEGIN {
            count = split("ACME_EAB_HMAC_KEY," ENVIRON["ACME_PRIVATE"], names, ",")
            for (number = 1; number <= count; number++) {
                value = ENVIRON[names[number]]
                # Shorter ones and switches are in every text, and the names on the certificate.
                if (length(value) > 3 && value !~ /^(true|false|none)$/ &&
                    !index(ENVIRON["ACME_DOMAINS"], value))
                    secrets[value]
            }
        }
        {
            shown = ""
            while (find($0)) {
                shown = shown substr($0, 1, start - 1) "(hidden)"
                $0 = substr($0, start + size)
            }
            print shown $0
        }
        # The first secret in the text, and where several begin there, the longest.
        function find(text,    secret, at) {
            start = 0
            for (secret in secrets) {
                at = index(text, secret)
                if (at && (!start || at < start || at == start && length(secret) > size)) {
                    start = at
                    size = length(secret)
                }
            }
            return start
        }
    '
}

# explain FILE: sets $explained to why FILE tells of a failure and what to do, in one line.
explain() {
    detail=$(
        sed -n -e 's/.*[Vv]erification error details: *//p' \
            -e 's/.*"detail" *: *"\([^"]*\)".*/\1/p' "$1" | tail -n 1
    )
    # Whose challenge failed, if it came to that.
    name=$(sed -n 's/^\([^ ]*\): Invalid status.*/\1/p' "$1" | tail -n 1)
    text="acme.sh did not get a certificate. It says: $(tail -n 1 "$1")"
    if tells "$1" 'rateLimited|too many|rate limit'; then
        text="The CA's rate limit is reached. ACME_STAGING=true is there for trying things out."
    elif tells "$1" 'externalAccountRequired|external account'; then
        text="The CA wants an account that was made with it: ACME_EAB_KID and ACME_EAB_HMAC_KEY."
    elif tells "$1" 'accountDoesNotExist'; then
        text="The CA does not know our account any more; the next attempt makes a new one."
    elif tells "$1" 'invalidContact|unsupportedContact'; then
        text="The CA refuses ACME_EMAIL."
    elif tells "$1" 'error:caa|CAA record'; then
        text="A CAA record in the DNS forbids this CA to certify the name."
    elif tells "$1" 'rejectedIdentifier'; then
        text="The CA does not certify such a name."
    elif tells "$1" 'adding TXT|find DNS API hook|Error loading file|add the TXT record'; then
        text="acme.sh could not set the TXT record by ${ACME_DNS:-}: are its ACME_ENV_ variables in"
        text="$text config.sh right, and is the domain in that account?"
    elif [ -n "$name" ] && [ -n "${ACME_DNS:-}" ]; then
        text="The CA did not find the TXT record of _acme-challenge.${name#\*.}: does $ACME_DNS"
        text="$text serve this domain, and would a larger ACME_DNS_SLEEP do?"
    elif [ -n "$name" ] && tells "$1" 'NXDOMAIN|no valid A|No valid IP|no such host'; then
        text="The CA finds no address of $name in the DNS: has it an A or AAAA record that leads"
        text="$text to this machine?"
    elif [ -n "$name" ]; then
        text="The CA could not fetch http://$name/.well-known/acme-challenge/...: is port 80 open"
        text="$text to the internet, and does the name lead here?"
    fi
    explained="$text${detail:+ The CA says: $detail}"
}

# tells FILE PATTERN
tells() {
    grep -qiE "$2" "$1"
}

# barred_until FILE: prints from when on (seconds since 1970) the CA hears us again, if it says so.
barred_until() {
    until=$(sed -n 's/.*retry after \([0-9-]*\)[ T]\([0-9:]*\).*/\1 \2/p' "$1" | tail -n 1)
    if [ -n "$until" ]; then
        date -u -d "$until" +%s
    elif tells "$1" 'rateLimited|too many'; then
        echo $(($(now) + 3600))
    fi
}
