#!/bin/sh
# Installs what the tests need beside Python, where this user may; else says what is missing:
# a browser for the briefs, and Java for Spark.
set -eu
wanted=""
command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 ||
    wanted="chromium chromium-driver fonts-liberation"
command -v java >/dev/null 2>&1 || wanted="$wanted openjdk-17-jre-headless"
[ -n "$wanted" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # Word splitting is meant: one word is one package.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    exit 0
fi
echo "The tests need these packages: $wanted. Install them, then run make test again." >&2
exit 1
