"""kiosk.toml: what one kiosk is told about itself.

`load_config` gives a frozen, complete and consistent `Config` or raises ConfigError with everything that is
wrong. Lengths are millimetres, times seconds. No secret is ever part of it: see `credentials`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

# pydantic looks through every installed package for plugins unless told not to: 10 ms before the first frame.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from pydantic import AfterValidator, Field, Strict, ValidationError, model_validator

from kioskd.daemon.config.camera import FolderCamera as FolderCamera
from kioskd.daemon.config.camera import Picamera2Camera as Picamera2Camera
from kioskd.daemon.config.camera import V4l2Camera as V4l2Camera
from kioskd.daemon.config.errors import did_you_mean, problems_of, raise_problems
from kioskd.daemon.config.fields import (
    CredentialName,
    DeviceName,
    FilePath,
    Host,
    Line,
    Port,
    Profile,
    Seconds,
    Section,
    matching,
    no_repeats,
    server,
    wrong,
)
from kioskd.daemon.config.help import Help
from kioskd.daemon.config.keypad import EvdevKeypad as EvdevKeypad
from kioskd.daemon.config.keypad import LockoutSeconds
from kioskd.daemon.config.offers import Attribute, Charge, Offers, StoredValue
from kioskd.daemon.config.rbi import RbiLoyalty as RbiLoyalty
from kioskd.daemon.config.source import Source, read_source
from kioskd.daemon.config.speech import EspeakSpeech as EspeakSpeech
from kioskd.daemon.config.speech import PiperSpeech as PiperSpeech
from kioskd.daemon.config.terminal import AnyZvtTerminal as AnyZvtTerminal
from kioskd.daemon.config.terminal import ZvtSerialTerminal as ZvtSerialTerminal
from kioskd.daemon.config.terminal import ZvtTerminal as ZvtTerminal
from kioskd.daemon.config.values import Language
from kioskd.daemon.config.watch import Metrics as Metrics
from kioskd.daemon.config.watch import Mqtt as Mqtt

# ISO 4217, what people pay with today.
CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF"
    " CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD"
    " HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL"
    " LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP"
    " PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT"
    " TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG".split()
)

# --- kinds of value -----------------------------------------------------------------------------------------


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise wrong("is no currency", 'its three capital letters, as in "EUR"')
    return code


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = did_you_mean(name, available_timezones(), 'as in "Europe/Amsterdam"')
        raise wrong("is no time zone", remedy) from None
    return name


_KIOSK_ID = matching(r"[A-Z0-9-]{1,12}", "is no kiosk id", 'up to 12 of A-Z, 0-9 and -, as in "K1"')
Pixels = Annotated[int, Field(ge=240, le=7680)]
Baud = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]

# --- sections -----------------------------------------------------------------------------------------------


class Site(Section):
    """The restaurant, as it stands on the receipt. `logo` is a picture file; a dot is 1/8 mm."""

    name: Line = Field(examples=["Harbour Kitchen"])
    address: Annotated[tuple[Line, ...], Strict(False), Field(max_length=6)] = ()
    vat_number: Line | None = None
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Europe/Amsterdam"
    receipt_footer: Annotated[str, Field(max_length=300)] | None = None
    logo: FilePath | None = None


class Display(Section):
    """Width and height are as the guest sees them, after `rotation` (clockwise, in degrees).

    `brand` names colours that come along, or `colours` is a file with your own: its [colours], and its [dark]
    for the dark `theme`. `logo` is a PNG that the screen shows in place of the restaurant's name.

    `bottom_height_mm` is how high the lower edge of the picture is above the floor. `touch` is an evdev
    device; without it touches come from the window. For `lockout_s` after a finger left something the same
    cannot be touched again, for hands that tremble.
    """

    width_px: Pixels = Field(examples=[1080])
    height_px: Pixels = Field(examples=[1920])
    width_mm: Annotated[int, Field(ge=40, le=3000)] = Field(examples=[208])
    height_mm: Annotated[int, Field(ge=40, le=3000)] = Field(examples=[370])
    rotation: Literal[0, 90, 180, 270] = 0
    bottom_height_mm: Annotated[int, Field(ge=0, le=2500)] = 900
    viewing_distance_mm: Annotated[int, Field(ge=200, le=3000)] = 600
    driver: Literal["auto", "kmsdrm", "x11", "wayland", "offscreen"] = "auto"
    touch: FilePath | None = None
    lockout_s: LockoutSeconds = 0.1
    brand: Literal["ember", "orchard", "lagoon"] | None = None
    colours: FilePath | None = None
    logo: FilePath | None = None
    theme: Literal["light", "dark"] = "light"

    @model_validator(mode="after")
    def _one_look(self) -> Self:
        if self.brand is not None and self.colours is not None:
            raise wrong("has two sets of colours", "keep brand or colours")
        return self

    @model_validator(mode="after")
    def _pixels_are_square(self) -> Self:
        aspect = (self.width_px * self.height_mm) / (self.height_px * self.width_mm)
        if not 0.8 < aspect < 1.25:
            raise wrong(
                f"has {self.width_px} x {self.height_px} px on {self.width_mm} x {self.height_mm} mm: the "
                "pixels would not be square",
                "measure the picture with a ruler; width and height as the guest sees them",
            )
        return self


class NoLoyalty(Section):
    backend: Literal["none"] = "none"


def _portal(url: str) -> str:
    """An https host and nothing else: guests' phones go there."""
    url = server(url)
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.path:
        raise wrong(
            "is no portal's address", 'https and a host alone, as in "https://restaurant.example.com"'
        )
    return url


_UNIT = matching(r"[a-z0-9_]{1,40}", "is no name of a unit", 'as in "purchase_amount"')


class LeatLoyalty(Section):
    """`shop_uuid` is the business profile's; the token comes from a systemd credential or from a file.

    With `portal_url`, where guests see their points, and the shop's secret for loyalty tokens, a guest
    without card gets a code to collect the points later; `claim_unit` is the account's name for the amount.
    With `link_blank_cards` a card that is nobody's becomes that of a new member without a name.
    `language_attribute` is the merchant's attribute of members that says which language they speak ("nl",
    "pt-PT"): then the kiosk speaks it with them, unless they choose another.
    """

    backend: Literal["leat"]
    base_url: Annotated[str, AfterValidator(server)] = "https://api.leat.com"
    token_credential: CredentialName | None = None
    token_file: FilePath | None = None
    shop_uuid: Line = Field(examples=["6f9b8a2e-0000-4000-8000-000000000000"])
    partner_id: Line | None = None
    timeout_s: Seconds = 8.0
    preview: bool = True
    link_blank_cards: bool = False
    language_attribute: Attribute | None = None
    offers: Offers = Offers.model_construct()
    stored_value: StoredValue = StoredValue.model_construct()
    portal_url: Annotated[str, AfterValidator(_portal)] | None = None
    claim_secret_credential: CredentialName | None = None
    claim_secret_file: FilePath | None = None
    claim_unit: Annotated[str, AfterValidator(_UNIT)] = "purchase_amount"

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if (self.token_credential is None) == (self.token_file is None):
            raise wrong(
                "needs the token from exactly one place",
                'write either token_credential = "leat-token" or token_file = "/path/to/it"',
            )
        return self

    @model_validator(mode="after")
    def _one_claim_secret(self) -> Self:
        secrets = (self.claim_secret_credential, self.claim_secret_file)
        wanted = 0 if self.portal_url is None else 1
        if sum(secret is not None for secret in secrets) != wanted:
            raise wrong(
                "needs portal_url and the secret for codes from exactly one place, or neither",
                'write portal_url and either claim_secret_credential = "leat-claims" or claim_secret_file',
            )
        return self


class Disabled(Section):
    """A device that this kiosk does without."""

    driver: Literal["disabled"] = "disabled"


class SerialScanner(Section):
    """A scanner that is a serial port, by cable or by USB (CDC). `baud` if not that of its profile."""

    driver: Literal["serial"]
    name: DeviceName = Field(examples=["front"])
    path: FilePath = Field(examples=["/dev/serial/by-id/usb-Scanner"])
    profile: Profile = "generic-serial"
    baud: Baud | None = None


class HidPosScanner(Section):
    """A scanner in HID-POS mode, by its hidraw node."""

    driver: Literal["hidpos"]
    name: DeviceName = Field(examples=["front"])
    path: FilePath = Field(examples=["/dev/kioskd/hidpos-1-1.2"])
    profile: Profile = "generic-hidpos"


class WedgeScanner(Section):
    """A scanner that types. `layout` is the keyboard it believes to be, if not that of its profile."""

    driver: Literal["wedge"]
    name: DeviceName = Field(examples=["front"])
    path: FilePath = Field(examples=["/dev/input/by-id/usb-Scanner-event-kbd"])
    profile: Profile = "generic-wedge"
    layout: Literal["us", "de", "fr", "be", "ch", "uk", "es", "cz", "ch-fr", "cz-qwerty"] | None = None


class DisabledScanner(Section):
    driver: Literal["disabled"]
    name: DeviceName = Field(examples=["front"])


class SerialPrinter(Section):
    driver: Literal["serial"]
    path: FilePath = Field(examples=["/dev/serial/by-id/usb-Printer"])
    baud: Baud = 9600
    profile: Profile = "generic-80mm"


class UsbPrinter(Section):
    """A printer of the USB printer class."""

    driver: Literal["usb"]
    path: FilePath = Field(examples=["/dev/usb/lp0"])
    profile: Profile = "generic-80mm"


class TcpPrinter(Section):
    driver: Literal["tcp"]
    host: Host = Field(examples=["192.168.1.40"])
    port: Port = 9100
    profile: Profile = "generic-80mm"


class Counter(Section):
    """Paying with the staff: the order number is called out and the guest pays there.

    Whoever has not come after `keep_minutes` is not waited for: their order is dropped, and what was used
    for it is given back. 0: it is kept until staff drop it.
    """

    enabled: bool = False
    keep_minutes: Annotated[int, Field(ge=0, le=10_080)] = 240


_PIN_HASH = matching(
    r"scrypt:1[0-6]:[1-8]:[1-4]:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43}",
    "is not what kioskd staff-pin prints",
    "run kioskd staff-pin and write its line here; never the PIN itself",
)


class Staff(Section):
    """The staff screen opens with the PIN that `pin_hash` was made of; without it there is none.

    With `power` the machine can be restarted and shut down there; the kiosk's software always can.
    """

    pin_hash: Annotated[str, AfterValidator(_PIN_HASH)] | None = Field(default=None, repr=False)
    power: bool = False


class Limits(Section):
    """A guest is asked after `idle_s` without a touch and has `still_there_s` to answer.

    Less than 20 s to answer would shut out who needs longer (WCAG 2.2.1). After an outage the queue waits a
    random part of `outage_spread_s`, so that not all kiosks of a chain call at once.
    """

    idle_s: Annotated[int, Field(ge=10, le=600)] = 45
    still_there_s: Annotated[int, Field(ge=20, le=120)] = 20
    thanks_s: Annotated[int, Field(ge=5, le=120)] = 15
    outage_spread_s: Annotated[int, Field(ge=0, le=600)] = 60


class Control(Section):
    """A local socket for `kioskd` commands. `drive` lets it touch the screen and set the clock: for tests."""

    socket: FilePath | None = None
    drive: bool = False


Loyalty = LeatLoyalty | RbiLoyalty | NoLoyalty
Scanner = SerialScanner | HidPosScanner | WedgeScanner | DisabledScanner
Camera = FolderCamera | V4l2Camera | Picamera2Camera | Disabled
Printer = SerialPrinter | UsbPrinter | TcpPrinter | Disabled
Terminal = ZvtTerminal | ZvtSerialTerminal | Disabled
Keypad = EvdevKeypad | Disabled
Speech = EspeakSpeech | PiperSpeech | Disabled


class Config(Section):
    """All of it. The first of `languages` greets the guest; `menu` is the file with what is sold."""

    kiosk: Annotated[str, AfterValidator(_KIOSK_ID)] = Field(examples=["K1"])
    currency: Annotated[str, AfterValidator(_currency)] = Field(examples=["EUR"])
    languages: Annotated[
        tuple[Language, ...], Strict(False), Field(min_length=1), AfterValidator(no_repeats)
    ] = Field(examples=[["en", "nl"]])
    menu: FilePath = Field(examples=["menu.toml"])
    state_dir: FilePath = Field(examples=["/var/lib/kioskd"])
    site: Site
    display: Display
    loyalty: Annotated[Loyalty, Field(discriminator="backend")] = NoLoyalty.model_construct()
    scanners: Annotated[
        tuple[Annotated[Scanner, Field(discriminator="driver")], ...], Strict(False), Field(max_length=4)
    ] = Field(default=(), alias="scanner")
    camera: Annotated[Camera, Field(discriminator="driver")] = Disabled.model_construct()
    printer: Annotated[Printer, Field(discriminator="driver")] = Disabled.model_construct()
    terminal: Annotated[Terminal, Field(discriminator="driver")] = Disabled.model_construct()
    keypad: Annotated[Keypad, Field(discriminator="driver")] = Disabled.model_construct()
    speech: Annotated[Speech, Field(discriminator="driver")] = Disabled.model_construct()
    counter: Counter = Counter.model_construct()
    staff: Staff = Staff.model_construct()
    help: Help = Help.model_construct()
    charges: Annotated[tuple[Charge, ...], Strict(False), Field(max_length=8)] = Field(
        default=(), alias="charge"
    )
    limits: Limits = Limits.model_construct()
    control: Control = Control.model_construct()
    metrics: Metrics = Metrics.model_construct()
    mqtt: Mqtt = Mqtt.model_construct()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if isinstance(self.terminal, Disabled) and not self.counter.enabled:
            raise wrong(
                "guests could not pay", "set up a [terminal], or write enabled = true under [counter]"
            )
        speech, heard_alone = self.speech, not isinstance(self.keypad, Disabled)
        if not isinstance(speech, Disabled) and not (speech.jack or heard_alone or speech.speaker_volume):
            raise wrong(
                "speech would be heard by nobody",
                "name the jack of the headphones, or write speaker_volume = 5 for a loudspeaker",
            )
        names = [scanner.name for scanner in self.scanners]
        if len(set(names)) < len(names):
            raise wrong("two scanners have the same name", "give every [[scanner]] a name of its own")
        if self.control.drive and self.control.socket is None:
            raise wrong("control.drive needs control.socket", "name the socket, or leave drive out")
        return self


def load_config(file: Path) -> Config:
    """Read and check `file`. Relative paths in it start at its folder.

    Raises ConfigError (ConfigErrors for several problems), each with file, line, key and remedy.
    """
    return config_in(read_source(file))


def config_in(source: Source) -> Config:
    """As `load_config`, of a file that was read. Raises ConfigError."""
    currency = source.data.get("currency")
    known = isinstance(currency, str) and currency in CURRENCIES  # if not, that is a problem of its own
    # What was taken over from a card is a link to a folder with all that belongs together.
    context = {"folder": source.file.resolve().parent, "currency": currency if known else "EUR"}
    try:
        return Config.model_validate(source.data, context=context)
    except ValidationError as error:
        problems = list(problems_of(error, source, Config))
    raise_problems(source.file, problems)
    raise AssertionError("a ValidationError without errors")
