"""The Debian package in its parts. Building it needs the package index: `./dev package` does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from image.package import archive, control, dependencies, shared_libraries, tree
from image.package.copyright import debian_copyright
from image.package.target import MACHINES, RELEASES, Target
from image.package.version import Commit
from kioskd.core.errors import ConfigError
from kioskd.daemon.config.kiosk import load_config
from kioskd.daemon.config.menu import load_menu

LOCK = (tree.CHECKOUT / "requirements.lock").read_text("utf-8")
SCRIPTS = sorted(path.name for path in tree.DEBIAN.iterdir() if path.suffix[1:] in tree.SCRIPTS)
TARGETS = [Target(release, arch) for release in RELEASES.values() for arch in MACHINES]


def commit(at: datetime, *, released: bool = False, changed: bool = False) -> Commit:
    return Commit("abc1234", at, released, changed)


def in_order(versions: Sequence[str]) -> bool:
    pairs = pairwise(versions)
    return all(
        subprocess.run(("dpkg", "--compare-versions", a, "lt", b), check=False).returncode == 0
        for a, b in pairs
    )


# --- what is in it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.release.name}-{target.arch}")
def test_every_locked_library_comes_along_with_its_hashes_or_from_debian(target: Target) -> None:
    locked = dependencies.locked(LOCK, target)
    assert {"apsw", "httpx", "pydantic", "pygame-ce", "numpy"} <= locked.keys()
    assert all("--hash=sha256:" in entry and ";" not in entry.splitlines()[0] for entry in locked.values())
    # evdev has a wheel for one processor only.
    assert ("evdev-binary" in locked) == (target.arch == "amd64")
    assert dependencies.from_debian(LOCK, target) == ([] if target.arch == "amd64" else ["python3-evdev"])


def test_compiled_libraries_belong_to_one_python() -> None:
    target = Target(RELEASES["trixie"], "arm64")
    text = control.kioskd_control(target, "1", control.kioskd_depends(target, ["python3-evdev"]), 2048)
    fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(" "))
    assert fields["Architecture"] == "arm64"
    depends = fields["Depends"].split(", ")
    assert {"python3 (>= 3.13)", "python3 (<< 3.14)", "python3-evdev", "libgbm1"} <= set(depends)
    assert len(depends) == len(set(depends))


def test_a_library_nobody_knows_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"one.so": ["libc.so.6", "libours.so"], "libours.so": ["libstdc++.so.6"]}

    def readelf(*command: str | Path) -> str:
        names = needed[Path(command[-1]).name]
        return "".join(f" 0x01 (NEEDED)   Shared library: [{name}]\n" for name in names)

    monkeypatch.setattr(shared_libraries, "run", readelf)
    for name in needed:
        (tmp_path / name).touch()
    assert shared_libraries.packages_for(tmp_path) == ["libc6 (>= 2.28)", "libstdc++6 (>= 8)"]
    needed["one.so"].append("libnobody.so.3")
    with pytest.raises(shared_libraries.UnknownLibrary, match=r"one\.so needs libnobody\.so\.3"):
        shared_libraries.packages_for(tmp_path)


def test_newer_commits_releases_and_debians_are_newer_versions() -> None:
    old, new = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 0, 0, 1, tzinfo=UTC)
    bookworm, trixie = RELEASES["bookworm"], RELEASES["trixie"]
    versions = [
        commit(old).debian_version("0.2.0", bookworm),
        commit(old).debian_version("0.2.0", trixie),
        commit(new).debian_version("0.2.0", bookworm),
        commit(new, changed=True).debian_version("0.3.0", bookworm),
        commit(old, released=True).debian_version("0.3.0", bookworm),
        commit(old, released=True).debian_version("0.3.0", trixie),
        commit(old).debian_version("0.3.1", bookworm),
    ]
    if shutil.which("dpkg"):
        assert in_order(versions)
    assert len(set(versions)) == len(versions)


def test_what_was_changed_after_the_commit_is_never_called_released() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    assert "changed" in commit(at, released=True, changed=True).debian_version("1.0.0", RELEASES["trixie"])


def test_the_appliance_closes_the_machine(tmp_path: Path) -> None:
    tree.lay_out_appliance(tmp_path)
    getty = tmp_path / "usr/lib/systemd/system/getty@tty1.service"
    assert getty.readlink() == Path("/dev/null")
    assert all((tmp_path / place).is_file() for place in tree.APPLIANCE_FILES.values())


def test_licences_of_libraries_are_named_and_their_texts_pointed_at(tmp_path: Path) -> None:
    info = tmp_path / "fine_library-1.0.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "licenses/LICENSE").write_text("do what you like")
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: fine-library\nLicense-Expression: MIT\n")
    (info / "RECORD").write_text("fine/__init__.py,,\nfine.libs/x.so,,\n../../bin/fine,,\nlone.py,,\n")
    text = debian_copyright(tmp_path)
    assert (
        "License: fine-library-licence\n MIT. The words of it:\n /usr/lib/kioskd/lib/*/fine_library-1.0"
        in text
    )
    assert (
        "Files: usr/lib/kioskd/lib/*/fine.libs/* usr/lib/kioskd/lib/*/fine/* usr/lib/kioskd/lib/*/lone.py"
        in text
    )


# --- how it is packed ----------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_same_tree_makes_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for attempt, mode in (("one", 0o600), ("two", 0o664)):
        root = tmp_path / attempt
        tree.lay_out_appliance(root)
        for file in root.rglob("*.conf"):
            file.chmod(mode)
            os.utime(file, (mode, mode))
        at = datetime(2026, 1, 2, tzinfo=UTC)
        tree.sign(root, "kioskd-appliance", "1", commit(at), "Copyright: us\n")
        archive.pack(root, control.appliance_control("1"), int(at.timestamp()), tmp_path / f"{attempt}.deb")
        made.append((tmp_path / f"{attempt}.deb").read_bytes())
    assert made[0] == made[1]
    listed = subprocess.run(
        ("dpkg-deb", "--contents", tmp_path / "one.deb"), capture_output=True, text=True, check=True
    ).stdout
    assert "-rw-r--r-- root/root" in listed
    if shutil.which("lintian"):
        command = ("lintian", "--allow-root", "--fail-on", "error", tmp_path / "one.deb")
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout


# --- the scripts dpkg runs ------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS)
def test_maintainer_scripts_are_shell_and_stop_at_the_first_failure(script: str) -> None:
    subprocess.run(("sh", "-n", tree.DEBIAN / script), check=True)
    assert "set -e" in (tree.DEBIAN / script).read_text("utf-8").splitlines()
    if shutil.which("shellcheck"):
        subprocess.run(("shellcheck", "--shell=sh", tree.DEBIAN / script), check=True)


@pytest.mark.parametrize(
    ("note", "force", "purged"),
    [
        ("nothing\n", "", True),
        ("operations\n", "", False),
        ("unknown\n", "", False),
        (None, "", False),
        ("operations\n", "force", True),
        ("operations\n", "yes", False),
    ],
)
def test_purging_is_refused_unless_nothing_is_open_or_it_is_forced(
    tmp_path: Path, note: str | None, force: str, purged: bool
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "outbox.db").write_bytes(b"what guests are owed")
    if note is not None:
        (state / "left-open").write_text(note)
    done = _purge(tmp_path, force)
    assert (done.returncode == 0, state.exists()) == (purged, not purged)
    assert ("KIOSKD_PURGE=force" in done.stderr) == (not purged)


def test_a_kiosk_that_never_ran_is_purged_without_ado(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    assert _purge(tmp_path, "").returncode == 0
    assert not (tmp_path / "state").exists()


def _purge(place: Path, force: str) -> subprocess.CompletedProcess[str]:
    """The script with the places of the system put below `place`."""
    script = (tree.DEBIAN / "kioskd.postrm").read_text("utf-8")
    for real, here in (("/var/lib/kioskd", "state"), ("/var/cache/kioskd", "cache"), ("/etc/kioskd", "etc")):
        script = script.replace(real, f"{place}/{here}")
    script = script.replace("command -v deb-systemd-helper", "false").replace(
        "/run/systemd/system", f"{place}/run"
    )
    environment = {"PATH": os.environ["PATH"], "KIOSKD_PURGE": force}
    return subprocess.run(
        ("sh", "-c", script, "postrm", "purge"), env=environment, capture_output=True, text=True, check=False
    )


# --- what a technician finds ------------------------------------------------------------------------------


def test_the_first_configuration_lacks_a_menu_and_nothing_else() -> None:
    config = load_config(tree.DEBIAN / "kiosk.toml")
    assert str(config.state_dir) == "/var/lib/kioskd"
    with pytest.raises(ConfigError, match=r"menu\.toml"):
        load_menu(config.menu, config.currency)
