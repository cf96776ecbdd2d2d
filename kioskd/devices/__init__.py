"""Drivers: each turns what a device says into events. None knows the guest's visit."""
