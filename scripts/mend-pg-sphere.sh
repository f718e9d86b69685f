#!/bin/sh
# Debian 12's pg_sphere (1.1.1+2021) gives two operators a commutator and a negator that belong to others. PostgreSQL up to 15.18
# let that pass; later ones refuse it, and with it CREATE EXTENSION pg_sphere. This takes those four lines out of the
# extension's script (the operators stay; nothing of ours uses them). Run it as root on the database's machine; it changes
# nothing where the fault is not, and may be run again.
#   sh scripts/mend-pg-sphere.sh [/usr/share/postgresql/15/extension …]
set -eu
[ $# -gt 0 ] || set -- /usr/share/postgresql/*/extension
for folder in "$@"; do
  for script in "$folder"/pg_sphere--1.2.0.sql; do
    [ -e "$script" ] || continue
    new="$script.new$$"
    sed '/^-- a minimal set of backwards-compatible operators/,/^-- debugging/{/COMMUTATOR *=/d;/NEGATOR *=/d;}' "$script" >"$new"
    if cmp -s "$script" "$new"; then
      rm "$new"
    else
      chmod 644 "$new"
      mv "$new" "$script"
      echo "mended $script"
    fi
  done
done
