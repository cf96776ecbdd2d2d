"""What can be written in a step of a scenario.

A step does its acts in the order in which they are written; then all its expectations must come true within
`within_s` (10 unless told). `say` is a remark for the reader of the report.

What the guest does:

    scan = "10024711"                   at the serial scanner; or a table: text, via ("serial", "wedge",
                                        "camera", "hidpos", "uart"), repeat (so many times), hex (bytes
                                        instead of text), printed (instead of text: the code on the last
                                        paper that begins so), light (for the camera: the share of what it
                                        needs)
    tap = "eat_in"                      a widget by id, by its whole text, or by its beginning; or several
    keypad = "10024714"                 digits on the screen's keypad
    keys = ["next", "select"]           beside the screen: previous, next, select, back, help, repeat, louder
                                        or softer
    key_to = ["Eat in", "pay"]          walks there with "next" and selects it; fails after a whole round
    show_picture = "face.png"           a file beside the scenario, held before the camera
    hide_picture = true                 nothing before the camera any more
    collect = { card = "10024711", from = "paper" }     scans the code on the last paper, or on the "screen",
                                        with a phone and collects the points for this card
    wait_s = 45                         nothing, for so long (the kiosk's clock is moved: it takes no time)
    card = "tap"                        at the card terminal: tap, insert, decline, cancel, lower (charges
                                        1.00 less than asked); once asked for it

    headphones = true                   plugged in, or pulled out

What staff do:

    corner = true                       the upper left corner held
    staff = "4711"                      the upper left corner held, this PIN, and OK; the rest is tapped
    pager = "coming"                    they answer the guest who asked for help

What the world does:

    network = "off"                     see `Network` in network.py
    fault = { kind = "drop_answer", path = "/api", times = 1 }     the fields of `FaultRule` in faults.py
    unplug = "printer"                  scanner, wedge, camera, printer, terminal, hidpos, uart; or several
    plug = "printer"
    printer = { paper_out = true }      the fields of `Conditions` in printer_models.py
    terminal = { cut_at = "result" }    the fields of `Faults` in terminal/faults.py; "none" takes one back
    voice = { signs_per_s = 15 }        the fields of `Manners` in hearing.py
    kill_voice = true                   the program that speaks is killed in mid-sentence
    shift_wall_s = -3600                the kiosk's wall clock is wrong by so much more
    kill = true                         kill -9; it stays down
    restart = true                      the kiosk is started again and its devices are awaited
    order_paid = "A1"                   staff took the money at the counter
    command = ["order", "cancel", "A1"] staff run this kioskd command; `says` has what it printed
    leat = { read_lag_s = 3 }           switches of the loyalty server, from now on
    at_leat = { vouchers = { code = "FLYER-TEN", expires_in_s = 0 } }   what the merchant does in the loyalty
                                        server's dashboard: the forms of sim/leat/control.py
    rbi = { ... }, at_rbi = { codes = { code = "471199", guest = "Sanne" } }      the same of the other one

What a technician does, with `set_up = false` under [options]:

    enrol = "all"                       shows the serial scanner the codes for what the kiosk is to be; or
                                        "some" of them, those of the last time "again", "foreign" ones
    put_card = { "A" = "B" }            kiosk.toml on the card, with such texts replaced
    first_boot = true                   what root does at every start
    stops = true                        waits until the kiosk has ended by itself

What is expected:

    screen = "menu"                     where the visit is
    see = ["Sanne", "1,240"]            texts on the screen, anywhere in a widget
    not_see = "Sanne"
    heard = ["12 euros 50"]             texts that were said since this step's acts
    not_heard = "Sanne"                 and what was not; write it after `heard`, which waits
    enabled = "pay:card"                widgets that can (or cannot) be touched, by id
    disabled = "product:VEGGIE-WRAP"
    paper = ["A1", "Harbour Classic"]   texts on the last piece of paper
    papers = 1                          so many pieces of paper came out
    claim_on = "paper"                  where a phone can read a code to collect points: on the last "paper",
                                        on the "screen", "paper and screen", or "nowhere"
    portal_says = "3 points"            in the loyalty portal's answer to the last `collect`
    wire = { path = "/orders/create-and-process", count = 1, body = { reference = "A1" } }
                                        exactly `count` requests (1 unless told) whose path ends so, with the
                                        `method` if given; `body` is a part of theirs
    balance = { card = "10024711", points = 1250 }                 at Leat
    orders = 1                          so many orders at Leat
    voucher = { code = "FLYER-TEN", status = "LOCKED" }            at Leat
    gift_card = { code = "GC-2500-HARBOUR", balance = "12.50" }    at Leat
    prepaid = { card = "10024711", balance = "7.30" }              at Leat
    collectable = { card = "10024711", titles = ["Cookie"] }       what waits for its owner at Leat
    points = { guest = "Sanne", points = 1250, available = 1000 }  at the other loyalty server
    transactions = { claimed = 1, voided = 0 }                     and how many it has in each state
    asked = "3.10"                      what the card terminal waits for a card for
    charged = "13.10"                   what it took in all
    outbox = { open = 0 }               operations by state, or all that are open
    devices = { printer = "faulty" }    states of devices, as the kiosk reports them
    says = ["A1"]                       texts in what the last `command` printed
    says_not = "FLYER-TEN"              and what it must not have printed
    exit_status = 1                     of the last `command`
    log_has_not = ["10024711"]          texts that must not be in the daemon's log
    nowhere = ["5412751234585726"]      nor in anything it keeps or has told: its files, to the last byte, the
                                        log, the screen, what is said, all papers, all requests
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from kioskd.sim.faults import FaultRule
from kioskd.sim.hearing import Manners
from kioskd.sim.keypad import KeyName
from kioskd.sim.network import Network
from kioskd.sim.phone import ClaimPlace
from kioskd.sim.printer_models import Conditions
from kioskd.sim.technician import Showing
from kioskd.sim.terminal.faults import Faults
from kioskd.sim.world import Device, Via

WITHIN_S = 10.0


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _at_least_one(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not texts or "" in texts:
        raise ValueError("must not be empty")
    return texts


Texts = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), AfterValidator(_at_least_one)]
Devices = Annotated[tuple[Device, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
Yes = Literal[True]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]


class Table(BaseModel):
    """What nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scan(Table):
    """One thing held to a scanner."""

    text: str = ""
    via: Via = "serial"
    repeat: Annotated[int, Field(ge=1, le=100_000)] = 1
    hex: str | None = None
    printed: str = ""
    light: Annotated[float, Field(gt=0, le=1)] = 1.0

    @property
    def data(self) -> bytes | None:
        return None if self.hex is None else bytes.fromhex(self.hex)

    @model_validator(mode="after")
    def _one_content(self) -> Scan:
        if (self.hex is not None) + bool(self.text) + bool(self.printed) != 1:
            raise ValueError("needs either text, hex or printed")
        if self.data is not None and self.via == "camera":
            raise ValueError("a camera takes text, or show_picture")
        if self.light != 1.0 and self.via != "camera":
            raise ValueError("light is for the camera")
        return self


def _scan(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Wire(Table):
    """Requests at the loyalty server."""

    path: str
    method: str | None = None
    count: Count = 1
    body: Mapping[str, Any] | None = None


class Balance(Table):
    card: str
    points: int


class VoucherAtLeat(Table):
    code: str
    status: Literal["ACTIVE", "INACTIVE", "LOCKED", "REDEEMED", "EXPIRED", "DEACTIVATED"]


Amount = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$")]


class GiftCardAtLeat(Table):
    code: str
    balance: Amount


class PrepaidAtLeat(Table):
    card: str
    balance: Amount


class PointsAtRbi(Table):
    guest: str
    points: int | None = None
    available: int | None = None


class CollectableAtLeat(Table):
    card: str
    titles: tuple[str, ...]


class Collect(Table):
    card: str
    place: ClaimPlace = Field(alias="from")


def _conditions(values: Mapping[str, bool | int]) -> Mapping[str, bool | int]:
    for name in values:
        if name not in {field.name for field in fields(Conditions)}:
            raise ValueError(f"has no {name!r}")
    return values


def _manners(values: Mapping[str, bool | int | list[str]]) -> Mapping[str, bool | int | list[str]]:
    for name, value in values.items():
        Manners().set(name, value)
    return values


def _faults(values: Mapping[str, bool | int | str]) -> Mapping[str, bool | int | str]:
    for name, value in values.items():
        Faults().set(name, value)
    return values


class Step(Table):
    """One step as it is written; `order` has its keys in the order of the file."""

    say: str = ""
    within_s: Seconds = WITHIN_S

    scan: Annotated[Scan, BeforeValidator(_scan)] | None = None
    tap: Texts | None = None
    keypad: Annotated[str, Field(pattern="^[0-9]+$")] | None = None
    keys: Annotated[tuple[KeyName, ...], BeforeValidator(_one_or_more), Field(min_length=1)] | None = None
    key_to: Texts | None = None
    corner: Yes | None = None
    staff: Annotated[str, Field(pattern="^[0-9]{1,12}$")] | None = None
    pager: Literal["coming"] | None = None
    show_picture: str | None = None
    hide_picture: Yes | None = None
    collect: Collect | None = None
    wait_s: Seconds | None = None
    card: Literal["tap", "insert", "decline", "lower", "cancel"] | None = None
    headphones: StrictBool | None = None
    voice: Annotated[Mapping[str, StrictBool | StrictInt | list[str]], AfterValidator(_manners)] | None = None
    kill_voice: Yes | None = None
    network: Network | None = None
    fault: FaultRule | None = None
    unplug: Devices | None = None
    plug: Devices | None = None
    printer: Annotated[Mapping[str, StrictBool | StrictInt], AfterValidator(_conditions)] | None = None
    terminal: Annotated[Mapping[str, StrictBool | StrictInt | str], AfterValidator(_faults)] | None = None
    shift_wall_s: float | None = None
    kill: Yes | None = None
    restart: Yes | None = None
    enrol: Showing | None = None
    put_card: Mapping[str, str] | None = None
    first_boot: Yes | None = None
    stops: Yes | None = None
    order_paid: str | None = None
    command: Texts | None = None
    leat: Mapping[str, StrictBool | StrictInt | float | str] | None = None
    at_leat: Mapping[str, Mapping[str, Any]] | None = None
    rbi: Mapping[str, Any] | None = None
    at_rbi: Mapping[str, Mapping[str, Any]] | None = None

    screen: str | None = None
    see: Texts | None = None
    not_see: Texts | None = None
    heard: Texts | None = None
    not_heard: Texts | None = None
    enabled: Texts | None = None
    disabled: Texts | None = None
    paper: Texts | None = None
    papers: Count | None = None
    claim_on: Literal["paper", "screen", "paper and screen", "nowhere"] | None = None
    portal_says: str | None = None
    wire: Wire | None = None
    balance: Balance | None = None
    orders: Count | None = None
    voucher: VoucherAtLeat | None = None
    gift_card: GiftCardAtLeat | None = None
    prepaid: PrepaidAtLeat | None = None
    collectable: CollectableAtLeat | None = None
    points: PointsAtRbi | None = None
    transactions: Mapping[str, Count] | None = None
    asked: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$")] | None = None
    charged: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$")] | None = None
    outbox: Mapping[str, Count] | None = None
    devices: Mapping[str, str] | None = None
    says: Texts | None = None
    says_not: Texts | None = None
    exit_status: int | None = None
    log_has_not: Texts | None = None
    nowhere: Texts | None = None

    order: tuple[str, ...] = Field(default=(), exclude=True)

    @property
    def acts(self) -> list[str]:
        return [key for key in self.order if key in ACTS]

    @property
    def expectations(self) -> list[str]:
        return [key for key in self.order if key in EXPECTATIONS]


ACTS = frozenset(
    "scan tap keypad keys key_to corner staff pager show_picture hide_picture collect wait_s card headphones"
    " voice kill_voice network fault unplug plug printer terminal shift_wall_s kill restart order_paid"
    " command leat at_leat rbi at_rbi enrol put_card first_boot stops".split()
)
EXPECTATIONS = frozenset(
    "screen see not_see heard not_heard enabled disabled paper papers claim_on portal_says wire balance"
    " orders voucher gift_card prepaid collectable points transactions asked charged outbox devices says"
    " says_not exit_status log_has_not nowhere".split()
)
