#!/bin/sh
# DNS_ZONE: the zone served; every name in it has the address DNS_ADDRESS. DNS_API_KEY: the API's.
set -eu

cat >/tmp/pdns.conf <<CONF
launch=gsqlite3
gsqlite3-database=/tmp/pdns.sqlite3
setuid=
setgid=
socket-dir=/tmp
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
api=yes
api-key=$DNS_API_KEY
webserver-address=0.0.0.0
webserver-allow-from=0.0.0.0/0
CONF
rm -f /tmp/pdns.sqlite3
sqlite3 /tmp/pdns.sqlite3 </usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
tool() {
    pdnsutil --config-dir=/tmp "$@"
}
tool create-zone "$DNS_ZONE" "ns.$DNS_ZONE"
for name in ns @ '*'; do
    tool add-record "$DNS_ZONE" "$name" A "$DNS_ADDRESS"
done
exec pdns_server --config-dir=/tmp
