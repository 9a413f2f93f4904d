#!/bin/sh
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes what is missing of: Debian's packages (requirements/debian.txt), .venv, for the tests .cache/node, and the link that
# makes the checkout a collection. Usage: scripts/setup.sh runtime|test. Ends with 2, having done nothing, if it cannot do
# all of it.
set -eu

part=${1:-runtime}
here=$(dirname "$0")
cd "$here/.."
# where Debian has its servers' programs, for users whose PATH leaves it out
PATH=$PATH:/usr/sbin:/sbin

refuse() {
    printf '%s\n' "$1" "Then run the same command again. Nothing was changed." >&2
    exit 2
}

# The interpreter itself, not that of an activated .venv, which may have to be made afresh. The distribution's comes first:
# it is built with profile-guided optimisation, and a run takes a fifth less time than with one that pyenv built.
find_python() {
    for candidate in ${PYTHON:-/usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11}; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11) or print(sys._base_executable))' 2>/dev/null || continue
        return 0
    done
}

is_present() {
    case $1 in
    command:*) has_command "${1#*:}" ;;
    module:*) "$python" -c "import ${1#*:}" 2>/dev/null ;;
    library:*) "$python" -c "import ctypes; ctypes.CDLL('${1#*:}')" 2>/dev/null ;;
    header:*) has_header "${1#*:}" ;;
    *)
        echo "requirements/debian.txt: '$1' is neither command:, module:, library: nor header:" >&2
        exit 1
        ;;
    esac
}

# One of several, apart by |, is enough.
has_command() (
    IFS='|'
    for name in $1; do
        command -v "$name" >/dev/null && exit 0
    done
    exit 1
)

# Of a Python that is not Debian's, Debian's headers would be of no use: the interpreter says where its own are.
has_header() {
    own=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    [ -f "$own/$1" ] || [ -f "/usr/include/$1" ]
}

missing_packages() {
    while read -r when package probe _; do
        case $when in '#'* | '') continue ;; esac
        [ "$when" = runtime ] || [ "$when" = "$part" ] || continue
        is_present "$probe" || printf ' %s' "$package"
    done <requirements/debian.txt
}

# "as root", by sudo without a password, or by sudo with somebody there to type it
elevation() {
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        echo sudo
    fi
}

install_packages() {
    packages=$1
    by_hand="as root: apt-get install --no-install-recommends$packages"
    if ! command -v apt-get >/dev/null; then
        refuse "Install by hand what Debian calls$packages: this system has no apt-get, so that make setup cannot."
    fi
    elevate=$(elevation)
    [ -n "$elevate" ] || refuse "Install by hand, $by_hand"
    echo "setup: installing Debian's$packages"
    # the list is words on purpose
    # shellcheck disable=SC2086
    unknown=$("$elevate" sh scripts/install_debian_packages.sh $packages)
    if [ -n "$unknown" ]; then
        refuse "Install by hand what Debian calls$unknown (requirements/debian.txt says what is looked for): this system's apt does not have it."
    fi
    still_missing=$(missing_packages)
    if [ -n "$still_missing" ]; then
        echo "setup: still missing after the installation:$still_missing (see requirements/debian.txt)" >&2
        exit 1
    fi
}

pip() {
    .venv/bin/python -m pip --disable-pip-version-check --no-input "$@" >.cache/pip.log 2>&1 && return
    tail -n 20 .cache/pip.log >&2
    echo "setup: pip $1 failed; all it said is in .cache/pip.log" >&2
    exit 1
}

# .venv/.complete says for which place, interpreter and requirements the environment is whole. It is written last.
make_environment() {
    place="$PWD $("$python" -c 'import sys; print(sys.base_prefix, *sys.version_info[:3])')"
    wanted=$(cat requirements/runtime.txt requirements/development.txt requirements/lock.txt | sha256sum)
    made_for='' made_of=''
    if [ -f .venv/.complete ] && .venv/bin/python -c pass 2>/dev/null; then
        { read -r made_for && read -r made_of; } <.venv/.complete || true
    fi
    if [ "$made_for" != "$place" ]; then
        echo "setup: making .venv, which takes a minute or two"
        rm -rf .venv
        "$python" -m venv .venv
    elif [ "$made_of" != "$wanted" ]; then
        echo "setup: bringing .venv up to date"
        rm .venv/.complete
    else
        return 0
    fi
    # compiled is what is imported, when it is first: the modules of all collections of Ansible would take half a minute
    pip install --no-compile --constraint requirements/lock.txt \
        --requirement requirements/runtime.txt --requirement requirements/development.txt
    pip check
    printf '%s\n%s\n' "$place" "$wanted" >.venv/.complete
}

# axe-core for the browser tests and node-oracledb, in .cache. The lock file pins them by content, and names no registry.
install_node_packages() {
    [ "$part" = test ] && [ -f requirements/node/package-lock.json ] || return 0
    cmp -s requirements/node/package-lock.json .cache/node/.complete && return 0
    echo "setup: installing what tests need from npm"
    mkdir -p .cache/node
    cp requirements/node/package.json requirements/node/package-lock.json .cache/node/
    # in that directory, not by --prefix, with which npm looks for the machine's own settings elsewhere
    if ! (cd .cache/node && npm ci --ignore-scripts --no-audit --no-fund) >.cache/npm.log 2>&1; then
        tail -n 20 .cache/npm.log >&2
        echo "setup: npm ci failed; all it said is in .cache/npm.log" >&2
        exit 1
    fi
    cp requirements/node/package-lock.json .cache/node/.complete
}

link_collection() {
    link=.collections/ansible_collections/uoe/exam_scheduling
    [ "$(readlink "$link" 2>/dev/null || true)" != ../../.. ] || return 0
    mkdir -p "$(dirname "$link")"
    ln -sfn ../../.. "$link"
}

python=$(find_python)
[ -n "$python" ] || refuse "Install by hand: Python 3.11 or later, as python3 on the PATH (or name it: make PYTHON=/path/to/python3)."
packages=$(missing_packages)
[ -z "$packages" ] || install_packages "$packages"

mkdir -p .cache
if command -v flock >/dev/null; then
    exec 9>.cache/setup.lock
    flock 9
fi
make_environment
install_node_packages
link_collection
