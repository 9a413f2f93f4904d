#!/bin/sh
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs Debian packages, as root, without starting the services that come with them, now or at the next start of the
# machine, and without upgrading or restarting what is there. Usage: scripts/install_debian_packages.sh PACKAGE...
# If apt does not have some of them, it prints these, and installs nothing: Ubuntu has no package `chromium`, for one.
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

apt-get update --quiet=2 >&2
unknown=''
for package in "$@"; do
    # "Candidate: (none)" where it is only named by others, and nothing where it is not even that
    apt-cache policy "$package" | grep -q '^ *Candidate: [^(]' || unknown="$unknown $package"
done
if [ -n "$unknown" ]; then
    printf '%s\n' "$unknown"
    exit 0
fi

installed() { dpkg-query --show --showformat '${db:Status-Abbrev} ${binary:Package}\n'; }
before=$(installed)
enabled_before=''
if command -v systemctl >/dev/null; then
    enabled_before=$(systemctl list-unit-files --state=enabled --no-legend --plain)
fi

apt-get install --quiet=2 --yes --no-install-recommends --no-upgrade --no-remove -o Dpkg::Use-Pty=0 "$@" >&2

command -v systemctl >/dev/null || exit 0
after=$(installed)
newline='
'
# Services can be a dependency's, as nginx-common has the one of nginx-light. What was enabled before this stays so.
{ printf '%s\n' "$before" '' "$after"; } |
    awk '!NF { later = 1; next } !later { there[$0] } later && $1 == "ii" && !($0 in there) { print $2 }' |
    while read -r package; do
        dpkg -L "$package" | sed -n 's#.*/systemd/system/\([^/@]*\.\(service\|socket\)\)$#\1#p'
    done |
    while read -r unit; do
        case "$newline$enabled_before" in *"$newline$unit "*) continue ;; esac
        systemctl --quiet disable "$unit" || echo "setup: $unit could not be disabled; it starts with the machine" >&2
    done
