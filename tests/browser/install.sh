#!/bin/sh
# Finds Chromium and its driver for the browser tests; installs Debian's packages if it may.
set -eu

have() {
    command -v "$1" >/dev/null 2>&1
}

if { have chromium || have chromium-browser || have google-chrome; } && have chromedriver; then
    exit 0
fi
if have apt-get && { [ "$(id -u)" = 0 ] || have sudo; }; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "Installing Chromium and its driver for the browser tests ..."
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
        chromium chromium-driver fonts-noto-cjk fonts-dejavu-core >/dev/null
    exit 0
fi
echo "The browser tests need Chromium and chromedriver on the PATH; please install them." >&2
exit 1
