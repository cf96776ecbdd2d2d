"""From the configuration to objects: the only place that knows every driver by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kioskd.core.catalogue import Catalogue, Service
from kioskd.core.discount import Stacking
from kioskd.core.errors import ConfigError
from kioskd.core.health import DeviceHealth, DeviceKind, DeviceState
from kioskd.core.order import Tender
from kioskd.core.order_receipt import Letterhead
from kioskd.core.ports import Device, LoyaltyBackend, PaymentTerminal, ReceiptPrinter, Voice
from kioskd.core.shop import Capability, Limits, Shop
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.kiosk import Config
from kioskd.daemon.config.offers import Offers
from kioskd.daemon.staff.help_desk import Webhook

if TYPE_CHECKING:  # drivers are imported when they are built, after the first frame
    from kioskd.daemon.staff.dials import Dials
    from kioskd.daemon.staff.pin_guard import PinGuard
    from kioskd.devices.camera.viewfinder import Viewfinder
    from kioskd.devices.keypad import OnKey
    from kioskd.devices.printer.printer import EscposPrinter
    from kioskd.devices.terminal.zvt_driver import ZvtTerminal
    from kioskd.devices.touch import OnTouch
    from kioskd.devices.voice.voice import ProcessVoice

_MOST_OFFERS = 12
FACTORY_PASSWORD = "000000"
"""What ZVT terminals come with."""

_WRITE_DOWN_S = 0.5
"""What is asked for is on the disk before it counts."""
_TELLING_S = 8.0
"""What nobody waits for may take as long."""
_HOLD_CALLS = 2
"""Holding a voucher asks first whether it could be used."""


def shop_of(config: Config, catalogue: Catalogue) -> Shop:
    tenders = []
    if not isinstance(config.terminal, settings.Disabled):
        tenders.append(Tender.CARD)
    if config.counter.enabled:
        tenders.append(Tender.COUNTER)
    limits = Limits(
        idle_s=config.limits.idle_s,
        still_there_s=config.limits.still_there_s,
        thanks_s=config.limits.thanks_s,
    )
    if isinstance(config.terminal, settings.AnyZvtTerminal):
        limits = replace(limits, payment_s=config.terminal.timeout_s)
    if isinstance(config.loyalty, settings.LeatLoyalty):
        waited_s = config.loyalty.timeout_s
        limits = replace(limits, lookup_s=waited_s, hold_s=waited_s * _HOLD_CALLS)
    if isinstance(config.loyalty, settings.RbiLoyalty):
        waited_s = config.loyalty.answer_s * 2 + _WRITE_DOWN_S
        limits = replace(limits, lookup_s=waited_s, promo_code_s=waited_s)
    offers = config.loyalty.offers if isinstance(config.loyalty, settings.LeatLoyalty) else Offers()
    return Shop(
        name=config.site.name,
        kiosk=config.kiosk,
        catalogue=catalogue,
        languages=config.languages,
        tenders=tuple(tenders),
        loyalty=not isinstance(config.loyalty, settings.NoLoyalty),
        preview=isinstance(config.loyalty, settings.LeatLoyalty) and config.loyalty.preview,
        capabilities=_capabilities(config.loyalty),
        stacking=Stacking(offers.stacking),
        charges=tuple(charge.rule for charge in config.charges),
        vouchers_need_card=not offers.vouchers_without_card,
        late_cards=not isinstance(config.loyalty, settings.RbiLoyalty),
        most_offers=_most_offers(config.loyalty),
        staff=config.staff.pin_hash is not None,
        power=config.staff.power,
        help=config.help.webhook is not None,
        speech=not isinstance(config.speech, settings.Disabled),
        loudspeaker=not isinstance(config.speech, settings.Disabled) and config.speech.speaker_volume > 0,
        limits=limits,
    )


def _capabilities(loyalty: settings.Loyalty) -> frozenset[Capability]:
    if isinstance(loyalty, settings.NoLoyalty):
        return frozenset()
    # The kiosk itself remembers what members ordered here.
    return _of_backend(loyalty) | {Capability.LAST_ORDER}


def _of_backend(loyalty: settings.RbiLoyalty | settings.LeatLoyalty) -> frozenset[Capability]:
    if isinstance(loyalty, settings.RbiLoyalty):
        # Asking uses a promo code up, so nothing is asked before what it may give is known here.
        promo_codes = {Capability.PROMO_CODES} if loyalty.incentives else set()
        return frozenset({Capability.OFFERS, Capability.RECEIPT_TEXTS} | promo_codes)
    wanted = {
        Capability.OFFERS: loyalty.offers.enabled,
        Capability.GIFT_CARDS: loyalty.stored_value.gift_cards,
        Capability.PREPAID: loyalty.stored_value.prepaid,
    }
    return frozenset(capability for capability, enabled in wanted.items() if enabled)


def _most_offers(loyalty: settings.Loyalty) -> int:
    if isinstance(loyalty, settings.RbiLoyalty) and loyalty.one_incentive:
        return 1
    return _MOST_OFFERS


def expected_devices(config: Config) -> dict[str, DeviceHealth]:
    """What the configuration names, before any of it was looked for."""
    named = [(entry.name, DeviceKind.SCANNER) for entry in config.scanners if not _disabled(entry)]
    if not isinstance(config.speech, settings.Disabled) and config.speech.jack:
        named.append((DeviceKind.HEADPHONES.value, DeviceKind.HEADPHONES))
    for section, kind in (
        (config.camera, DeviceKind.CAMERA),
        (config.printer, DeviceKind.PRINTER),
        (config.terminal, DeviceKind.TERMINAL),
        (config.keypad, DeviceKind.KEYPAD),
        (config.speech, DeviceKind.VOICE),
    ):
        if not _disabled(section):
            named.append((kind.value, kind))
    return {name: DeviceHealth(name, kind, DeviceState.STARTING) for name, kind in named}


def webhook_of(config: settings.Config) -> Webhook | None:
    """Raises ConfigError when its token cannot be read."""
    wanted = config.help
    if wanted.webhook is None:
        return None
    if wanted.token_credential is None and wanted.token_file is None:
        return Webhook(wanted.webhook)
    token = read_secret(credential=wanted.token_credential, file=wanted.token_file)
    return Webhook(wanted.webhook, {"Authorization": f"Bearer {token}"})


def pin_guard_of(config: Config, clock: Callable[[], float]) -> PinGuard | None:
    """None without a staff screen. After the first frame."""
    if config.staff.pin_hash is None:
        return None
    from kioskd.daemon.staff.pin import read_pin_hash
    from kioskd.daemon.staff.pin_guard import PinGuard

    return PinGuard(read_pin_hash(config.staff.pin_hash), config.state_dir / "staff-pin", clock)


def dials_of(config: Config, limit_loudspeaker: Callable[[int], None] | None) -> Dials:
    """Nothing is turned yet. After the first frame."""
    from kioskd.core.access import LOUDEST
    from kioskd.daemon.staff.backlight import find_backlight
    from kioskd.daemon.staff.dials import Dials, Loudspeaker, Turnable

    turnables: list[Turnable] = []
    speech = config.speech
    if limit_loudspeaker and not isinstance(speech, settings.Disabled) and speech.speaker_volume:
        turnables.append(Loudspeaker(speech.speaker_volume, LOUDEST, limit_loudspeaker))
    if backlight := find_backlight():
        turnables.append(backlight)
    return Dials(config.state_dir / "settings.json", turnables)


def letterhead_of(config: Config) -> Letterhead:
    """Reads the logo. After the first frame. Raises ConfigError."""
    site, logo = config.site, None
    if site.logo:
        from kioskd.daemon.config.logo_file import read_logo

        logo = read_logo(site.logo)
    return Letterhead(site.name, site.address, site.vat_number, site.receipt_footer, logo)


def backend_of(
    config: Config,
    clock: Callable[[], float],
    *,
    menu: Catalogue | None = None,
    wall: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    next_number: Callable[[], int] = lambda: 0,
) -> LoyaltyBackend | None:
    """Imports the backend's client, which takes a while: call it after the first frame.

    `menu`, the aware local time and the kiosk's next order number are for backends that keep whole orders.
    """
    loyalty = config.loyalty
    match loyalty:
        case settings.NoLoyalty():
            return None
        case settings.RbiLoyalty():
            if menu is None:
                return None
            return _whole_orders(loyalty, menu, clock, wall, next_number)
        case settings.LeatLoyalty():
            from kioskd.loyalty.leat.adapter import LeatBackend
            from kioskd.loyalty.leat.claims import LeatClaims
            from kioskd.loyalty.leat.rules import AttributeNames, OfferMapping

            claims = None
            if loyalty.portal_url:
                secret = read_secret(
                    credential=loyalty.claim_secret_credential, file=loyalty.claim_secret_file
                )
                claims = LeatClaims(loyalty.portal_url, loyalty.shop_uuid, secret, loyalty.claim_unit)
            mapping, offers = None, loyalty.offers
            if offers.enabled:
                mapping = OfferMapping(
                    names=AttributeNames(**offers.attributes.model_dump()),
                    percentage=offers.values.percentage,
                    absolute=offers.values.absolute,
                    free_item=offers.values.free_item,
                    percentages=offers.percentages,
                    amounts=offers.amounts,
                    location=offers.location,
                    collect=offers.mode == "collect",
                )
            return LeatBackend(
                loyalty.base_url,
                read_secret(credential=loyalty.token_credential, file=loyalty.token_file),
                loyalty.shop_uuid,
                config.currency,
                loyalty.partner_id,
                loyalty.timeout_s,
                time_zone=ZoneInfo(config.site.time_zone),
                claims=claims,
                mapping=mapping,
                gift_card_reference=loyalty.stored_value.gift_card_reference,
                link_blank_cards=loyalty.link_blank_cards,
                language_attribute=loyalty.language_attribute,
                clock=clock,
            )


def _whole_orders(
    loyalty: settings.RbiLoyalty,
    menu: Catalogue,
    clock: Callable[[], float],
    wall: Callable[[], datetime],
    next_number: Callable[[], int],
) -> LoyaltyBackend:
    from kioskd.daemon.config.incentive_file import load_incentives
    from kioskd.loyalty.rbi.adapter import RbiBackend, Till
    from kioskd.loyalty.rbi.address import base_url
    from kioskd.loyalty.rbi.amounts import Unit
    from kioskd.loyalty.rbi.client import RbiClient, rbi_api
    from kioskd.loyalty.rbi.incentives import IncentiveReader

    address = loyalty.base_url
    if address is None:
        assert loyalty.environment is not None and loyalty.brand is not None
        address = base_url(loyalty.region, loyalty.environment, loyalty.brand, loyalty.cluster)
    key = read_secret(credential=loyalty.key_credential, file=loyalty.key_file)
    incoming = Unit(loyalty.incoming_prices)
    till = Till(
        loyalty.pos_type,
        loyalty.store,
        loyalty.terminal,
        loyalty.operator,
        loyalty.supporting_pos,
        {
            Service.EAT_IN: loyalty.service_modes.eat_in,
            Service.TAKE_AWAY: loyalty.service_modes.take_away,
        },
        loyalty.payment_words.card,
        loyalty.payment_words.counter,
        Unit(loyalty.outgoing_prices),
        incoming,
        loyalty.answer_s,
    )
    api = rbi_api(address, key, loyalty.region, _TELLING_S, clock=clock)
    client = RbiClient(api, menu.currency, incoming_prices=incoming, zone_told=loyalty.tell_time_zone)
    reader = IncentiveReader(
        load_incentives(loyalty.incentives, menu) if loyalty.incentives else (),
        menu,
        loyalty.rewards,
        loyalty.show_offers,
    )
    return RbiBackend(client, till, reader, next_number=next_number, wall=wall, clock=clock)


@dataclass(frozen=True, slots=True)
class Plugged:
    """A device to be supervised. `path` is watched for its return when it can be unplugged."""

    device: Device
    kind: DeviceKind
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Hardware:
    plugged: tuple[Plugged, ...]
    printer: ReceiptPrinter | None
    terminal: PaymentTerminal | None
    viewfinder: Viewfinder | None = None
    voice: Voice | None = None


def hardware_of(config: Config, clock: Callable[[], float], on_touch: OnTouch, on_key: OnKey) -> Hardware:
    """Drivers for everything the configuration names; nothing is opened yet. After the first frame, on the
    loop in whose thread the screen is drawn.

    Raises ConfigError for a profile that does not exist or a password that cannot be read.
    """
    plugged = [_scanner(entry, clock) for entry in config.scanners if not _disabled(entry)]
    if config.display.touch:
        from kioskd.devices.touch import TouchScreen

        touch = TouchScreen("touch", config.display.touch, on_touch)
        plugged.append(Plugged(touch, DeviceKind.TOUCH, config.display.touch))
    if isinstance(config.keypad, settings.EvdevKeypad):
        plugged.append(_keypad(config.keypad, on_key))
    viewfinder = None
    if not _disabled(config.camera):
        from kioskd.devices.camera.viewfinder import Viewfinder

        viewfinder = Viewfinder()
        plugged.append(_camera(config, clock, viewfinder))
    printer = None if isinstance(config.printer, settings.Disabled) else _printer(config)
    if printer:
        plugged.append(Plugged(printer, DeviceKind.PRINTER, getattr(config.printer, "path", None)))
    terminal = None if isinstance(config.terminal, settings.Disabled) else _terminal(config)
    if terminal:
        plugged.append(Plugged(terminal, DeviceKind.TERMINAL, getattr(config.terminal, "path", None)))
    voice = (
        None if isinstance(config.speech, settings.Disabled) else voice_of(config.speech, config.languages)
    )
    if voice:
        plugged.append(Plugged(voice, DeviceKind.VOICE))
        plugged += _jack(config)
    return Hardware(tuple(plugged), printer, terminal, viewfinder, voice)


def voice_of(speech: settings.EspeakSpeech | settings.PiperSpeech, languages: Sequence[str]) -> ProcessVoice:
    from kioskd.devices.voice.espeak import Espeak
    from kioskd.devices.voice.piper import Piper
    from kioskd.devices.voice.voice import ProcessVoice

    synthesiser = (
        Espeak(speech.program, device=speech.device, voices=speech.voices)
        if isinstance(speech, settings.EspeakSpeech)
        else Piper(speech.models, speech.program, device=speech.device)
    )
    return ProcessVoice(DeviceKind.VOICE.value, synthesiser, languages)


def _jack(config: Config) -> Iterator[Plugged]:
    if not isinstance(config.speech, settings.Disabled) and config.speech.jack:
        from kioskd.devices.jack import HeadphoneJack

        jack = HeadphoneJack(DeviceKind.HEADPHONES.value, config.speech.jack)
        yield Plugged(jack, DeviceKind.HEADPHONES, config.speech.jack)


def _disabled(section: object) -> bool:
    return isinstance(section, settings.Disabled | settings.DisabledScanner)


def _scanner(entry: settings.Scanner, clock: Callable[[], float]) -> Plugged:
    from kioskd.devices.scanner.drivers import driver_of
    from kioskd.devices.scanner.profile import load_profile

    if isinstance(entry, settings.DisabledScanner):
        raise ValueError(f"{entry.name} is disabled")
    profile = load_profile(entry.profile)
    if profile.driver != entry.driver:
        raise ConfigError(
            f"scanner {entry.name}: profile",
            f"{entry.profile!r} is for driver = {profile.driver!r}",
            "kioskd doctor proposes one that fits",
        )
    scanner = driver_of(
        profile,
        entry.name,
        entry.path,
        layout=entry.layout if isinstance(entry, settings.WedgeScanner) else None,
        baud=entry.baud if isinstance(entry, settings.SerialScanner) else None,
        clock=clock,
    )
    return Plugged(scanner, DeviceKind.SCANNER, entry.path)


def _keypad(entry: settings.EvdevKeypad, on_key: OnKey) -> Plugged:
    from kioskd.devices.keypad import Keypad
    from kioskd.devices.keypad_profile import load_profile

    profile = load_profile(entry.profile)
    keypad = Keypad(DeviceKind.KEYPAD.value, entry.path, profile, on_key, entry.lockout_s)
    return Plugged(keypad, DeviceKind.KEYPAD, entry.path)


def _camera(config: Config, clock: Callable[[], float], viewfinder: Viewfinder) -> Plugged:
    from kioskd.devices.camera.parent import CameraScanner

    camera = config.camera
    path: Path | None = None
    match camera:
        case settings.FolderCamera():
            source, path = f"folder:{camera.path}", camera.path
        case settings.V4l2Camera():
            source, path = str(camera.path), camera.path
        case settings.Picamera2Camera():
            source = f"picamera2:{camera.device}"
        case settings.Disabled():
            raise ValueError("the camera is disabled")
    scanner = CameraScanner(
        "camera", source, camera.formats, region=camera.region, viewfinder=viewfinder, clock=clock
    )
    return Plugged(scanner, DeviceKind.CAMERA, path)


def _printer(config: Config) -> EscposPrinter:
    import asyncio

    from kioskd.daemon.paper import receipt_lettering
    from kioskd.devices.printer import transport
    from kioskd.devices.printer.printer import EscposPrinter
    from kioskd.devices.printer.profile import load_profile

    entry = config.printer
    assert not isinstance(entry, settings.Disabled)
    profile = load_profile(entry.profile)
    match entry:
        case settings.SerialPrinter():
            address: transport.Address = transport.SerialPort(entry.path, entry.baud, profile.flow)
        case settings.UsbPrinter():
            address = transport.UsbPrinter(entry.path)
        case settings.TcpPrinter():
            address = transport.NetworkPrinter(entry.host, entry.port)
    journal = config.state_dir / "printer.json"
    lettering = receipt_lettering(asyncio.get_running_loop())
    return EscposPrinter("printer", address, profile, rasteriser=lettering, journal=journal)


def paper_columns_of(config: Config) -> int:
    """How many letters fit beside each other on the printer's paper; 0 without a printer. After the first
    frame. Raises ConfigError."""
    if isinstance(config.printer, settings.Disabled):
        return 0
    from kioskd.devices.printer.profile import load_profile

    return load_profile(config.printer.profile).columns()


def _terminal(config: Config) -> ZvtTerminal:
    """The terminal's own clock and the kiosk's schedule are in the site's time zone."""
    from kioskd.devices.terminal.zvt_driver import SerialAddress, TcpAddress, ZvtTerminal
    from kioskd.devices.terminal.zvt_text import Charset

    entry = config.terminal
    assert not isinstance(entry, settings.Disabled)
    address: TcpAddress | SerialAddress
    match entry:
        case settings.ZvtTerminal():
            address = TcpAddress(entry.host, entry.port)
        case settings.ZvtSerialTerminal():
            address = SerialAddress(entry.path, entry.baud)
    zone = ZoneInfo(config.site.time_zone)
    return ZvtTerminal(
        "terminal",
        address,
        password=terminal_password(entry),
        currency=config.currency,
        attempts=config.state_dir / "terminal.json",
        slips=config.state_dir / "terminal-slips.jsonl" if entry.receipts == "kiosk" else None,
        charset=Charset(entry.charset),
        end_of_day=entry.end_of_day_at,
        wall_clock=lambda: datetime.now(zone),
    )


def takes_parts(config: Config) -> bool:
    """Whether a card may pay less than is due."""
    return isinstance(config.terminal, settings.AnyZvtTerminal) and config.terminal.part_payments


def prints_slips(config: Config) -> bool:
    """Whether the terminal leaves its receipts to the kiosk."""
    return isinstance(config.terminal, settings.AnyZvtTerminal) and config.terminal.receipts == "kiosk"


def terminal_password(entry: settings.AnyZvtTerminal) -> str:
    """Raises ConfigError when it cannot be read."""
    if entry.password_credential or entry.password_file:
        return read_secret(credential=entry.password_credential, file=entry.password_file)
    return FACTORY_PASSWORD
