"""A card with one text file becomes a kiosk: whatever is in the file, and whenever the power goes."""

from __future__ import annotations

import errno
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kioskd import durable
from kioskd.cli import main
from kioskd.core.errors import ConfigError
from kioskd.daemon import exit_codes
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.config.menu import load_menu
from kioskd.daemon.first_boot import taking, taking_over
from kioskd.daemon.first_boot.card import Card, read_card
from kioskd.daemon.first_boot.command import first_boot
from kioskd.daemon.first_boot.machine import Secrets, Wifi
from kioskd.daemon.first_boot.names import as_told, told_names
from kioskd.daemon.first_boot.places import Places, content_id, taken_id
from kioskd.daemon.first_boot.secret_store import SecretStore, systemd_creds
from kioskd.daemon.first_boot.taking import Target, scrub, take
from kioskd.daemon.first_boot.wifi import keyfile, password_in

TOKEN, PASSWORD = "sk_live_Zx81Qq", "correct \\ horse"
MENU = """
[[category]]
id = "drinks"
name = { en = "Drinks" }

[[product]]
sku = "W1"
name = { en = "Water" }
description = { en = "Still" }
price = 2.50
category = "drinks"
"""
SETTINGS = f"""\
kiosk = "K7"   # its name
currency = "EUR"
languages = ["en"]
menu = "kiosk/menu.toml"
state_dir = "/var/lib/kioskd"

[secrets]
leat-token = "{TOKEN}"     # from the back office

[site]
name = "Harbour Kitchen"
time_zone = "Europe/Lisbon"

[machine]
host_name = "kiosk-7"

[machine.wifi]
ssid = "Harbour staff"
password = '{PASSWORD}'
country = "PT"

[display]
width_px = 1080
height_px = 1920
width_mm = 208
height_mm = 370

[loyalty]
backend = "leat"
token_credential = "leat-token"
shop_uuid = "6f9b8a2e-0000-4000-8000-000000000000"

[counter]
enabled = true
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    (folder / "kiosk").mkdir(parents=True)
    (folder / "kiosk.toml").write_text(SETTINGS)
    (folder / "kiosk/menu.toml").write_text(MENU)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def boot(card: Path, root: Path) -> int:
    return first_boot(["--from", str(card), "--root", str(root)])


def card_source(card: Path) -> Card:
    found = read_card(card)
    assert found is not None
    return found


def problem(root: Path) -> str:
    file = Places(root).problem
    return file.read_text() if file.exists() else ""


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


# --- what a technician gets -----------------------------------------------------------------------------


def test_one_text_file_sets_the_kiosk_up(card: Path, root: Path) -> None:
    assert boot(card, root) == exit_codes.OK
    config = load_config(root / "etc/kioskd/kiosk.toml")
    assert (config.kiosk, config.site.name) == ("K7", "Harbour Kitchen")
    assert load_menu(config.menu, config.currency).products.keys() == {"W1"}
    token = root / "etc/credstore/leat-token"
    assert token.read_text() == f"{TOKEN}\n" and stat.S_IMODE(token.stat().st_mode) == 0o600
    assert (root / "etc/hostname").read_text() == "kiosk-7\n"
    assert str((root / "etc/localtime").readlink()) == "../usr/share/zoneinfo/Europe/Lisbon"
    profile = root / "etc/NetworkManager/system-connections/kioskd-wifi.nmconnection"
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600
    assert password_in(profile.read_text(), Wifi(ssid="Harbour staff")) == PASSWORD
    assert "ieee80211_regdom=PT" in (root / "etc/modprobe.d/kioskd-wifi.conf").read_text()
    assert problem(root) == ""


def test_nothing_secret_stays_on_the_card_nor_in_the_configuration(card: Path, root: Path) -> None:
    boot(card, root)
    for content in (everything_in(card) | everything_in(root / "etc/kioskd")).values():
        assert TOKEN.encode() not in content and PASSWORD.encode() not in content
    left = (card / "kiosk.toml").read_text()
    assert "leat-token = true     # from the back office" in left
    assert len(left.splitlines()) == len(SETTINGS.splitlines())


def test_what_a_computer_wrote_in_capitals_is_found_where_capitals_count(card: Path) -> None:
    """FAT finds kiosk/menu.toml when it is called MENU.TOML there; here only a copy can play that."""
    source = card_source(card)
    files = {"kiosk/MENU.TOML": b"menu", "kiosk/PICTURES/Tea.WEBP": b"tea", "kiosk/Other": b"other"}
    told = [*told_names(source.config, card.resolve())]
    assert told == ["kiosk/menu.toml"]
    (card / "kiosk/menu.toml").write_text(
        MENU.replace("price = 2.50", 'picture = "pictures/tea.webp"\nprice = 2.50')
    )
    told = [*told_names(source.config, card.resolve())]
    named = as_told(files, told)
    assert named.keys() == {"kiosk/menu.toml", "kiosk/pictures/tea.webp", "kiosk/Other"}
    assert content_id("text", named) == content_id("text", files)  # or the next start would not know it again


def test_mistakes_found_later_are_in_the_line_of_the_card(card: Path, root: Path) -> None:
    boot(card, root)
    installed = (root / "etc/kioskd/kiosk.toml").read_text().splitlines()
    written = SETTINGS.splitlines()
    for key in ("time_zone", "width_px", "shop_uuid"):
        (line,) = (number for number, text in enumerate(written) if text.startswith(key))
        assert installed[line] == written[line]


def test_the_next_start_changes_nothing(card: Path, root: Path) -> None:
    boot(card, root)
    before = {
        file: file.lstat().st_mtime_ns for file in (*card.rglob("*"), *root.rglob("*")) if file.is_file()
    }
    assert boot(card, root) == exit_codes.OK
    after = {
        file: file.lstat().st_mtime_ns for file in (*card.rglob("*"), *root.rglob("*")) if file.is_file()
    }
    assert after == before


def test_a_changed_card_is_taken_over_and_keeps_the_secrets(card: Path, root: Path) -> None:
    boot(card, root)
    file = card / "kiosk.toml"
    file.write_text(file.read_text().replace("Harbour Kitchen", "Harbour Café"))
    before = taken_id(root / "etc/kioskd/kiosk.toml")
    assert boot(card, root) == exit_codes.OK
    assert load_config(root / "etc/kioskd/kiosk.toml").site.name == "Harbour Café"
    assert taken_id(root / "etc/kioskd/kiosk.toml") != before
    assert (root / "etc/credstore/leat-token").read_text() == f"{TOKEN}\n"
    assert len([*(root / "etc/kioskd").glob("taken-*")]) == 1


def test_a_new_secret_alone_is_taken_over(card: Path, root: Path) -> None:
    boot(card, root)
    file = card / "kiosk.toml"
    file.write_text(file.read_text().replace("leat-token = true", 'leat-token = "another"'))
    assert boot(card, root) == exit_codes.OK
    assert (root / "etc/credstore/leat-token").read_text() == "another\n"
    assert "another" not in file.read_text()


def test_a_changed_menu_alone_is_taken_over(card: Path, root: Path) -> None:
    boot(card, root)
    menu = card / "kiosk/menu.toml"
    menu.write_text(MENU.replace("2.50", "2.75"))
    boot(card, root)
    config = load_config(root / "etc/kioskd/kiosk.toml")
    assert load_menu(config.menu, "EUR").products["W1"].price.minor == 275


def test_without_a_card_or_a_file_nothing_happens(tmp_path: Path, root: Path) -> None:
    assert boot(tmp_path / "nowhere", root) == exit_codes.OK
    (tmp_path / "card").mkdir()
    assert boot(tmp_path / "card", root) == exit_codes.OK
    assert not (root / "etc").exists()


# --- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        b"\xef\xbb\xbf" + SETTINGS.encode(),
        SETTINGS.replace("\n", "\r\n").encode(),
        SETTINGS.replace(" = ", "\t=\t").replace("\n[", "\n\t[").encode(),
        b"\xef\xbb\xbf" + SETTINGS.replace(" = ", "\t=  ").replace("\n", "\r\n").encode(),
    ],
    ids=["bom", "crlf", "tabs", "all"],
)
def test_editors_may_do_what_they_do(card: Path, root: Path, written: bytes) -> None:
    (card / "kiosk.toml").write_bytes(written)
    assert boot(card, root) == exit_codes.OK, problem(root)
    assert load_config(root / "etc/kioskd/kiosk.toml").kiosk == "K7"
    assert TOKEN.encode() not in (card / "kiosk.toml").read_bytes()
    assert boot(card, root) == exit_codes.OK, problem(root)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kiosk = "K7"', "kiosk = 7", "kiosk.toml:1: kiosk: must be text in quotes"),
        ("width_px = 1080", 'width_px = "1080"', "kiosk.toml:23: display.width_px: must be a whole number"),
        ("[counter]", "[conter]", 'conter: is not a key that kioskd knows (did you mean "counter"?)'),
        (
            'leat-token = "',
            'leat_token = "',
            "kiosk.toml:8: secrets.leat_token: is not a key that kioskd knows",
        ),
        (f'"{TOKEN}"', "12", "kiosk.toml:8: secrets.leat-token: must be text in quotes (put only the secret"),
        (
            f"'{PASSWORD}'",
            '"short"',
            "kiosk.toml:19: machine.wifi.password: is no password of a Wi-Fi (8 to 63",
        ),
        ('"Harbour staff"', '""', "kiosk.toml:18: machine.wifi.ssid: is no name of a Wi-Fi"),
        ('"PT"', '"Portugal"', 'machine.wifi.country: is no country (as in "NL")'),
        ('"kiosk-7"', '"Kiosk 7"', "machine.host_name: is no name of a host (small letters"),
        ('ssid = "', 'name = "', "machine.wifi.ssid: is missing"),
        ("[secrets]\n", "secrets = 3\n[x]\n", "secrets: must be a section"),
        ("[site]", "[site", "kiosk.toml:10: is not TOML"),
        (
            'token_credential = "leat-token"',
            'token_file = "kiosk/token"',
            "kiosk.toml:30: loyalty.token_file: a file with a secret would stay on the card (write",
        ),
        ('"kiosk/menu.toml"', '"menu.toml"', 'kiosk.toml:4: menu: "menu.toml" is not in the folder kiosk'),
        ('"kiosk/menu.toml"', '"kiosk/menus.toml"', "kiosk/menus.toml does not exist"),
        ('"/var/lib/kioskd"', '"state"', 'state_dir: "state" is not in the folder kiosk'),
        ("price = 2.50", 'price = "much"', "menu.toml:"),
        (f'"{TOKEN}"', f'"""\n{TOKEN}"""', "kiosk.toml:8: secrets.leat-token: cannot be taken off the card"),
        ("# its name", f"# its name, token {TOKEN}", "kiosk.toml:1: a secret stands here a second time"),
        (f'[secrets]\nleat-token = "{TOKEN}"', f'[site.x]\n[secrets]\nleat-token = "{TOKEN}"', "site.x"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_nothing_changes(
    card: Path, root: Path, old: str, new: str, said: str
) -> None:
    for file in (card / "kiosk.toml", card / "kiosk/menu.toml"):
        file.write_text(file.read_text().replace(old, new, 1))
    before = everything_in(card)
    assert boot(card, root) == exit_codes.CONFIG
    assert said in problem(root)
    assert TOKEN not in problem(root) and PASSWORD not in problem(root)
    assert everything_in(card) == before and not (root / "etc").exists()


def test_the_mistake_is_gone_once_it_is_mended(card: Path, root: Path) -> None:
    (card / "kiosk.toml").write_text("kiosk = ")
    assert boot(card, root) == exit_codes.CONFIG and problem(root)
    (card / "kiosk.toml").write_text(SETTINGS)
    assert boot(card, root) == exit_codes.OK and not problem(root)


def test_ten_megabytes_are_another_file(card: Path, root: Path) -> None:
    (card / "kiosk.toml").write_text(SETTINGS + "#" * 10 * 1024 * 1024)
    assert boot(card, root) == exit_codes.CONFIG
    assert "is larger than 1 MiB" in problem(root)


def test_a_name_that_a_computer_hid_is_told(card: Path, root: Path) -> None:
    (card / "kiosk.toml").rename(card / "kiosk.toml.txt")
    assert boot(card, root) == exit_codes.CONFIG
    assert "is not named kiosk.toml" in problem(root)


def test_another_kiosks_card_is_refused_and_the_kiosk_stays_what_it_is(card: Path, root: Path) -> None:
    boot(card, root)
    file = card / "kiosk.toml"
    file.write_text(file.read_text().replace('"K7"', '"K8"'))
    assert boot(card, root) == exit_codes.CONFIG
    assert 'kiosk.toml:1: kiosk: is "K8", but this machine is kiosk K7' in problem(root)
    assert load_config(root / "etc/kioskd/kiosk.toml").kiosk == "K7"
    file.write_text(file.read_text().replace("[machine]", '[machine]\nreplaces = "K7"'))
    assert boot(card, root) == exit_codes.OK
    assert load_config(root / "etc/kioskd/kiosk.toml").kiosk == "K8"


@pytest.mark.parametrize("line", ["leat-token = ", "password = "])
def test_a_scrubbed_card_in_a_new_machine_says_what_must_be_written_again(
    card: Path, root: Path, tmp_path: Path, line: str
) -> None:
    text = SETTINGS.replace(f'leat-token = "{TOKEN}"', "leat-token = true")
    if line == "password = ":
        text = SETTINGS.replace(f"'{PASSWORD}'", "true")
    (card / "kiosk.toml").write_text(text)
    assert boot(card, root) == exit_codes.CONFIG
    assert line in problem(root) and "once more" in problem(root)


def test_inline_sections_are_told_how_to_be_written(card: Path, root: Path) -> None:
    inline = SETTINGS.replace(f'[secrets]\nleat-token = "{TOKEN}"     # from the back office\n', "")
    (card / "kiosk.toml").write_text(f'secrets = {{ leat-token = "{TOKEN}" }}\n{inline}')
    assert boot(card, root) == exit_codes.CONFIG
    assert "secrets: is not written as a section of its own" in problem(root)


def test_a_card_that_cannot_be_written_still_sets_the_kiosk_up(
    card: Path, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(_card: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(taking_over, "scrub", locked)
    assert boot(card, root) == exit_codes.OK
    assert load_config(root / "etc/kioskd/kiosk.toml").kiosk == "K7"


# --- a data partition that is full, missing or broken ----------------------------------------------------


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_what_cannot_be_kept_is_said_and_comes_with_the_next_start(
    card: Path, root: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    whole = durable._write

    def failing(file: Path, content: bytes, mode: int) -> None:
        if "etc" in file.parts:
            raise OSError(trouble, "it is so", str(file))
        whole(file, content, mode)

    monkeypatch.setattr(durable, "_write", failing)
    assert boot(card, root) == exit_codes.STORAGE
    assert "could not be kept or read: it is so" in problem(root)
    assert TOKEN in (card / "kiosk.toml").read_text()
    monkeypatch.setattr(durable, "_write", whole)
    assert boot(card, root) == exit_codes.OK
    assert load_config(root / "etc/kioskd/kiosk.toml").kiosk == "K7" and not problem(root)


def test_a_missing_data_partition_is_said(card: Path, root: Path) -> None:
    (root / "etc").mkdir(parents=True)
    (root / "etc/kioskd").write_text("no folder")
    assert boot(card, root) == exit_codes.STORAGE
    assert "etc/kioskd" in problem(root)


# --- power cuts -----------------------------------------------------------------------------------------

STEPS = ("unfolded", "secret", "systemd", "network", "linked")


class PowerCut(Exception):
    pass


def target(root: Path) -> Target:
    store = SecretStore(root / "etc/credstore", root / "drop-in/x.conf", lambda _name, _secret: None)
    return Target(root / "etc/kioskd", root / "etc/nm", root, store)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("before", ["new", "set up"])
def test_a_power_cut_leaves_before_or_after_and_the_next_start_ends_it(
    card: Path, root: Path, step: str, before: str
) -> None:
    file = root / "etc/kioskd/kiosk.toml"
    if before == "set up":
        old = read_card(card)
        assert old is not None
        take(old, target(root))
        (card / "kiosk.toml").write_text(SETTINGS.replace("Harbour Kitchen", "New"))

    def cut(done: str) -> None:
        if done == step:
            raise PowerCut

    fresh = read_card(card)
    assert fresh is not None
    with pytest.raises(PowerCut):
        take(fresh, target(root), cut)
    if step == "linked":
        assert taken_id(file) == fresh.id
    elif before == "set up":
        assert load_config(file).site.name == "Harbour Kitchen"
    else:
        assert not file.exists()
    again = read_card(card)
    assert again is not None
    take(again, target(root))
    scrub(again)
    assert load_config(file).site.name == again.config.site.name
    assert TOKEN not in (card / "kiosk.toml").read_text()
    assert [folder.name for folder in (root / "etc/kioskd").glob("taken-*")] == [f"taken-{again.id}"]


def test_a_cut_while_the_card_is_scrubbed_leaves_one_whole_file(
    card: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.replace

    def cut(self: Path, _to: Path) -> Path:
        raise PowerCut

    monkeypatch.setattr(Path, "replace", cut)
    fresh = read_card(card)
    assert fresh is not None
    with pytest.raises(PowerCut):
        scrub(fresh)
    monkeypatch.setattr(Path, "replace", whole)
    assert (card / "kiosk.toml").read_text() == SETTINGS
    assert boot(card, root) == exit_codes.OK
    assert TOKEN.encode() not in b"".join(everything_in(card).values())


def test_a_card_that_is_known_again_costs_nothing(card: Path, root: Path) -> None:
    boot(card, root)
    heavy = {"pydantic", "kioskd.daemon.config.kiosk", "asyncio", "pygame"}
    command = (
        "from kioskd.cli import main; import sys; main(sys.argv[1:]);"
        f"sys.exit(not {heavy!r}.isdisjoint(sys.modules))"
    )
    words = ("first-boot", "--from", str(card), "--root", str(root))
    assert subprocess.run((sys.executable, "-c", command, *words), check=False).returncode == 0
    (card / "kiosk/menu.toml").write_text(MENU.replace("2.50", "2.60"))
    assert (
        subprocess.run((sys.executable, "-c", command, *words), check=False, capture_output=True).returncode
        == 1
    )


# --- secrets --------------------------------------------------------------------------------------------


def test_encrypted_secrets_replace_plain_ones_and_systemd_is_told(tmp_path: Path) -> None:
    works = True

    def encrypt(name: str, secret: str) -> bytes | None:
        return f"{name} sealed".encode() if works else None

    drop_in = tmp_path / "kioskd.service.d/encrypted.conf"
    store = SecretStore(tmp_path / "credstore", drop_in, encrypt)
    assert store.keep("leat-token", TOKEN)
    assert store.tell_systemd() and not store.tell_systemd()
    assert drop_in.read_text() == "[Service]\nLoadCredentialEncrypted=leat-token\n"
    works = False
    assert not store.keep("leat-token", TOKEN)
    assert store.has("leat-token") and not (tmp_path / "credstore.encrypted/leat-token").exists()
    assert store.tell_systemd() and not drop_in.exists()


def test_systemd_itself_reads_what_was_encrypted() -> None:
    sealed = systemd_creds("leat-token", TOKEN)
    if sealed is None:
        pytest.skip("this machine cannot encrypt credentials")
    assert TOKEN.encode() not in sealed
    command = ("systemd-creds", "decrypt", "--name=leat-token", "-", "-")
    opened = subprocess.run(command, input=sealed, capture_output=True, check=True)
    assert opened.stdout.decode() == TOKEN


def test_every_secret_that_systemd_hands_over_can_be_written_on_the_card() -> None:
    unit = (Path(__file__).parents[2] / "systemd/kioskd.service").read_text()
    handed = {
        line.removeprefix("LoadCredential=") for line in unit.splitlines() if line.startswith("LoadCred")
    }
    assert {field.alias for field in Secrets.model_fields.values()} == handed


# --- Wi-Fi ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["abcdefgh", "  spaces at both  ", "back\\slash\\\\", "\\s not a space", "=;#[x]\"'", "        ", None],
)
def test_any_password_comes_through_networkmanagers_file(password: str | None) -> None:
    wifi = Wifi(ssid="Küche; 5 GHz")
    text = keyfile(wifi, password)
    assert password_in(text, wifi) == password
    assert password_in(text, Wifi(ssid="another")) is None
    assert ("key-mgmt" in text) == (password is not None)


def test_a_radio_whose_country_cannot_be_changed_is_no_reason_not_to_join(card: Path, root: Path) -> None:
    (root / "etc").mkdir(parents=True)
    (root / "etc/modprobe.d").write_text("no folder")
    assert boot(card, root) == exit_codes.OK
    assert (root / "etc/NetworkManager/system-connections/kioskd-wifi.nmconnection").exists()


def test_a_wifi_that_nothing_could_join_is_a_mistake(card: Path, root: Path) -> None:
    fresh = read_card(card)
    assert fresh is not None
    lame = Target(root / "to", root / "nm", root, target(root).secrets, network_manager=False)
    with pytest.raises(
        ConfigError, match=r"kiosk\.toml:17: machine\.wifi: this system has no NetworkManager"
    ):
        take(fresh, lame)


# --- what codes told ------------------------------------------------------------------------------------


@pytest.fixture
def enrolled(card: Path, root: Path) -> Iterator[Path]:
    folder = Places(root).enrolled
    folder.parent.mkdir(parents=True)
    card.rename(folder)
    yield folder


def test_a_kiosk_that_knew_nothing_takes_what_codes_told(enrolled: Path, root: Path, tmp_path: Path) -> None:
    assert boot(tmp_path / "no-card", root) == exit_codes.OK
    assert load_config(root / "etc/kioskd/kiosk.toml").kiosk == "K7"
    assert (root / "etc/credstore/leat-token").exists() and not enrolled.exists()


def test_a_kiosk_that_is_set_up_takes_nothing_from_codes(enrolled: Path, root: Path, tmp_path: Path) -> None:
    (root / "etc/kioskd").mkdir(parents=True)
    (root / "etc/kioskd/kiosk.toml").write_text("mine")
    assert boot(tmp_path / "no-card", root) == exit_codes.OK
    assert (root / "etc/kioskd/kiosk.toml").read_text() == "mine" and not enrolled.exists()


def test_the_card_counts_more_than_codes_it_is_the_last_word(
    enrolled: Path, root: Path, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    (card / "kiosk").mkdir(parents=True)
    (card / "kiosk.toml").write_text("kiosk = ")
    assert boot(card, root) == exit_codes.OK  # the codes first; the card is looked at with the next start
    assert boot(card, root) == exit_codes.CONFIG


def test_steps_are_those_that_are_told() -> None:
    source = Path(taking.__file__).read_text()
    assert all(f'cut("{step}")' in source for step in STEPS)


# --- on a computer, before -------------------------------------------------------------------------------


def test_a_card_can_be_checked_before_it_is_in_the_kiosk(
    card: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = card / "kiosk.toml"
    assert main(["check-config", str(file)]) == exit_codes.OK
    file.write_text(SETTINGS.replace("leat-token =", "leat-tokn ="))
    assert main(["check-config", str(file)]) == exit_codes.CONFIG
    assert 'did you mean "leat-token"?' in capsys.readouterr().err
