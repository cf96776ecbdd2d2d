"""What kioskd is installed from: the Debian package, and the images that carry it."""
