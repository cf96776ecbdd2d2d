"""kiosk.toml: a technician who wrote something wrong reads where, what, and what would be right."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kioskd.core.errors import ConfigError
from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.dump import dump_config
from kioskd.daemon.config.errors import ConfigErrors
from kioskd.daemon.config.kiosk import Config, Disabled, SerialScanner, TcpPrinter, WedgeScanner, load_config
from kioskd.daemon.wiring.shop import shop_of
from tests.unit.shopfront import CATALOGUE

SMALL = """\
kiosk = "K1"
currency = "EUR"
languages = ["en", "nl"]
menu = "menu.toml"
state_dir = "/var/lib/kioskd"

[site]
name = "Harbour Kitchen"

[display]
width_px = 1080
height_px = 1920
width_mm = 208
height_mm = 370

[counter]
enabled = true
"""
LEAT = '\n[loyalty]\nbackend = "leat"\nshop_uuid = "s1"\n'


def load(folder: Path, text: str | bytes) -> Config:
    file = folder / "kiosk.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_config(file)


def refusal(folder: Path, text: str | bytes) -> str:
    """What the technician reads, without the folder."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return str(caught.value).replace(f"{folder}/", "")


# --- what is right ----------------------------------------------------------------------------------------


def test_a_small_file_is_completed_with_sensible_values(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL)

    assert config.site.time_zone == "Europe/Amsterdam"
    assert config.limits.idle_s == 45
    assert config.loyalty.backend == "none"
    assert isinstance(config.printer, Disabled)
    assert config.scanners == ()


def test_relative_paths_start_at_the_file_and_absolute_ones_stay(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL)

    assert config.menu == tmp_path / "menu.toml"
    assert config.state_dir == Path("/var/lib/kioskd")


def test_every_driver_has_its_own_keys(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        SMALL + '[[scanner]]\nname = "front"\ndriver = "serial"\npath = "/dev/ttyACM0"\nbaud = 115200\n'
        '[[scanner]]\nname = "side"\ndriver = "wedge"\npath = "/dev/input/event3"\nlayout = "fr"\n'
        '[printer]\ndriver = "tcp"\nhost = "192.168.1.40"\n',
    )

    front, side = config.scanners
    assert isinstance(front, SerialScanner)
    assert front.baud == 115200
    assert isinstance(side, WedgeScanner)
    assert side.layout == "fr"
    assert isinstance(config.printer, TcpPrinter)
    assert config.printer.port == 9100


@pytest.mark.parametrize(
    "bytes_of",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace(" = ", "\t=\t").encode(),
    ],
    ids=["byte order mark", "Windows line ends", "tabs"],
)
def test_what_editors_do_to_a_file_is_no_problem(tmp_path: Path, bytes_of: Any) -> None:
    assert load(tmp_path, bytes_of(SMALL)) == load(tmp_path, SMALL)


def test_timeouts_may_have_a_fraction(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL + LEAT + 'token_file = "t"\ntimeout_s = 2.5\n')
    assert config.loyalty.backend == "leat"
    assert config.loyalty.timeout_s == 2.5


@pytest.mark.parametrize(
    ("line", "wanted"), [("", True), ("preview = true\n", True), ("preview = false\n", False)]
)
def test_the_merchant_says_whether_guests_are_told_what_they_would_earn(
    tmp_path: Path, line: str, wanted: bool
) -> None:
    config = load(tmp_path, SMALL + LEAT + 'token_file = "t"\n' + line)
    assert shop_of(config, CATALOGUE).preview is wanted


def test_without_loyalty_nothing_is_earned(tmp_path: Path) -> None:
    assert not shop_of(load(tmp_path, SMALL), CATALOGUE).preview


# --- what is wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kiosk = "K1"', "", 'kiosk.toml: kiosk: is missing (add kiosk = "K1")'),
        ('kiosk = "K1"', 'kiosk = "kiosk 1"', "kiosk.toml:1: kiosk: is no kiosk id"),
        ('kiosk = "K1"', "kiosk = 1", "kiosk.toml:1: kiosk: must be text in quotes"),
        ("currency", "curency", 'kiosk.toml:2: curency: is not a key that kioskd knows (did you mean "cur'),
        ('"EUR"', '"EURO"', "kiosk.toml:2: currency: is no currency"),
        ('["en", "nl"]', '["en", "nl", "en"]', "kiosk.toml:3: languages: names something twice"),
        ('["en", "nl"]', '["en",\n\n"xx"]', 'kiosk.toml:5: languages#2: is "xx", which is not known here'),
        ('["en", "nl"]', '"en"', "kiosk.toml:3: languages: must be a list"),
        ('"menu.toml"', '""', "kiosk.toml:4: menu: is no path"),
        ('"Harbour Kitchen"', '""', "kiosk.toml:8: site.name: is empty"),
        ('"Harbour Kitchen"', '"Harbour\\u202eKitchen"', "kiosk.toml:8: site.name: has control or direction"),
        ("[site]", '[site]\ntime_zone = "Europe/Amsterdm"', 'did you mean "Europe/Amsterdam"?'),
        ("1920", '"1920"', "kiosk.toml:12: display.height_px: must be a whole number, without quotes"),
        ("1920", "19200", "kiosk.toml:12: display.height_px: is 19200, which is too large (at most 7680)"),
        ("= 370", "= 117", "pixels would not be square"),
        ("enabled = true", "enabled = false", "guests could not pay (set up a [terminal]"),
        ("[counter]", "[countr]", 'kiosk.toml:16: countr: is not a key that kioskd knows (did you mean "cou'),
    ],
)
def test_a_wrong_value_is_named_with_place_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert says in refusal(tmp_path, SMALL.replace(old, new))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('[printer]\nhost = "h"', 'kiosk.toml:18: printer: has no driver (add driver = one of "serial"'),
        ('[printer]\ndriver = "tpc"', 'printer: is "tpc", which is not known here (did you mean "tcp"?)'),
        (
            '[printer]\ndriver = "tcp"\nhost = "h"\nbaud = 9600',
            "printer.baud: is no key of tcp, only of serial",
        ),
        ('[printer]\ndriver = "tcp"', 'kiosk.toml:18: printer.host: is missing (add host = "192.168.1.40")'),
        ('[printer]\ndriver = "tcp"\nhost = "http://h"', "kiosk.toml:20: printer.host: is no host"),
        (
            '[[scanner]]\nname = "a"\ndriver = "serial"\npath = "/dev/x"\n' * 2,
            "two scanners have the same name",
        ),
        ('[[scanner]]\nname = "a"\ndriver = "serial"\npath = "p"\nbaut = 1', "kiosk.toml:22: scanner#1.baut"),
        ("[control]\ndrive = true", "control.drive needs control.socket"),
        ("[limits]\nstill_there_s = 5", "limits.still_there_s: is 5, which is too small (at least 20)"),
        ('[camera]\ndriver = "v4l2"\npath = "/dev/video0"\nformats = ["qrcode"]', 'did you mean "qr"?'),
    ],
)
def test_devices_are_checked_by_their_driver(tmp_path: Path, more: str, says: str) -> None:
    assert says in refusal(tmp_path, SMALL + more)


def test_all_problems_are_reported_together_one_line_each(tmp_path: Path) -> None:
    text = SMALL.replace('"K1"', '"k"').replace('"EUR"', '"EURO"').replace("width_mm", "with_mm")
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path, text)

    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.problems) == 4
    assert all(line.startswith(f"{tmp_path}/kiosk.toml") for line in lines)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'[site]\nname = "caf\xe9"\n', 'kiosk.toml:2: is not UTF-8 text (save it as "UTF-8" in the editor)'),
        (SMALL.encode("utf-16"), "is not UTF-8 text"),
        (b"[site]\nname = Harbour\n", "kiosk.toml:2: is not TOML: invalid value at column 8 (text stands in"),
        (b'kiosk = "K1\n', "kiosk.toml:1: is not TOML"),
        (b'kiosk = "K1"\nkiosk = "K2"\n', "the same key stands here twice"),
        (b"a = " + b"[" * 5000, "kiosk.toml: is nested too deeply"),
        (b"a = " + b"9" * 5000, "kiosk.toml: holds a number that is far too long"),
        (b"#" * 1_100_000, "kiosk.toml: is larger than 1 MiB"),
        (b"", "kiosk.toml: kiosk: is missing"),
    ],
)
def test_a_file_that_is_no_configuration_says_so(tmp_path: Path, raw: bytes, says: str) -> None:
    assert says in refusal(tmp_path, raw)


def test_a_missing_file_and_a_directory_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"kiosk\.toml: does not exist"):
        load_config(tmp_path / "kiosk.toml")
    with pytest.raises(ConfigError, match="is a directory"):
        load_config(tmp_path)


# --- secrets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inline",
    [
        'token = "hunter2"',
        'token_credential = "hunter2 hunter2"',
        'token_file = "t"\nbase_url = "https://user:hunter2@api.leat.com"',
        'token_file = "t"\npassword = "hunter2"',
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(tmp_path: Path, inline: str) -> None:
    text = refusal(tmp_path, SMALL + LEAT + inline)
    assert "hunter2" not in text
    assert "token_file" in text or "password_file" in text or "never the secret itself" in text


def test_a_secret_in_the_file_is_called_one(tmp_path: Path) -> None:
    text = refusal(tmp_path, SMALL + LEAT + 'token_file = "t"\ntoken = "hunter2"')
    assert "kiosk.toml:23: loyalty.token: a secret does not belong in this file" in text


@pytest.mark.parametrize("both", ["", 'token_file = "t"\ntoken_credential = "leat-token"\n'])
def test_the_token_comes_from_exactly_one_place(tmp_path: Path, both: str) -> None:
    assert "needs the token from exactly one place" in refusal(tmp_path, SMALL + LEAT + both)


PORTAL = 'token_file = "t"\nportal_url = "https://points.example.com"\n'


def test_codes_to_collect_points_need_a_portal_and_one_secret(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL + LEAT + PORTAL + 'claim_secret_credential = "leat-claims"\n')
    assert config.loyalty.backend == "leat"
    assert config.loyalty.portal_url == "https://points.example.com"
    both = 'claim_secret_credential = "leat-claims"\nclaim_secret_file = "c"\n'
    for half in (PORTAL, PORTAL + both, 'token_file = "t"\nclaim_secret_file = "c"\n'):
        assert "needs portal_url and the secret" in refusal(tmp_path, SMALL + LEAT + half)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "https://points.example.com/l", "points.example.com"])
def test_guests_phones_are_sent_to_an_https_host(tmp_path: Path, url: str) -> None:
    text = SMALL + LEAT + f'token_file = "t"\nclaim_secret_file = "c"\nportal_url = "{url}"\n'
    assert "loyalty.portal_url" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://api.leat.com", True),
        ("http://127.0.0.1:8081", True),
        ("http://localhost:8081/", True),
        ("http://[::1]:8081", True),
        ("http://api.leat.com", False),
        ("http://127.0.0.1.evil.example", False),
        ("ftp://api.leat.com", False),
        ("https://api.leat.com:99999", False),
        ("https://", False),
        ("https://[", False),
    ],
)
def test_guests_data_leaves_only_encrypted(tmp_path: Path, url: str, accepted: bool) -> None:
    text = SMALL + LEAT + f'token_file = "t"\nbase_url = "{url}"\n'
    if accepted:
        load(tmp_path, text)
    else:
        assert "loyalty.base_url" in refusal(tmp_path, text)


def test_a_secret_is_read_from_a_file_or_a_systemd_credential(tmp_path: Path) -> None:
    file = tmp_path / "leat-token"
    file.write_text("abc.def\n")
    file.chmod(0o600)

    assert read_secret(credential=None, file=file) == "abc.def"
    place = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_secret(credential="leat-token", file=None, environment=place) == "abc.def"


@pytest.mark.parametrize("content", [b"", b"\n", b"hun\nter2", b"hunter2\xff", b"hunter2" * 4000])
def test_an_unusable_secret_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_secret(credential=None, file=file)
    assert "hunter2" not in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_missing_secret_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="put it there"):
        read_secret(credential=None, file=tmp_path / "token")
    with pytest.raises(ConfigError, match="LoadCredential=leat-token"):
        read_secret(credential="leat-token", file=None, environment={})


def test_a_secret_that_others_can_read_is_worth_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "token"
    file.write_text("hunter2")
    file.chmod(0o644)
    read_secret(credential=None, file=file)
    assert "chmod 600" in caplog.text


def test_who_may_read_a_credential_is_for_systemd_to_say(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It hands credentials over with an access list, which shows as a permission of the group."""
    file = tmp_path / "leat-token"
    file.write_text("hunter2")
    file.chmod(0o440)
    assert read_secret(
        credential="leat-token", file=None, environment={"CREDENTIALS_DIRECTORY": f"{tmp_path}"}
    )
    assert caplog.text == ""
    assert "hunter2" not in caplog.text


# --- the dump ---------------------------------------------------------------------------------------------


def test_the_dump_shows_everything_or_only_what_was_changed(tmp_path: Path) -> None:
    config = load(tmp_path, SMALL + '[printer]\ndriver = "usb"\npath = "/dev/usb/lp0"\n')

    everything = tomllib.loads(dump_config(config))
    changes = tomllib.loads(dump_config(config, only_changes=True))
    assert everything["limits"]["idle_s"] == 45
    assert "limits" not in changes
    assert changes["printer"] == {"driver": "usb", "path": "/dev/usb/lp0"}


_lines = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
_printable = _lines.filter(
    lambda text: not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in text)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=_printable, address=st.lists(_printable, max_size=6), idle_s=st.integers(10, 600), only=st.booleans()
)
def test_a_dump_loads_to_the_same_configuration(
    tmp_path: Path, name: str, address: list[str], idle_s: int, only: bool
) -> None:
    config = load(tmp_path, SMALL + LEAT + 'token_file = "t"\n[[scanner]]\nname = "a"\ndriver = "disabled"\n')
    config = config.model_copy(
        update={
            "site": config.site.model_copy(update={"name": name, "address": tuple(address)}),
            "limits": config.limits.model_copy(update={"idle_s": idle_s}),
        }
    )
    assert load(tmp_path, dump_config(config, only_changes=only)) == config


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200),
        st.text("[]{}=.\"'\n#a1,", max_size=60).map(lambda text: SMALL + text),
        st.tuples(st.integers(0, len(SMALL)), st.integers(0, 40), st.text(max_size=8)).map(
            lambda cut: SMALL[: cut[0]] + cut[2] + SMALL[cut[0] + cut[1] :]
        ),
    )
)
def test_no_file_whatever_breaks_the_loader(tmp_path: Path, content: str | bytes) -> None:
    try:
        load(tmp_path, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    except ConfigError as error:
        assert str(error).startswith(f"{tmp_path}/kiosk.toml")


_odd = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e300,
        "",
        "x",
        "tcp",
        "serial",
        "leat",
        "/dev/x",
        [],
        [1],
        ["en"],
        {},
        {"driver": "usb"},
    ]
)
_tables = st.dictionaries(
    st.sampled_from(["driver", "backend", "path", "host", "port", "name", "baud", "token", "formats", "x y"]),
    _odd,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            ["site", "display", "loyalty", "scanner", "camera", "printer", "terminal", "control", "?"]
        ),
        _odd | _tables | st.lists(_tables | _odd, max_size=3),
    )
)
def test_no_combination_of_keys_breaks_the_explanations(tmp_path: Path, sections: dict[str, Any]) -> None:
    file = tmp_path / "kiosk.json"
    file.write_text(json.dumps(tomllib.loads(SMALL) | sections))
    try:
        load_config(file)
    except ConfigError as error:
        assert "Input should" not in str(error)
        assert all(line.startswith(f"{file}") for line in str(error).splitlines())


def test_a_large_wrong_file_is_refused_in_no_time(tmp_path: Path) -> None:
    shown = refusal(tmp_path, "".join(f"k{n} = 1\n" for n in range(20_000)))
    assert len(shown.splitlines()) == 41
