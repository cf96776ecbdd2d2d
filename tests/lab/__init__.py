"""The kiosk in a virtual machine: Debian, the wheel of this checkout, the shipped unit and udev rules.

    ./dev lab            everything: ten to twenty minutes on two cores without KVM
    ./dev lab --quick    what is for every change: half of that
    ./dev lab camera     one proof; --list names them

out/lab/ has the report (text and JSON), pictures of the display, the kiosk's and the machine's logs. The disk
image is built from Debian's packages once, kept in ~/.cache/kioskd/lab, and built anew when its recipe or the
locked dependencies change. It never changes itself: every run starts with a fresh kiosk.

What is real in there: the kernel's USB, input, serial, V4L2 and KMS layers, udev, systemd, file permissions,
the sandbox of the unit. What is emulated:

    scanner          a USB keyboard of QEMU's, typed on through QMP in bursts that its queue of 16 can hold
    twin scanners    USB gadgets of the guest's kernel: any maker and serial number, a key every 8 ms
    touch screen     a USB tablet; QEMU 7 has no multitouch
    printer          an FTDI adapter of QEMU's with the printer simulator at its other end; it knows no baud
                     rate and no RTS/CTS, and pulling the simulator's cable unplugs the adapter
    camera           the kernel's test driver (vivid); the output that it loops back shows the codes
    display          virtio-gpu, drawn on in software: right pixels, no speed
    loyalty server, card terminal    the simulators, over the machine's network

What it cannot show: anything of libcamera and a Pi's own display pipeline, the speed of real hardware, what
a cable does when it is half in.
"""
