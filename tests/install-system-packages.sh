#!/bin/sh
# Installs what the tests need beside Python, where this user may; else says what is missing:
# a browser and Pango for the briefs, and Java for Spark.
set -eu
wanted=""
command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 ||
    wanted="chromium chromium-driver fonts-liberation"
command -v java >/dev/null 2>&1 || wanted="$wanted openjdk-17-jre-headless"
# Where they are, they are found by their names; `ldconfig` may stand outside a user's path.
libraries="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)"
case "$libraries" in
*libpangoft2-1.0*libharfbuzz-subset* | *libharfbuzz-subset*libpangoft2-1.0*) ;;
*) wanted="$wanted libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" ;;
esac
[ -n "$wanted" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # Word splitting is meant: one word is one package.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    exit 0
fi
echo "The tests need these packages: $wanted. Install them, then run make test again." >&2
exit 1
