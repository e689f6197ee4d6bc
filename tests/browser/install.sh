#!/bin/sh
# Finds Chromium and its driver for the browser tests, and nginx; installs Debian's packages if it may.
set -eu

PATH="$PATH:/usr/sbin:/usr/local/sbin"

have() {
    command -v "$1" >/dev/null 2>&1
}

missing=""
if ! { have chromium || have chromium-browser || have google-chrome; } || ! have chromedriver; then
    missing="chromium chromium-driver fonts-noto-cjk fonts-dejavu-core"
fi
# Tests of what stands before the server are left out where there is no nginx.
have nginx || missing="$missing nginx-light"
[ -n "$missing" ] || exit 0

if have apt-get && { [ "$(id -u)" = 0 ] || have sudo; }; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "Installing for the tests:" $missing
    $as_root apt-get update -qq
    # Debian would start nginx, which the tests do themselves on a port of their own.
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 $as_root apt-get install -y -qq \
        --no-install-recommends $missing >/dev/null
    exit 0
fi
case "$missing" in
*chromium*)
    echo "The browser tests need Chromium and chromedriver on the PATH; please install them." >&2
    exit 1
    ;;
esac
