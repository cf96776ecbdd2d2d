"""Scanners that a world has only when it is asked for them: an HID-POS scanner, and an engine on a UART."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from kioskd.sim.hidraw import HidPosSimulator
from kioskd.sim.uart_module import Gm65Simulator

MoreScanner = Literal["hidpos", "uart"]
MORE_SCANNERS: tuple[str, ...] = get_args(MoreScanner)

Simulator = HidPosSimulator | Gm65Simulator


@dataclass(frozen=True, slots=True)
class _Kind:
    simulator: Callable[[Path], Simulator]
    driver: str
    profile: str


_KINDS: Mapping[str, _Kind] = {
    "hidpos": _Kind(HidPosSimulator, "hidpos", "generic-hidpos"),
    "uart": _Kind(Gm65Simulator, "serial", "gm65"),
}


class MoreScanners:
    """Those of `names`, plugged in while this is entered; the kiosk knows them by the same names.

    Entering needs a running loop: an engine listens.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._all = {name: _KINDS[name].simulator(folder / name) for name in names}
        self._things = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as things:
            for scanner in self._all.values():
                things.enter_context(scanner)
            self._things = things.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._things.close()

    def __getitem__(self, name: str) -> Simulator:
        """Raises ValueError for one that this world was not asked for."""
        if name not in self._all:
            raise ValueError(f"this world has no {name} scanner: ask for it with scanners = [{name!r}]")
        return self._all[name]

    @property
    def plugged(self) -> dict[str, bool]:
        return {name: scanner.plugged for name, scanner in self._all.items()}

    def settings(self) -> list[dict[str, Any]]:
        """Their tables in kiosk.toml."""
        kinds = {name: _KINDS[name] for name in self._all}
        return [
            {
                "name": name,
                "driver": kind.driver,
                "path": str(self._all[name].path),
                "profile": kind.profile,
            }
            for name, kind in kinds.items()
        ]
