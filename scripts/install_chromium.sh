#!/bin/sh
# Installs Chromium from Debian's packages for the tests, where that can be done and it is absent; never fails.
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Chromium is absent and cannot be installed here: the tests that need it will be skipped."
    exit 0
fi
echo "Installing Chromium for the tests (once)"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install --yes --no-install-recommends chromium; } >/dev/null 2>&1 ||
    echo "Chromium could not be installed: the tests that need it will be skipped."
exit 0
