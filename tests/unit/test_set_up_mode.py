"""A kiosk that nobody told what it is: what it listens to, and what it makes of codes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kioskd.core import enrolment
from kioskd.core.effects import FindReadiness
from kioskd.core.enrolling import CheckEnrolment, EnrolmentChecked, PairingChanged
from kioskd.core.enrolment import Collected, Objection, make_codes, read_part
from kioskd.core.errors import ConfigError, KioskError
from kioskd.core.events import Event, NetworkChanged
from kioskd.core.health import DeviceKind
from kioskd.core.readiness import FirstStart, Readiness
from kioskd.core.staff_events import ReadinessFound
from kioskd.daemon import exit_codes, setup_problem
from kioskd.daemon.doctor.plugged import Kind, Plugged
from kioskd.daemon.first_boot import enrol_command, hardware
from kioskd.daemon.first_boot.enrol_command import enrol_code
from kioskd.daemon.first_boot.enrolment_desk import MOST_REFUSED, EnrolmentDesk
from kioskd.daemon.first_boot.hardware import found_readers, read_hardware, readers_only
from kioskd.daemon.main import run
from kioskd.daemon.staff.readiness_desk import ReadinessDesk
from kioskd.daemon.wiring.hardware import expected_devices
from kioskd.outbox.courier import Applied, NeverSent, Outcome
from tests.unit.test_first_boot import MENU, SETTINGS

GOOD = {"kiosk.toml": SETTINGS, "kiosk/menu.toml": MENU}


# --- codes ----------------------------------------------------------------------------------------------


class Kiosk:
    """A desk, and what it posted."""

    def __init__(self, enrolled: Path) -> None:
        self.posted: list[Event] = []
        rng = random.Random(1)
        self.enrolled = enrolled
        self.desk = EnrolmentDesk(enrolled, self.posted.append, lambda: rng.getrandbits(40))

    @property
    def pairing(self) -> str:
        return [event.pairing for event in self.posted if isinstance(event, PairingChanged)][-1]

    async def tell(
        self, files: dict[str, str], pairing: str | None = None, shown: str | None = None
    ) -> EnrolmentChecked:
        """Codes made for `pairing`, scanned while `shown` was on the screen."""
        seen = Collected()
        for code in make_codes(files, pairing or self.pairing, bytes(16)):
            part = read_part(code)
            assert part is not None
            seen = seen.with_part(part)
        await self.desk.check(CheckEnrolment("q", seen, shown or self.pairing))
        return [event for event in self.posted if isinstance(event, EnrolmentChecked)][-1]


def with_desk(enrolled: Path, play: Callable[[Kiosk], Any]) -> Kiosk:
    kiosk = Kiosk(enrolled)

    async def main() -> None:
        showing = asyncio.create_task(kiosk.desk.show_pairing_codes())
        await asyncio.sleep(0)
        await play(kiosk)
        await asyncio.sleep(0)
        showing.cancel()

    asyncio.run(main())
    return kiosk


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        enrolment, "_keys", lambda pairing, salt: (pairing.encode() * 4, pairing.encode() + salt)
    )


def test_what_codes_tell_is_laid_down_for_root(tmp_path: Path) -> None:
    async def play(kiosk: Kiosk) -> None:
        assert await kiosk.tell(GOOD) == EnrolmentChecked("q")

    kiosk = with_desk(tmp_path / "lib/enrolled", play)
    assert (kiosk.enrolled / "kiosk.toml").read_text() == SETTINGS
    assert (kiosk.enrolled / "kiosk/menu.toml").read_text() == MENU
    assert [path.name for path in kiosk.enrolled.parent.iterdir()] == ["enrolled"]


def test_a_mistake_is_told_with_its_line_and_nothing_is_laid_down(tmp_path: Path) -> None:
    async def play(kiosk: Kiosk) -> None:
        wrong = SETTINGS.replace("width_px = 1080", "width_px = true").replace('"K7"', "7")
        checked = await kiosk.tell({**GOOD, "kiosk.toml": wrong})
        assert [problem.split(": must")[0] for problem in checked.problems] == [
            "kiosk.toml:1: kiosk",
            "kiosk.toml:23: display.width_px",
        ]
        checked = await kiosk.tell({"kiosk/menu.toml": MENU})
        assert checked.problems == ("kiosk.toml is not among the files",)
        elsewhere = SETTINGS.replace('"kiosk/menu.toml"', '"/nowhere/menu.toml"')
        assert "/nowhere/menu.toml" in (await kiosk.tell({"kiosk.toml": elsewhere})).problems[0]

    kiosk = with_desk(tmp_path / "lib/enrolled", play)
    assert not kiosk.enrolled.exists() and not [*kiosk.enrolled.parent.iterdir()]


def test_a_folder_that_cannot_be_written_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "lib").write_text("no folder")

    async def play(kiosk: Kiosk) -> None:
        assert "cannot be kept" in (await kiosk.tell(GOOD)).problems[0]

    with_desk(tmp_path / "lib/enrolled", play)


def test_who_guesses_gets_another_pairing_code_to_guess(tmp_path: Path) -> None:
    async def play(kiosk: Kiosk) -> None:
        first = kiosk.pairing
        for _ in range(MOST_REFUSED):
            assert (await kiosk.tell(GOOD, "0000-0000")).objection is Objection.ANOTHER_PAIRING
            await asyncio.sleep(0)
        for _ in range(3):
            await asyncio.sleep(0)
        assert kiosk.pairing != first
        assert (await kiosk.tell(GOOD, first)).objection is Objection.ANOTHER_PAIRING
        assert (await kiosk.tell(GOOD, first, shown=first)).objection is Objection.ANOTHER_PAIRING

    assert not with_desk(tmp_path / "enrolled", play).enrolled.exists()


# --- the page with codes --------------------------------------------------------------------------------


@pytest.fixture
def card(tmp_path: Path) -> Path:
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk/menu.toml").write_text(MENU)
    file = tmp_path / "kiosk.toml"
    file.write_text(SETTINGS)
    return file


def test_the_page_has_a_picture_for_each_code_and_nothing_secret(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "enrol.html"
    assert enrol_code([str(card), "--pairing-code", "abcd-1234", "--out", str(out)]) == exit_codes.OK
    text = out.read_text()
    count = text.count("<svg")
    assert count > 1 and f"{count} codes for the kiosk that shows ABCD-1234" in capsys.readouterr().out
    assert "sk_live" not in text and "horse" not in text
    assert out.stat().st_mode & 0o077 == 0


def test_the_codes_can_be_had_as_text(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert enrol_code([str(card), "--pairing-code", "ABCD-1234", "--text"]) == exit_codes.OK
    codes = capsys.readouterr().out.split()
    assert all(read_part(code) for code in codes)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (lambda card: card.write_text("kiosk = "), exit_codes.CONFIG, "kiosk.toml:1: is not TOML"),
        (lambda card: card.unlink(), exit_codes.CONFIG, "kiosk.toml: does not exist"),
        (
            lambda card: (card.parent / "kiosk/x.png").write_bytes(b"\xff\xd8"),
            exit_codes.CONFIG,
            "x.png is no",
        ),
    ],
)
def test_what_codes_cannot_tell_is_said(
    card: Path, capsys: pytest.CaptureFixture[str], change: Any, status: int, said: str
) -> None:
    change(card)
    assert enrol_code([str(card), "--pairing-code", "ABCD-1234", "--text"]) == status
    assert said in capsys.readouterr().err


def test_a_wrong_pairing_code_is_wrong_use(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert enrol_code([str(card), "--pairing-code", "nothing"]) == exit_codes.USAGE
    assert "the kiosk shows one" in capsys.readouterr().err
    assert enrol_code([str(card.with_name("other.toml")), "--pairing-code", "ABCD-1234"]) == exit_codes.CONFIG


def test_a_camera_reads_what_the_page_shows(card: Path) -> None:
    np, zxingcpp = pytest.importorskip("numpy"), pytest.importorskip("zxingcpp")
    (code, *_) = make_codes({"kiosk.toml": SETTINGS}, "ABCD-1234", bytes(16))
    side, shades = enrol_command.modules(code)
    picture = np.frombuffer(shades, np.uint8).reshape(side, side)
    large = np.kron(np.pad(picture, 4, constant_values=255), np.ones((4, 4), np.uint8))
    assert [found.text for found in zxingcpp.read_barcodes(large)] == [code]


# --- what is plugged in ---------------------------------------------------------------------------------


def test_whatever_may_read_a_code_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "find_spec", lambda name: object() if name == "linuxpy" else None)
    devices = [
        Plugged(Path("/dev/input/event3"), Kind.KEYBOARD, "Scanner", "05f9:2203", "1-1", None),
        Plugged(Path("/dev/hidraw0"), Kind.HIDPOS, "Scanner", "0c2e:0b81", "1-2", Path("/dev/kioskd/hidpos")),
        Plugged(Path("/dev/ttyACM0"), Kind.SERIAL, "Scanner", "1eab:0c06", "1-3", None),
        Plugged(Path("/dev/ttyS0"), Kind.SERIAL, "", None, None, None),
        Plugged(Path("/dev/usb/lp0"), Kind.PRINTER, "Printer", "04b8:0e15", "1-4", None),
        Plugged(Path("/dev/video0"), Kind.CAMERA, "Camera", "046d:0825", "1-5", None),
    ]
    expected = expected_devices(readers_only(found_readers(devices)))
    assert {name: device.kind for name, device in expected.items()} == {
        "event3": DeviceKind.SCANNER,
        "hidraw0": DeviceKind.SCANNER,
        "ttyacm0": DeviceKind.SCANNER,
        "camera": DeviceKind.CAMERA,
    }


def test_hardware_that_is_named_is_checked_like_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "hardware.toml"
    assert read_hardware(file) is None
    file.write_text('[[scanner]]\nname = "front"\ndriver = "serial"\npath = "/dev/ttyACM0"\n')
    named = read_hardware(file)
    assert named is not None and [scanner.name for scanner in named.scanners] == ["front"]
    file.write_text('[[scaner]]\nname = "front"\n')
    with pytest.raises(ConfigError, match=r'hardware\.toml:1: scaner.*did you mean "scanner"'):
        read_hardware(file)


# --- what root found wrong ------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, object]]]:
    said: list[tuple[str, object]] = []

    def show(error: KioskError, display: Any) -> Callable[[], None]:
        said.append((str(error), display.width_px))
        return lambda: None

    monkeypatch.setattr(setup_problem, "_show", show)
    yield said


@pytest.mark.parametrize("configured", [True, False])
def test_a_mistake_on_the_card_is_on_the_screen_until_it_is_mended(
    tmp_path: Path,
    card: Path,
    shown: list[tuple[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    configured: bool,
) -> None:
    problem = tmp_path / "run/kioskd-first-boot/problem"
    problem.parent.mkdir(parents=True)
    problem.write_text("kiosk.toml:3: site.nmae: is not a key\n")
    monkeypatch.setattr(setup_problem.time, "sleep", lambda _s: problem.unlink())
    if configured:
        plain = SETTINGS.replace("[machine]\n", "").replace("[secrets]", "[x]").replace("1080", "1000")
        card.write_text("".join(part for part in _without(plain)))
    else:
        card.unlink()
    assert run(card, None, tmp_path) == exit_codes.CONFIG
    assert shown == [("kiosk.toml:3: site.nmae: is not a key", 1000 if configured else 1080)]


def _without(text: str) -> Iterator[str]:
    """The lines of a configuration, without what only a card has."""
    skipping = False
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            skipping = line.startswith(("[x]", "[machine"))
        if not skipping and not line.startswith("host_name"):
            yield line


# --- ready ----------------------------------------------------------------------------------------------


def ready_desk(tmp_path: Path, posted: list[Event], outcome: Outcome | None = None) -> ReadinessDesk:
    async def probe() -> Outcome:
        assert outcome is not None
        return outcome

    return ReadinessDesk(
        config_file=tmp_path / "kiosk.toml",
        noted=tmp_path / "commissioned",
        probe=probe if outcome else None,
        clock_trusted=lambda: True,
        post=posted.append,
    )


def test_the_first_look_is_asked_for_once_for_each_card(tmp_path: Path) -> None:
    posted: list[Event] = []
    ready_desk(tmp_path, posted).ask_first()  # nothing was taken over: somebody wrote it by hand
    for taken in ("one", "two"):
        (tmp_path / "kiosk.toml").unlink(missing_ok=True)
        (tmp_path / "kiosk.toml").symlink_to(f"taken-{taken}/kiosk.toml")
        desk = ready_desk(tmp_path, posted)
        desk.ask_first()
        asyncio.run(desk.note())
        ready_desk(tmp_path, posted).ask_first()
    assert posted == [FirstStart(), FirstStart()]


@pytest.mark.parametrize(("outcome", "online"), [(Applied(), True), (NeverSent(), False)])
def test_the_backend_is_asked_when_somebody_looks(tmp_path: Path, outcome: Outcome, online: bool) -> None:
    posted: list[Event] = []
    asyncio.run(ready_desk(tmp_path, posted, outcome).find(FindReadiness("q")))
    assert posted == [NetworkChanged(online), ReadinessFound("q", Readiness(clock_trusted=True))]


def test_without_a_backend_nobody_is_asked(tmp_path: Path) -> None:
    posted: list[Event] = []
    asyncio.run(ready_desk(tmp_path, posted).find(FindReadiness("q")))
    assert posted == [ReadinessFound("q", Readiness(clock_trusted=True))]
