"""The kiosk as one process: configuration, wiring, the loop. The only package that knows everybody."""
