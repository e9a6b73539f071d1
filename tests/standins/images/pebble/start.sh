#!/bin/sh
# PEBBLE_HOST: the address that it is asked at. PEBBLE_DNS: HOST:PORT of the DNS server it asks.
# PEBBLE_HTTP_PORT: where it fetches challenges. PEBBLE_VALIDITY: seconds, of each certificate.
set -eu

cd /var/lib/pebble
if [ ! -e tls.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=test CA" \
        -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.pem
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=Pebble" \
        -CA ca.pem -CAkey ca.key -addext basicConstraints=critical,CA:FALSE \
        -addext "subjectAltName=IP:$PEBBLE_HOST,IP:127.0.0.1" -keyout tls.key -out tls.pem
fi
cat >config.json <<JSON
{
  "pebble": {
    "listenAddress": "0.0.0.0:14000",
    "managementListenAddress": "0.0.0.0:15000",
    "certificate": "tls.pem",
    "privateKey": "tls.key",
    "httpPort": $PEBBLE_HTTP_PORT,
    "tlsPort": 5001,
    "ocspResponderURL": "",
    "externalAccountBindingRequired": ${PEBBLE_EAB_REQUIRED:-false},
    "externalAccountMACKeys": {${PEBBLE_EAB_KEYS:-}},
    "retryAfter": {"authz": 1, "order": 1},
    "certificateValidityPeriod": $PEBBLE_VALIDITY
  }
}
JSON
exec pebble -config config.json -dnsserver "$PEBBLE_DNS"
