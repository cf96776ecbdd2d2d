#!/bin/sh
# Runs in the machine of `trial.py` at every start: puts one update after the other into the other slot, and tells
# the console what became of them. What was done so far stands in /data/trial.
set -u
say() {
    echo "trial: $*" >/dev/console
}

slot=$(sed 's/.*kioskd\.slot=\([ab]\).*/\1/' /proc/cmdline)
done_before=$(cat /data/trial 2>/dev/null || echo nothing)
mkdir -p /run/bundles
mount -o ro /dev/disk/by-label/bundles /run/bundles

next() {
    echo "$1" >/data/trial
    sync -f /data
    until kioskd idle --wait-s 60 2>/dev/null; do sleep 2; done
    kioskd update --from "/run/bundles/$1.kioskd" >/run/said 2>&1 || say "FAILED: update to $1: $(cat /run/said)"
}

kept() {
    kioskd update status | grep -q "slot $1: good, running"
}

say "slot $slot, after $done_before: $(kioskd update status | tr '\n' ';')"
case "$done_before $slot" in
"nothing a") next unsigned; say "refused: $(cat /run/said)"; next crashing ;;
"crashing a") say "back after a crash"; next sick ;;
"sick b") say "on trial, and unwell" ;;
"sick a") say "back after the health check failed"; next good ;;
"good b")
    say "on trial, and well"
    until kept b; do sleep 2; done
    say "kept: $(kioskd update status | tr '\n' ';')"
    echo finished >/data/trial
    sync -f /data
    systemctl reboot
    ;;
"finished b") say "PASSED: it is started from now on"; systemctl poweroff ;;
*) say "FAILED: slot $slot after $done_before"; systemctl poweroff ;;
esac
