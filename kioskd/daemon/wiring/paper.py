"""What is on the receipts, and how wide they are."""

from __future__ import annotations

from kioskd.core.order_receipt import Letterhead
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.kiosk import Config


def letterhead_of(config: Config) -> Letterhead:
    """Reads the logo. After the first frame. Raises ConfigError."""
    site, logo = config.site, None
    if site.logo:
        from kioskd.daemon.config.logo_file import read_logo

        logo = read_logo(site.logo)
    return Letterhead(site.name, site.address, site.vat_number, site.receipt_footer, logo)


def paper_columns_of(config: Config) -> int:
    """How many letters fit beside each other on the printer's paper; 0 without a printer. After the first
    frame. Raises ConfigError."""
    if isinstance(config.printer, settings.Disabled):
        return 0
    from kioskd.devices.printer.profile import load_profile

    return load_profile(config.printer.profile).columns()
