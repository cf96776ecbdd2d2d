"""Each thing that reads a stranger's bytes, as a function that takes one hostile input at a time.

A surface keeps its reader from input to input, as the kiosk does: what one leaves behind meets the next. It
raises AssertionError for what must not come out, and lets through what the reader should not have raised.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from kioskd.core.credential import classify
from kioskd.core.events import Scanned, ScanRejected
from kioskd.core.receipt import Align, Columns, Element, Feed, Qr, Receipt, Rule, Text
from kioskd.devices.camera.formats import FORMATS
from kioskd.devices.camera.hints import hint_of
from kioskd.devices.camera.picture import UnreadablePicture, read_picture
from kioskd.devices.camera.pipeline import Pipeline, Region
from kioskd.devices.printer.commands import UnprintableReceipt
from kioskd.devices.printer.encoder import encode
from kioskd.devices.printer.lettering import Lettering
from kioskd.devices.printer.profile import load_profile
from kioskd.devices.printer.status import StatusReader
from kioskd.devices.printer.typefaces import InstalledFonts
from kioskd.devices.scanner.framing import SerialFramer
from kioskd.devices.scanner.gs1 import elements
from kioskd.devices.scanner.hid_descriptor import scanned_report
from kioskd.devices.scanner.hidpos import HidPosDecoder
from kioskd.devices.scanner.intake import MAX_TEXT, Intake
from kioskd.devices.scanner.keymap import keymap
from kioskd.devices.scanner.layouts import LAYOUTS
from kioskd.devices.scanner.reading import MAX_BUFFER, Outcome, Reading
from kioskd.devices.scanner.uart_module import take_answer
from kioskd.devices.scanner.wedge import INPUT_EVENT, WedgeDecoder
from kioskd.devices.terminal import zvt_messages as zvt
from kioskd.devices.terminal.zvt_codec import Apdu, ApduSplitter, ProtocolError
from kioskd.devices.terminal.zvt_deadlines import LineBroken
from kioskd.devices.terminal.zvt_framing import SerialPeer, encode_frame
from kioskd.devices.terminal.zvt_paper import PaperTray
from kioskd.loyalty import fields
from kioskd.loyalty.leat import wire
from kioskd.loyalty.strict_json import NotJson, parse
from kioskd.sim.camera import draw_phone
from kioskd.sim.hidraw import DESCRIPTOR, reports_of
from kioskd.sim.scanner import WedgeSimulator
from kioskd.ui.fonts import FOLDER as FONTS
from kioskd.ui.text import clean, runs
from tests.fuzz.hostile import hostile_bytes, mutated, portions

Take = Callable[[Random], None]


class _Clock:
    """A little later at every look."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 0.3
        return self.now_s


def _check(intake: Intake, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Reading):
            assert len(outcome.text) <= MAX_BUFFER + 3
            elements(outcome.text)
        event = intake.take(outcome)
        assert event is None or isinstance(event, Scanned | ScanRejected)
        if isinstance(event, Scanned):
            assert 0 < len(event.text) <= MAX_TEXT
            assert all(sign >= " " or sign in "\x04\x1d\x1e" for sign in event.text)
            classify(event.text)


def serial_scanner() -> Take:
    framer, intake = SerialFramer(), Intake("scanner", _Clock())

    def take(random: Random) -> None:
        data = hostile_bytes(random)
        take_answer(data[:200])
        for portion in portions(random, data):
            _check(intake, framer.feed(portion))
        if random.random() < 0.5:
            _check(intake, framer.silence())

    return take


def wedge_scanner() -> Take:
    intake = Intake("scanner", _Clock())
    decoders = [WedgeDecoder(keymap(layout)) for layout in LAYOUTS]
    typist = WedgeSimulator(Path("/nonexistent"))

    def take(random: Random) -> None:
        decoder = random.choice(decoders)
        match random.randrange(3):
            case 0:
                data = hostile_bytes(random)[:2000]
            case 1:
                data = mutated(random, typist.typed("M-1001 é\x1dA"))
            case _:
                data = b"".join(_key(random) for _ in range(random.randrange(1, 60)))
        for portion in portions(random, data):
            _check(intake, decoder.feed(portion))
        if random.random() < 0.5:
            _check(intake, decoder.silence())

    return take


def _key(random: Random) -> bytes:
    kind = random.choice((0, 1, 1, 1, 1, 4, 17, 20, random.randrange(65536)))
    code = random.choice((random.randrange(128), random.randrange(65536), 28, 42, 56, 29, 100, 58, 3))
    stamp_s = random.choice((0, 1, random.randrange(-(2**40), 2**40)))
    return INPUT_EVENT.pack(stamp_s, random.randrange(10**6), kind, code, random.choice((0, 1, 2, -1)))


def hidpos_scanner() -> Take:
    intake = Intake("scanner", _Clock())
    decoder, sniffing = HidPosDecoder(scanned_report(DESCRIPTOR)), HidPosDecoder()

    def take(random: Random) -> None:
        strange = scanned_report(mutated(random, DESCRIPTOR))
        readers = [decoder, sniffing, *([HidPosDecoder(strange)] if strange else [])]
        reports = [hostile_bytes(random)[:70], *reports_of("]Q1", hostile_bytes(random)[:300])]
        for report in reports:
            for reader in readers:
                _check(intake, reader.feed(mutated(random, report) if random.random() < 0.7 else report))
        for reader in readers:
            if random.random() < 0.5:
                _check(intake, reader.silence())

    return take


def camera_picture() -> Take:
    pipeline = Pipeline(list(FORMATS), Region(0.05, 0.05, 0.9, 0.9))
    with Image.open(BytesIO(draw_phone("M-1001"))) as phone:
        small = phone.resize((320, 180))
    files = []
    for suffix in ("PNG", "JPEG", "WEBP", "BMP"):
        file = BytesIO()
        small.save(file, suffix)
        files.append(file.getvalue())
    clock = _Clock()

    def take(random: Random) -> None:
        match random.randrange(4):
            case 0:
                data = hostile_bytes(random)
            case 1:
                side_px = (random.randint(1, 200), random.randint(1, 200))
                noise = np.frombuffer(random.randbytes(side_px[0] * side_px[1]), np.uint8).reshape(side_px)
                pipeline.see(noise, clock())
                hint_of(noise)
                return
            case _:
                data = mutated(random, random.choice(files))
        with contextlib.suppress(UnreadablePicture):
            frame = read_picture(data)
            for code in pipeline.see(frame, clock()):
                assert len(code.text) <= 7089

    return take


def printer_status() -> Take:
    readers = [StatusReader(), StatusReader(custom=True)]
    now_s = _Clock()

    def take(random: Random) -> None:
        reader = random.choice(readers)
        match random.randrange(4):
            case 0:
                reader.expect_status(random.randint(1, 4), now_s())
            case 1:
                reader.expect_value()
            case 2:
                reader.expect_counter(now_s())
        for portion in portions(random, hostile_bytes(random)):
            heard = reader.feed(portion, now_s())
            assert len(heard) <= len(portion)

    return take


def printed_receipt() -> Take:
    profiles = [load_profile(name) for name in ("generic-58mm", "generic-80mm", "epson-tm-t88vi")]
    lettering = Lettering(
        (FONTS / "Inter-Medium.otf",), (FONTS / "Inter-Bold.otf",), InstalledFonts(folders=())
    )

    def take(random: Random) -> None:
        receipt = Receipt(tuple(_element(random) for _ in range(random.randint(1, 4))), random.choice("ena"))
        with contextlib.suppress(UnprintableReceipt):
            encode(receipt, random.choice(profiles), rasteriser=lettering)

    return take


def screen_text() -> Take:
    def take(random: Random) -> None:
        text = hostile_bytes(random).decode("utf-8", "replace")
        text = clean(text + "".join(chr(random.randrange(0x370, 0x700)) for _ in range(8)))
        for right_to_left in (False, True):
            assert sum(len(run.text) for run in runs(text, right_to_left)) <= len(text)

    return take


def _element(random: Random) -> Element:
    text, other = (_line(random) for _ in range(2))
    return random.choice(
        (
            Text(text, random.choice(list(Align)), size=random.randint(1, 2)),
            Columns(text, other, indent=random.randint(0, 3)),
            Rule(),
            Feed(random.randint(0, 5)),
            Qr(text, other),
        )
    )


def _line(random: Random) -> str:
    return hostile_bytes(random)[: random.randrange(60)].decode("utf-8", "replace")


def card_terminal() -> Take:
    splitter = ApduSplitter()

    def take(random: Random) -> None:
        nonlocal splitter
        data = hostile_bytes(random)[:1000]
        apdu = Apdu(0x040F, data)
        for reads in (
            lambda: zvt.read_status_information(apdu),
            lambda: zvt.read_intermediate_status(apdu),
            lambda: zvt.read_registration_completion(apdu),
            lambda: zvt.read_enquiry_completion(apdu),
            lambda: zvt.read_abort_code(apdu),
            lambda: zvt.read_clock(apdu),
        ):
            with contextlib.suppress(ProtocolError):
                reads()
        tray = PaperTray()
        for control in (0x06D1, 0x06D3):
            tray.take(Apdu(control, data))
            tray.take(Apdu(control, b"\x06" + data))
        for slip in tray.slips():
            assert all(line.text.isprintable() for line in slip.lines)
        try:
            for portion in portions(random, data):
                splitter.feed(portion)
        except ProtocolError:
            splitter = ApduSplitter()  # the driver ends the connection

    return take


def card_terminal_cable() -> Take:
    peer, now_s = SerialPeer(), 0.0

    def take(random: Random) -> None:
        nonlocal peer, now_s
        data = hostile_bytes(random)[:1000]
        if random.random() < 0.5:
            data = mutated(random, encode_frame(Apdu(0x040F, data[:200])))
        try:
            for portion in portions(random, data):
                now_s += random.random()
                peer.feed(portion, now_s)
                peer.tick(now_s)
                peer.to_write()
            if random.random() < 0.2:
                peer.send(Apdu(0x8000), now_s)
        except (ProtocolError, LineBroken):
            peer = SerialPeer()  # the driver closes the port

    return take


def leat_answer() -> Take:
    models = (wire.Contact, wire.ContactIdentifier, wire.Reward, wire.Voucher, wire.StoredOrder, wire.Failure)
    good = (
        b'{"uuid": "7d1c6c1e-2f0a-4b52-9a53-2f6f0c8b1a01", "title": "Burger", "required_credits": "75",'
        b' "status": "ACTIVE", "expiration_date": "2026-12-31T23:30:00+01:00", "code": 60003,'
        b' "contact": {"uuid": "x", "tier": {"name": "Gold"}}, "credit_balance": {"balance": 1e3}}'
    )

    def take(random: Random) -> None:
        data = hostile_bytes(random) if random.random() < 0.3 else mutated(random, good)
        with contextlib.suppress(NotJson):
            body = parse(data)
            for model in models:
                with contextlib.suppress(fields.Unreadable):
                    fields.read(model, body)

    return take


SURFACES: dict[str, Callable[[], Take]] = {
    "serial scanner": serial_scanner,
    "wedge scanner": wedge_scanner,
    "hid-pos scanner": hidpos_scanner,
    "camera picture": camera_picture,
    "printer status": printer_status,
    "printed receipt": printed_receipt,
    "screen text": screen_text,
    "card terminal": card_terminal,
    "card terminal's cable": card_terminal_cable,
    "leat answer": leat_answer,
}
