#!/bin/sh
# Installs what the tests need beside Python, where this user may; else says what is missing:
# a browser and Pango for the briefs, Node.js for their accessibility and for live briefs, Java for
# Spark, and LibreOffice for forms and letters.
set -eu
wanted=""
command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 ||
    wanted="chromium chromium-driver fonts-liberation"
command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || wanted="$wanted nodejs npm"
command -v java >/dev/null 2>&1 || wanted="$wanted openjdk-17-jre-headless"
command -v soffice >/dev/null 2>&1 ||
    wanted="$wanted libreoffice-calc-nogui libreoffice-writer-nogui"
# Where they are, they are found by their names; `ldconfig` may stand outside a user's path.
libraries="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)"
case "$libraries" in
*libpangoft2-1.0*libharfbuzz-subset* | *libharfbuzz-subset*libpangoft2-1.0*) ;;
*) wanted="$wanted libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" ;;
esac
# Just what the lock names, by digest; nothing of it runs but in the browser.
node_packages() {
    npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$(dirname "$0")/browser/node"
}
if [ -z "$wanted" ]; then
    node_packages
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # Word splitting is meant: one word is one package.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    node_packages
    exit 0
fi
echo "The tests need these packages: $wanted. Install them, then run make test again." >&2
exit 1
