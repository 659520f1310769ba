#!/bin/bash
# Each command of dev/ is a link to this: it makes sure that Python can run, then hands over to
# dev/lib/main.py.
set -euo pipefail

# The oldest Python that Odoo 19 runs on.
readonly OLDEST_PYTHON="3, 11"

fail() {
    printf 'dev: %s\n' "$1" >&2
    exit 1
}

has_python() {
    python3 -c "import sys, venv, ensurepip; sys.exit(sys.version_info < ($OLDEST_PYTHON))" 2>/dev/null
}

install_python() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "Python 3.11 or newer with its venv module is missing; run: sudo apt install python3 python3-venv"
    fi
    echo "==> Installing Python"
    apt-get update -qq >/dev/null || fail "The package lists could not be fetched; check the network and try again."
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        python3 python3-venv >/dev/null 2>&1 || fail "Python could not be installed; run: apt install python3 python3-venv"
}

has_python || install_python
has_python || fail "Python 3.11 or newer is needed; this machine's python3 is older."
DEV_FOLDER=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$DEV_FOLDER:$(dirname "$DEV_FOLDER")" PYTHONDONTWRITEBYTECODE=1 exec python3 -m lib.main "$(basename "$0")" "$@"
