"""A keyboard-wedge scanner's key strokes become the text that was in the code, or a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.errors import ConfigError
from kioskd.core.events import Scanned, ScanRejected
from kioskd.devices.scanner.intake import MAX_TEXT, Intake
from kioskd.devices.scanner.keymap import DeadKey, Level, keymap
from kioskd.devices.scanner.layouts import LAYOUTS
from kioskd.devices.scanner.reading import ALLOWED_CONTROLS, Outcome, Reading
from kioskd.devices.scanner.wedge import INPUT_EVENT, WedgeDecoder, WedgeProfile

GS = "\x1d"
PLAIN = WedgeProfile()

# Strokes as numbers of keys: `30` pressed and released, `d42` only pressed, `u42` only released, `r2` the
# kernel's auto-repeat, `@120` that many milliseconds pass, `X` the kernel dropped events.
VECTORS: dict[str, tuple[str, WedgeProfile, str, list[str]]] = {
    "K00": ("us", PLAIN, "30 28", ["a"]),
    "K01": ("us", PLAIN, "d42 35 18 38 38 24 u42 12 2 28", ["HELLO-1"]),
    "K02": (
        "us",
        PLAIN,
        "35 20 20 25 31 d42 39 u42 53 53 30 52 48 53 d42 53 u42 45 13 2 28",
        ["https://a.b/?x=1"],
    ),
    "K03": ("us", PLAIN, "9 6 10 5 28", ["8594"]),
    "K04": ("de", PLAIN, "d42 21 u42 53 10 d42 8 u42 12 d42 12 u42 28", ["Z-9/ß?"]),
    "K05": (
        "de",
        PLAIN,
        "d100 10 u100 d42 16 u42 2 d42 30 u42 d100 16 u100 48 d100 8 u100 d100 11 u100 28",
        ["qr A@b{}"],
    ),
    "K06": ("de", PLAIN, "d29 d56 16 u56 u29 2 28", ["@1"]),
    "K06 the other way round": ("de", PLAIN, "d56 d29 16 u29 u56 2 28", ["@1"]),
    "K07": ("de", PLAIN, "41 57 41 30 28", ["^â"]),
    "K08": ("fr", PLAIN, "d42 9 6 10 5 u42 28", ["8594"]),
    "K09": (
        "fr",
        PLAIN,
        "d100 12 u100 d42 46 2 u42 d42 2 11 16 48 u42 d29 27 u29 d42 3 2 8 u42 28",
        [f"code128 10AB{GS}217"],
    ),
    "K10": ("fr", PLAIN, "d42 26 u42 18 d100 5 u100 d100 11 u100 28", ["ë{@"]),
    "K11": ("be", PLAIN, "16 9 d42 9 u42 13 d100 3 u100 d100 26 u100 28", ["a!8-@["]),
    "K12": ("ch", PLAIN, "44 12 21 d100 26 u100 13 57 28", ["y'z[^"]),
    "K13": ("uk", PLAIN, "d42 3 40 u42 43 d42 43 4 u42 28", ['"@#~£']),
    "K14": ("es", PLAIN, "39 d42 51 52 53 u42 d100 40 u100 d100 43 u100 28", ["ñ;:_{}"]),
    "K15": ("cz", PLAIN, "d42 9 6 10 5 u42 21 d100 46 u100 28", ["8594z&"]),
    "K16": ("cz", PLAIN, "9 6 10 5 28", ["áříč"]),
    "K17": ("us", PLAIN, "d56 82 72 81 u56 28", ["S"]),
    "K18": ("us", PLAIN, "d56 82 80 81 81 u56 28", ["é"]),
    "K19": ("us", PLAIN, "d56 79 81 82 u56 28", ["é"]),
    "K20": ("us", PLAIN, "d56 80 81 81 u56 28", ["Θ"]),
    "K21": ("us", PLAIN, "d56 82 79 80 72 u56 28", ["€"]),
    "K22": (
        "us",
        PLAIN,
        "27 32 3 2 8 3 7 2 3 4 2 2 11 d42 30 u42 d56 82 80 73 u56 3 2 6 28",
        [f"datamatrix 1726123110A{GS}215"],
    ),
    "K23": ("us", PLAIN, "2 11 30 d29 27 u29 3 2 48 28", [f"10a{GS}21b"]),
    "K24": ("us", replace(PLAIN, arrows_are_controls=True), "2 11 30 108 3 2 48 28", [f"10a{GS}21b"]),
    "K25": ("us", replace(PLAIN, gs_key=66), "2 11 30 66 3 2 48 28", [f"10a{GS}21b"]),
    "K26": ("us", replace(PLAIN, preamble=88), "30 88 2 3 4 28", ["123"]),
    "K27": ("us", PLAIN, "58 30 48 58 46 28", ["ABc"]),
    "K28": ("us", PLAIN, "d2 r2 r2 u2 3 4 5 28", ["1234"]),
    "K29": ("us", PLAIN, "2 3 4 5 @120", ["1234"]),
    "K30": ("us", PLAIN, "2 @60 3 @60 4 @60 5 @60 28", ["!human"]),
    "K31": ("us", PLAIN, "2 3 X 4 5 28 6 7 8 9 28", ["!overrun", "5678"]),
    "K32": ("us", PLAIN, "d56 79 79 79 79 79 u56 28", ["!bad_alt"]),
    "K33": ("us", PLAIN, "2 d29 19 u29 28", ["!control_char"]),
    "K34": ("us", PLAIN, "79 80 81 96", ["123"]),
    "K35": ("us", replace(PLAIN, tab_ends=True), "2 3 4 5 15", ["1234"]),
    "K36": ("us", PLAIN, "2 d56 62 u56 28", ["!alt_key"]),
    "K37": ("us", PLAIN, "2 3 4 28 2 3 4 28", ["123", "!duplicate"]),
    "typing of one key at a time": ("us", PLAIN, "30 @200", ["!human"]),
    "meta": ("us", PLAIN, "d125 19 u125 28", ["!meta_key"]),
    "Ctrl-Alt-F2": ("us", PLAIN, "d29 d56 60 u56 u29 28", ["!unknown_key"]),
    "Ctrl-Alt-Del": ("us", PLAIN, "d29 d56 111 u56 u29 28", ["!unknown_key"]),
    "after a rejection the next code counts": ("us", PLAIN, "2 62 3 28 5 6 7 8 28", ["!unknown_key", "4567"]),
    "modifiers are forgotten": ("us", PLAIN, "d42 @600 30 48 46 28", ["abc"]),
    "caps digits": ("fr", replace(PLAIN, caps_digits=True), "58 2 3 4 5 58 28", ["1234"]),
    "dead key at the end": ("de", PLAIN, "30 30 41 28", ["aa^"]),
    "bare Enter": ("us", PLAIN, "28 28 96", []),
    "half a preamble": ("us", replace(PLAIN, preamble=88), "2 3 4 28", []),
    "Alt with an undefined character": ("us", PLAIN, "d56 82 79 80 73 u56 28", ["!bad_alt"]),
    "Alt with nothing": ("us", PLAIN, "d56 u56 28", ["!bad_alt"]),
    "Ctrl-M ends": ("us", PLAIN, "2 3 4 d29 50 u29", ["123"]),
}


def _groups(strokes: str) -> list[tuple[float, bytes]]:
    """Pause before it in seconds, and the bytes, of each group of events."""
    groups: list[tuple[float, bytes]] = []
    now_s, pause_s = 1_000_000.0, 0.0

    def put(*events: tuple[int, int, int]) -> None:
        nonlocal now_s, pause_s
        now_s += 0.002
        stamp = (int(now_s), round(now_s % 1 * 1e6))
        groups.append((pause_s, b"".join(INPUT_EVENT.pack(*stamp, *event) for event in events)))
        pause_s = 0.0

    for token in strokes.split():
        if token[0] == "@":
            pause_s = int(token[1:]) / 1000
            now_s += pause_s
        elif token == "X":
            put((0, 3, 0), (0, 0, 0))
        elif token[0] in "dur":
            put((1, int(token[1:]), "udr".index(token[0])), (0, 0, 0))
        else:
            put((4, 4, 0x70004), (1, int(token), 1), (0, 0, 0))
            put((4, 4, 0x70004), (1, int(token), 0), (0, 0, 0))
    groups.append((pause_s, b""))
    return groups


def _words(outcomes: list[Outcome]) -> list[str]:
    intake = Intake("scanner", lambda: 0.0)
    words = []
    for outcome in outcomes:
        match intake.take(outcome):
            case Scanned(text, _, symbology):
                words.append(f"{symbology} {text}" if symbology else text)
            case ScanRejected(reason):
                words.append(f"!{reason}")
    return words


@pytest.mark.parametrize("name", VECTORS)
def test_strokes_become_the_code_however_they_are_portioned(name: str) -> None:
    layout, profile, strokes, expected = VECTORS[name]
    groups = _groups(strokes)
    stream = b"".join(data for _, data in groups)
    last_pause_s = groups[-1][0]

    def decode(portions: list[bytes]) -> list[str]:
        decoder = WedgeDecoder(keymap(layout), profile)
        outcomes = [outcome for portion in portions for outcome in decoder.feed(portion)]
        if last_pause_s > profile.gap_s:
            outcomes += decoder.silence()
        return _words(outcomes)

    assert decode([stream]) == expected
    assert decode([stream[i : i + 1] for i in range(len(stream))]) == expected
    for cut in range(1, len(stream)):
        assert decode([stream[:cut], stream[cut:]]) == expected, f"cut at byte {cut}"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_reaches_all_printable_ascii(layout: str) -> None:
    reached = {" "}
    for level in keymap(layout).levels:
        for sign in level.values():
            reached.add(sign.alone if isinstance(sign, DeadKey) else sign)
    assert {chr(code) for code in range(0x20, 0x7F)} <= reached


def test_the_keypad_types_digits_in_every_layout() -> None:
    assert [keymap("fr").sign(code, Level.SHIFT) for code in (82, 79, 73)] == ["0", "1", "9"]


def test_an_unknown_layout_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'xx' is not known .*cz.*us"):
        keymap("xx")


def test_keys_still_held_after_lost_events_count() -> None:
    decoder = WedgeDecoder(keymap("us"), PLAIN, held_keys=lambda: frozenset({42, 30}))
    stream = b"".join(data for _, data in _groups("X 28 30 48 46 28"))
    assert _words(decoder.feed(stream)) == ["!overrun", "ABC"]


def _read_after(strokes: str) -> list[str]:
    """Of a scanner that has ended a code with Enter before."""
    decoder = WedgeDecoder(keymap("us"), PLAIN)
    stream = b"".join(data for _, data in _groups("30 48 46 28 " + strokes))
    words = _words(decoder.feed(stream) + decoder.silence())
    assert words[0] == "abc"
    return words[1:]


def test_a_stall_in_the_middle_does_not_cut_a_code_in_two() -> None:
    assert _read_after("2 3 4 @300 5 6 7 8 28") == ["1234567"]
    assert _read_after("2 3 @400 4 5 28 @150 6 7 8 28") == ["1234", "567"]


def test_half_of_a_refused_code_is_not_taken_for_a_code_after_a_stall() -> None:
    assert _read_after("2 3 1 4 5 @300 6 7 8 28 9 10 11 28") == ["!unknown_key", "890"]


def test_a_scanner_that_stopped_sending_enter_is_still_read() -> None:
    assert _read_after("2 3 4 5 @600 6 7 8 9 @150 10 11 2 3") == ["1234", "5678", "9012"]


def test_somebody_who_types_is_no_scanner_that_stalls() -> None:
    assert _read_after("2 @60 3 @60 4 @400 5 @60 6 28") == ["!human"]


def test_a_code_without_end_is_refused_once_and_does_not_grow() -> None:
    decoder = WedgeDecoder(keymap("us"), PLAIN)
    strokes = b"".join(data for _, data in _groups("2 " * 5000 + "28 3 4 5 28 @200 6 7 8 28"))
    assert _words(decoder.feed(strokes)) == ["!too_long", "567"]


_CODES = st.sampled_from([*range(1, 128), 0x110, 0x2FF])
_EVENTS = st.tuples(
    st.integers(0, 300),  # milliseconds since the one before
    st.sampled_from([0, 1, 1, 1, 1, 4, 17, 20]),
    _CODES | st.integers(0, 65535),
    st.sampled_from([0, 1, 1, 2, -1]),
)


@given(layout=st.sampled_from(sorted(LAYOUTS)), events=st.lists(_EVENTS, max_size=120))
def test_any_strokes_give_text_of_the_layout_or_a_reason(
    layout: str, events: list[tuple[int, int, int, int]]
) -> None:
    repertoire = set(bytes(range(256)).decode("cp437") + bytes(range(256)).decode("cp1252", "ignore"))
    accents = set()
    for level in keymap(layout).levels:
        for sign in level.values():
            if isinstance(sign, DeadKey):
                repertoire.add(sign.alone)
                accents.add(sign)
            else:
                repertoire.add(sign)
    repertoire |= {sign for accent in accents for base in list(repertoire) for sign in accent.over(base)}
    now_ms, data = 0, b""
    for pause_ms, kind, code, value in events:
        now_ms += pause_ms
        data += INPUT_EVENT.pack(now_ms // 1000, now_ms % 1000 * 1000, kind, code, value)
    decoder = WedgeDecoder(keymap(layout))
    intake = Intake("scanner", lambda: 0.0)
    for outcome in decoder.feed(data) + decoder.silence():
        event = intake.take(outcome)
        if isinstance(event, Scanned):
            assert 0 < len(event.text) <= MAX_TEXT
            assert set(event.text) <= repertoire
            assert all(sign >= " " or sign in ALLOWED_CONTROLS for sign in event.text)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_in_any_portions_never_raise(portions: list[bytes]) -> None:
    decoder = WedgeDecoder(keymap("de"))
    for portion in portions:
        for outcome in decoder.feed(portion):
            assert not isinstance(outcome, Reading) or len(outcome.text) <= 4096
