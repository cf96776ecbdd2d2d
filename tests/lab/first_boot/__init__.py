"""`./dev lab --first-boot`: from the image as it was written to a kiosk that sells, as a technician does it.

    ./dev lab --first-boot           every story: half an hour on two cores without KVM
    ./dev lab --first-boot codes     one of them; --list names them

Each story begins with a disk of its own, written from the image onto a larger card, on which nothing was set
up. What the lab adds to what ships: a way in by ssh, longer watchdogs for an emulated processor, and a way
from the machine's own loopback to the simulated loyalty server. The card is written and read from outside, as
a technician's computer does it. There is no radio: of a Wi-Fi only what the system was told is looked at.

out/lab-first-boot/ has the report with pictures of every screen on the way.
"""
