#!/bin/sh
# Runs once, when the database is made: the portal's role owns its database and is no superuser, for whom the guards of
# the ledger would not hold.
set -eu
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE jiangji LOGIN PASSWORD :'password';
CREATE DATABASE jiangji OWNER jiangji;
\connect jiangji
CREATE EXTENSION IF NOT EXISTS pg_trgm;
SQL
