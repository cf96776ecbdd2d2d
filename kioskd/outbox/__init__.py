"""What must still be told: on the disk before it is sent, sent once, read back when nobody knows."""
