#!/bin/sh
# -I: nothing of the caller's, neither folder nor environment, decides what is loaded.
exec /usr/lib/kioskd/bin/python -I -m kioskd "$@"
