#!/bin/sh
# Installs what some tests need from Debian's packages, where that can be done and it is absent; never fails.
# Give the names of packages: postgresql, chromium.
export DEBIAN_FRONTEND=noninteractive
for package in "$@"; do
    case "$package" in
    postgresql) there=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null) ;;
    *) there=$(command -v "$package") ;;
    esac
    [ -n "$there" ] && continue
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "$package is absent and cannot be installed here: the tests that need it will be skipped."
        continue
    fi
    echo "Installing $package for the tests (once)"
    { apt-get update && apt-get install --yes --no-install-recommends "$package"; } >/dev/null 2>&1 ||
        echo "$package could not be installed: the tests that need it will be skipped."
done
exit 0
