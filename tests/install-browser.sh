#!/bin/sh
# Installs the browser that the tests of briefs need, where this user may; else says what is missing.
set -eu
if command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver fonts-liberation >/dev/null
    exit 0
fi
echo "The tests of briefs need chromium and chromedriver: install both, then run make test again." >&2
exit 1
