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

slots() {
    kioskd update status | tr '\n' ';'
}

update() {
    kioskd update "$@" --from "/run/bundles/$bundle.kioskd" >/run/said 2>&1
}

# The kiosk is not needed until one is to prove itself, and starting it takes an emulated machine long.
next() {
    bundle=$1
    echo "$bundle" >/data/trial
    sync -f /data
    systemctl stop kioskd.service
    update --stopped || say "FAILED: update to $bundle: $(cat /run/said)"
}

say "slot $slot, after $done_before: $(slots)"
case "$done_before $slot" in
"nothing a")
    systemctl stop kioskd.service
    bundle=good
    update && say "FAILED: updated without knowing whether a guest is there"
    say "refused: $(cat /run/said)"
    bundle=unsigned
    update --stopped && say "FAILED: took a stranger's update"
    say "refused: $(cat /run/said)"
    next crashing
    ;;
"crashing a") say "back after a crash"; next sick ;;
"sick b")
    say "on trial, and unwell"
    echo unwell >/data/trial
    sync -f /data
    systemctl stop kioskd.service
    ;;
"unwell a") say "back after the health check failed"; next good ;;
"good b")
    say "on trial, and well"
    until slots | grep -q "slot b: good, running"; do sleep 5; done
    say "kept: $(slots)"
    echo finished >/data/trial
    sync -f /data
    systemctl reboot
    ;;
"finished b") say "PASSED: it is started from now on"; systemctl poweroff ;;
*) say "FAILED: slot $slot after $done_before"; systemctl poweroff ;;
esac
