#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder: the role and database of the product.
# The role owns its tables and is bound by row-level security: it is neither superuser nor BYPASSRLS.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE hmislead LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE hmislead OWNER hmislead;
SQL
