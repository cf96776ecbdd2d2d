"""The Debian packages, built from this checkout and its lock without being root: `./dev package`.

`kioskd` is the daemon with the libraries it was tested with, in a virtual environment of its own on Debian's
Python. It is built for one release, because compiled libraries belong to one version of Python.
`kioskd-appliance` makes a machine a kiosk and nothing else: no consoles, a log in memory.
"""
