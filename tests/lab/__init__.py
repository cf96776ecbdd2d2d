"""What ships, in a virtual machine: the disk of `./dev image debian-amd64`, this checkout's packages in it.

    ./dev lab            everything: half an hour on two cores without KVM
    ./dev lab --quick    what is for every change: some eight minutes
    ./dev lab camera     one proof; --list names them
    ./dev lab --cuts 20  the power is cut twenty times in the middle of orders
    ./dev lab --first-boot   nothing was set up yet: see `tests.lab.first_boot`

out/lab/ has the report (page, text and JSON), pictures of the display, the machine's log. The bare Debian is
built once and kept by `image.debian`; packages and disk are made anew for every run and thrown away after it.
Nothing is installed and nothing is started by hand: the machine is switched on and is a kiosk. What the lab
adds to what ships: a way in by ssh, kiosk.toml with the secret, longer watchdogs for an emulated processor, a
tool that shows the camera something, and linuxpy, which every technician with a USB camera adds.

What is real in there: kernel, initial RAM disk, read-only root, the data partition, packages, units and their
sandboxes, udev rules; the kernel's USB, input, serial, V4L2 and KMS layers. What is emulated:

    scanner          a USB keyboard of QEMU's, typed on through QMP in bursts that its queue of 16 can hold
    twin scanners    USB gadgets of the guest's kernel: any maker and serial number, a key every 8 ms
    touch screen     a USB tablet; QEMU 7 has no multitouch
    printer          an FTDI adapter of QEMU's with the printer simulator at its other end; it knows no baud
                     rate and no RTS/CTS, and pulling the simulator's cable unplugs the adapter
    camera           the kernel's test driver (vivid); the output that it loops back shows the codes
    display          virtio-gpu, drawn on in software: right pixels, no speed
    disk             nbdkit with a cache that forgets what was not flushed when the power goes; torn sectors
                     and cards that spoil their neighbours are not shown
    loyalty server, card terminal    the simulators, over one of the machine's two networks, which can be cut

What it cannot show: anything of libcamera and a Pi's own display pipeline, the boot loader (QEMU loads the
kernel), the speed of real hardware, what a cable does when it is half in.
"""
