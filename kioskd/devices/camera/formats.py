"""The symbologies a camera can be asked for. Apart, so that the daemon knows them without the decoder."""

from __future__ import annotations

# Our words, as in `Scanned`, and what zxing-cpp calls them.
FORMATS = {
    "qr": ("QRCode",),
    "datamatrix": ("DataMatrix",),
    "aztec": ("Aztec",),
    "pdf417": ("PDF417",),
    "code128": ("Code128",),
    "code39": ("Code39",),
    "itf": ("ITF",),
    "ean/upc": ("EAN13", "EAN8", "UPCA", "UPCE"),
}
# Found at any angle without trying four rotations; the others were not (zxing-cpp 3.1, turned by 45 degrees).
ROTATION_FREE = frozenset({"qr", "aztec"})
