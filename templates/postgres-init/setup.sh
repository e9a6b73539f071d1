#!/bin/sh
# Makes what Outline and the user accounts (where they are the wiki's) need of PostgreSQL: a role and a database each, with the
# passwords that config.sh holds now. Runs at every start and changes only what differs.
# It comes in over the socket, where no password is asked for; \getenv keeps the passwords out of
# every process list.
set -eu

for name in outline ${OIDC_DATABASE_PASSWORD:+oidc}; do
    case $name in
        outline) variable=OUTLINE_DATABASE_PASSWORD ;;
        oidc) variable=OIDC_DATABASE_PASSWORD ;;
    esac
    psql --quiet --no-psqlrc --username=postgres --dbname=postgres \
        --set=ON_ERROR_STOP=1 --set="name=$name" <<SQL
\\getenv password $variable
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I LOGIN', :'name')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \\gexec
ALTER ROLE :"name" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
SQL
    echo "database $name is ready"
done
