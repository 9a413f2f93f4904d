#!/bin/sh
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs Debian packages, as root, without starting the services that come with them, now or at the next start of the
# machine, and without upgrading or restarting what is there. Usage: scripts/install_debian_packages.sh PACKAGE...
set -eu

policy=/usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive

# Debian asks this file whether a package may start, stop or restart a service; 101 means no. A system that has one of its
# own has decided already.
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 0755 "$policy"
fi

apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends --no-upgrade --no-remove -o Dpkg::Use-Pty=0 "$@"

command -v systemctl >/dev/null || exit 0
for package in "$@"; do
    dpkg -L "$package" | sed -n 's|.*/systemd/system/\([^/@]*\.service\)$|\1|p' | while read -r unit; do
        systemctl --quiet disable "$unit" || echo "setup: $unit could not be disabled; it starts with the machine" >&2
    done
done
