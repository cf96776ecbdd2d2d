"""What a technician asks of devices: what is plugged in, and whether it works."""
