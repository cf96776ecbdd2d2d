#!/bin/sh
# What happens to kioskd in a Debian tree: sh trial.sh OLDER NEWER, as root in there, the packages in /root/debs.
set -eu
older=$1
newer=$2
state=/var/lib/kioskd
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# step WHAT COMMAND...: says how long it took; its output only when it failed.
step() {
    what=$1
    shift
    began_ms=$(date +%s%3N)
    "$@" >/root/step.log 2>&1 || { tail -n 30 /root/step.log >&2; fail "$what"; }
    echo "$what: $(($(date +%s%3N) - began_ms)) ms"
}

expect() {
    what=$1
    shift
    "$@" || fail "$what"
    echo "$what: yes"
}

deb() {
    ls /root/debs/"$1"_"$2"_*.deb
}

status_of() {
    dpkg-query --showformat='${db:Status-Abbrev}' --show "$1" | cut -c1-2
}

open_work() {
    [ "$(runuser -u kioskd -- kioskd outbox open 2>&1)" = "$1" ]
}

leave_work_open() {
    runuser -u kioskd -- /usr/lib/kioskd/bin/python - $state/outbox.db </root/open_work.py
}

installed() {
    [ "$(dpkg-query --showformat='${Version}' --show kioskd)" = "$1" ] && [ "$(status_of kioskd)" = ii ]
}

ready_to_sell() {
    sed -i 's|^menu = .*|menu = "/usr/share/doc/kioskd/examples/harbour/menu.toml"|' /etc/kioskd/kiosk.toml
    kioskd check-config /etc/kioskd/kiosk.toml
}

refused_with() {
    words=$1
    shift
    ! "$@" >/root/step.log 2>&1 && grep -q "$words" /root/step.log
}

half_done() {
    # As when the power goes between unpacking and configuring, with a compiled file cut short.
    dpkg --unpack "$(deb kioskd "$newer")"
    [ "$(status_of kioskd)" = iU ] || return 1
    for package in /usr/lib/kioskd/lib/python3*/site-packages/kioskd; do
        mkdir -p "$package/__pycache__"
        : >"$package/__pycache__/cli.cpython-311.pyc"
        : >"$package/__pycache__/cli.cpython-313.pyc"
    done
    dpkg --configure -a && dpkg --configure -a
}

unpacked_kib() {
    du -sk /usr/lib/kioskd | cut -f1
}

step "package lists" apt-get update
step "install from the archive what it depends on, then $older" \
    apt-get install -y --no-install-recommends "$(deb kioskd "$older")"
expect "configured" installed "$older"
echo "on the disk, compiled: $(($(unpacked_kib) / 1024)) MiB"
expect "no configuration is no crash, but a place and a remedy" \
    refused_with "menu.toml.*does not exist" kioskd check-config /etc/kioskd/kiosk.toml
step "check-config with a menu" ready_to_sell
step "kioskd --help" kioskd --help
expect "the user exists, the state is its own" \
    [ "$(stat -c '%U:%G %a' $state)" = "kioskd:kioskd 700" ]
expect "enabled at boot" [ -L /etc/systemd/system/multi-user.target.wants/kioskd.service ]
step "units, as this systemd reads them" systemd-analyze verify --man=no kioskd.service kioskd-rescue.service \
    kioskd-boot-ok.service kioskd-first-boot.service kioskd-first-boot.path kioskd-clock.service
# Until here as where images are made. A kiosk at work has this.
mount -t proc proc /proc
step "an order is left open" leave_work_open
expect "it is seen" open_work 1
cp /etc/kioskd/kiosk.toml /root/kiosk.toml

step "upgrade to $newer" dpkg --install "$(deb kioskd "$newer")"
expect "configured" installed "$newer"
expect "the order is still open" open_work 1
expect "the settings are as they were" cmp /etc/kioskd/kiosk.toml /root/kiosk.toml
step "back to $older" dpkg --install "$(deb kioskd "$older")"
expect "configured" installed "$older"
expect "the order is still open" open_work 1
step "upgrade cut half way, mended twice" half_done
expect "configured" installed "$newer"
expect "the order is still open" open_work 1
step "the machine becomes a kiosk" dpkg --install "$(deb kioskd-appliance "$newer")"
expect "no login on the screen" [ "$(systemctl is-enabled getty@tty1.service)" = masked ]
expect "no Ctrl-Alt-Del" [ "$(systemctl is-enabled ctrl-alt-del.target)" = masked ]
step "and is one no more" dpkg --purge kioskd-appliance
expect "Ctrl-Alt-Del again" [ ! -e /etc/systemd/system/ctrl-alt-del.target ]

expect "purging is refused" refused_with "not purged" dpkg --purge kioskd
expect "the order is still there" [ -s $state/outbox.db ]
expect "and the settings" cmp /etc/kioskd/kiosk.toml /root/kiosk.toml
step "installed again" dpkg --install "$(deb kioskd "$newer")"
expect "the order is still open" open_work 1
step "removed" dpkg --remove kioskd
expect "no code is left" [ ! -e /usr/lib/kioskd ]
expect "purging is refused" refused_with "not purged" dpkg --purge kioskd
step "purged by force" env KIOSKD_PURGE=force dpkg --purge kioskd
expect "nothing is left" [ -z "$(ls -d $state /etc/kioskd /usr/lib/kioskd /etc/systemd/system/*/kioskd* 2>/dev/null)" ]
step "installed anew" dpkg --install "$(deb kioskd "$newer")"
step "purged, with nothing open" dpkg --purge kioskd
expect "nothing is left" [ ! -e $state ]
