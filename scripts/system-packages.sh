#!/usr/bin/env bash
# Make sure that the programs are there which pip and npm cannot bring.
#
#   scripts/system-packages.sh run     what the service and the notebooks need
#   scripts/system-packages.sh test    that, a browser, nginx and openssl
#
# What is missing is installed with apt where that is possible; otherwise this says what to install, and fails.
set -euo pipefail

purpose=${1:-run}
python=${PYTHON:-python3}
oldest_postgres=15
oldest_node=18

[[ $purpose != test ]] || oldest_node=20

packages=()  # of apt
advice=()    # for people without apt or without the right to use it

has_postgis() { # folder of PostgreSQL's programs
    local major share
    [[ -x $1/postgres && -x $1/initdb ]] || return 1
    major=$("$1/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    ((major >= oldest_postgres)) || return 1
    for share in "$1/../share" "$1/../share/postgresql" "/usr/share/postgresql/$major" \
        "$("$1/pg_config" --sharedir 2>/dev/null || true)"; do
        [[ -n $share && -f $share/extension/postgis.control ]] && return 0
    done
    return 1
}

find_postgis() {
    local folder
    for folder in "${CATMAID_POSTGRES_BIN:-}" "${CONDA_PREFIX:+$CONDA_PREFIX/bin}" \
        "$(dirname "$(readlink -f "$(command -v postgres || echo /nowhere/postgres)")")" \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        [[ -n $folder ]] && has_postgis "$folder" && return 0
    done
    return 1
}

find_browser() {
    local name
    [[ -n ${CATMAID_CHROMIUM:-} ]] && return 0
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null && return 0
    done
    return 1
}

find_proxy() {
    command -v openssl >/dev/null && { command -v nginx || command -v /usr/sbin/nginx; } >/dev/null
}

has_node() {
    local version
    command -v node >/dev/null && command -v npm >/dev/null || return 1
    version=$(node --version) && version=${version#v}
    ((${version%%.*} >= oldest_node))
}

newest_package() { # regular expression of names
    apt-cache search --names-only "$1" 2>/dev/null | cut -d ' ' -f 1 | sort -V | tail -n 1
}

offered_major() { # package
    apt-cache policy "$1" 2>/dev/null | sed -nE 's/ *Candidate: ([0-9]+:)?([0-9]+).*/\2/p'
}

as_root=()
may_use_apt() {
    command -v apt-get >/dev/null || return 1
    [[ $(id -u) -eq 0 ]] && return 0
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo) && return 0
    return 1
}

want_postgis() {
    local server
    advice+=("PostgreSQL $oldest_postgres or newer with PostGIS
      Debian, Ubuntu:  sudo apt-get install postgresql postgresql-$oldest_postgres-postgis-3   (the number of your release)
      conda:           conda install -c conda-forge 'postgresql>=$oldest_postgres' postgis")
    server=$(newest_package '^postgresql-[0-9]+-postgis-[0-9]+$')
    if [[ -n $server ]] && (($(echo "$server" | cut -d - -f 2) >= oldest_postgres)); then packages+=("$server"); fi
}

want_node() {
    advice+=("Node.js $oldest_node or newer, with npm
      https://nodejs.org/en/download, or
      Debian ($([[ $oldest_node == 18 ]] && echo 12 || echo 13) or newer):  sudo apt-get install nodejs npm
      conda:                conda install -c conda-forge 'nodejs>=$oldest_node'")
    if (($(offered_major nodejs || true) + 0 >= oldest_node)); then packages+=(nodejs npm); fi
}

want_browser() {
    advice+=("Chromium, for the tests in a browser
      Debian:  sudo apt-get install chromium fonts-dejavu-core
      others:  install Chromium or Chrome and put its path into CATMAID_CHROMIUM")
    packages+=(chromium fonts-dejavu-core)
}

want_proxy() {
    advice+=("nginx and openssl, for the tests behind a proxy
      Debian, Ubuntu:  sudo apt-get install nginx-light openssl
      conda:           conda install -c conda-forge nginx openssl")
    packages+=(nginx-light openssl)
}

want_venv() {
    advice+=("Python's venv module
      Debian, Ubuntu:  sudo apt-get install python3-venv")
    packages+=(python3-venv)
}

look() {
    packages=() advice=()
    "$python" -c 'import ensurepip, venv' 2>/dev/null || want_venv
    find_postgis || want_postgis
    has_node || want_node
    [[ $purpose != test ]] || find_browser || want_browser
    [[ $purpose != test ]] || find_proxy || want_proxy
}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3 …" >&2
    exit 1
fi

look
if ((${#advice[@]} > 0)) && may_use_apt; then
    "${as_root[@]}" apt-get update -q
    look
    if ((${#packages[@]} > 0)); then
        echo "Installing ${packages[*]}"
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
        look
    fi
fi
if ((${#advice[@]} > 0)); then
    {
        echo "This is missing on this machine, and cannot be installed from here:"
        printf '\n  * %s\n' "${advice[@]}"
        echo
        echo "Install it and try again."
    } >&2
    exit 1
fi
