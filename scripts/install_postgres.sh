#!/bin/sh
# Installs PostgreSQL from Debian's packages for the tests, where that can be done and it is absent; never fails.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "PostgreSQL is absent and cannot be installed here: the tests that need it will be skipped."
    exit 0
fi
echo "Installing PostgreSQL for the tests (once)"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install --yes --no-install-recommends postgresql; } >/dev/null 2>&1 ||
    echo "PostgreSQL could not be installed: the tests that need it will be skipped."
exit 0
