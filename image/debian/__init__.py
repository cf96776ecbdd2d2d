"""Disk images of Debian packages only: a machine that is a kiosk and nothing else. `./dev image`.

From Python, as root, who alone can give files their owners:

    root = image.debian.root.build(VARIANTS["debian-amd64"], debs, Path("tree"))
    made = image.debian.disk.build(root, Path("out/kiosk.img"))

`debs` are kioskd and kioskd-appliance of `./dev package --release trixie`. What a laboratory needs beside
(ssh, tools) is given as `more=Addition(packages, files)`; what the data partition holds from the beginning
as `disk.build(..., data=folder)`. `made` names the image, and kernel, initial RAM disk and command line to
boot it without its boot loader. The bare Debian below it is kept in ~/.cache/kioskd/image, so that only what
changed is built anew. No loop device is used and nothing is mounted.

On the disk: 1 the boot partition (FAT, what a technician sees on a laptop), 2 and 3 the slots a and b with a
read-only root each, 4 the data, which outlives every update. `boot/init` says what is put together from them.
"""
