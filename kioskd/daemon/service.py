"""Everything after the first frame: the store, the devices, the backend, and the loop they live in."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from kioskd.core.errors import ConfigError, KioskError, StorageError
from kioskd.core.events import Event, NetworkChanged, Scanned
from kioskd.core.ports import Voice
from kioskd.core.shop import Shop
from kioskd.daemon.clock import Clock
from kioskd.daemon.commands import Commands
from kioskd.daemon.config.kiosk import Config, Disabled
from kioskd.daemon.control import ControlSocket
from kioskd.daemon.display import Display
from kioskd.daemon.errands import Errands
from kioskd.daemon.launch import keep_picture
from kioskd.daemon.line_watch import LineWatch
from kioskd.daemon.lookout import Lookout
from kioskd.daemon.notify import ServiceManager
from kioskd.daemon.posting import Post
from kioskd.daemon.reporter import Reporter
from kioskd.daemon.runtime import Runtime
from kioskd.daemon.selling.courier import LoyaltyCourier
from kioskd.daemon.selling.drafts import ORDER
from kioskd.daemon.selling.last_orders import OwnRecord
from kioskd.daemon.selling.objection_counts import ObjectionCounts
from kioskd.daemon.selling.order_news import tell_order
from kioskd.daemon.selling.orders import Orders
from kioskd.daemon.selling.payments import Payments
from kioskd.daemon.selling.refused_claims import RefusedClaims
from kioskd.daemon.selling.selling import Selling
from kioskd.daemon.selling.sessions import Sessions
from kioskd.daemon.selling.settlement import Settlement
from kioskd.daemon.selling.slips import SlipPrinter
from kioskd.daemon.selling.steps import Steps
from kioskd.daemon.selling.terminal_watch import asking_again
from kioskd.daemon.selling.unpaid_orders import UnpaidOrders
from kioskd.daemon.speaking import Speaking
from kioskd.daemon.staff.day_paper import day_receipt
from kioskd.daemon.staff.help_desk import HelpDesk
from kioskd.daemon.staff.outbox_desk import OutboxDesk
from kioskd.daemon.staff.power import Power
from kioskd.daemon.staff.questions import Questions
from kioskd.daemon.staff.readiness_desk import ReadinessDesk
from kioskd.daemon.staff.staff_desk import StaffDesk
from kioskd.daemon.staff.terminal_desk import TerminalDesk
from kioskd.daemon.staff.upkeep_desk import UpkeepDesk
from kioskd.daemon.watching import instruments_of, watched
from kioskd.daemon.wiring.backend import backend_of
from kioskd.daemon.wiring.hardware import expected_devices, hardware_of
from kioskd.daemon.wiring.paper import letterhead_of, paper_columns_of
from kioskd.daemon.wiring.staff import dials_of, pin_guard_of, webhook_of
from kioskd.daemon.wiring.terminal import prints_slips, takes_parts
from kioskd.devices.supervisor import supervise
from kioskd.outbox.courier import Outcome, Refused
from kioskd.outbox.operation import Operation
from kioskd.outbox.outbox import Outbox
from kioskd.outbox.policy import Policy
from kioskd.ui.locale.translator import translator

log = logging.getLogger(__name__)

FINISH_S = 3.0
"""What work under way gets when we are asked to stop; systemd allows 5 s in all."""


DEVICES_COME_S = 5.0


class _Stop(Exception):
    """We were asked to stop: ends the task group."""


def serve(config_file: Path, config: Config, shop: Shop, clock: Clock, display: Display) -> None:
    """Runs until SIGTERM or SIGINT. Raises StorageError or ConfigError when it cannot go on."""
    problem: BaseException | None = None
    try:
        asyncio.run(_serve(config_file, config, shop, clock, display))
    except* _Stop:
        log.info("stopped")
    except* (StorageError, ConfigError) as group:
        problem = _first(group)
    if problem:
        raise problem


def _first(group: BaseExceptionGroup[KioskError]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _serve(config_file: Path, config: Config, shop: Shop, clock: Clock, display: Display) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    manager = ServiceManager()
    courier = LoyaltyCourier()
    post = Post()
    _make_state_dir(config.state_dir)
    outbox_file = config.state_dir / "outbox.db"
    objections = ObjectionCounts(config.state_dir / "objections.json", clock.wall)
    instruments = await instruments_of(config)
    meters = instruments.meters if instruments else None

    def settled(operation: Operation, outcome: Outcome) -> None:
        tell_order(operation, outcome, post)
        if operation.kind == ORDER and isinstance(outcome, Refused):
            _start(tasks, refused_claims.void(operation.op_id))

    async with AsyncExitStack() as stack:
        outbox = await stack.enter_async_context(
            Outbox.open(
                outbox_file,
                meters.counting(courier) if meters else courier,
                policy=Policy(outage_spread_s=config.limits.outage_spread_s),
                clock=clock.mono_s,
                wall=clock.wall,
                clock_trusted=clock.trusted,
                on_settled=settled,
                on_online=lambda online: post(NetworkChanged(online)),
            )
        )
        selling = Selling(
            outbox,
            loyalty=shop.loyalty,
            claim_link=courier.claim_link,
            clock=clock.mono_s,
            written=courier.written,
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        refused_claims = RefusedClaims(outbox, courier.written, objections.claim_refused)
        hardware = hardware_of(config, clock.mono_s, display.touch_panel, display.press)
        speaking = _speaking_of(config, hardware.voice, display, post)
        payments = None
        slips = SlipPrinter(hardware.printer, tasks, shop.languages[0])
        if hardware.terminal:
            payments = Payments(
                hardware.terminal,
                outbox,
                selling,
                post,
                part_payments=takes_parts(config),
                print_slip=slips,
            )
        orders = Orders(
            outbox,
            selling,
            claim_link=courier.claim_link,
            wall=clock.wall,
            written=courier.written,
            hand_back=payments.hand_back if payments else None,
        )
        lookout = Lookout(outbox, outbox_file, clock.wall)
        questions = Questions(outbox, payments)
        translators = {language: translator(language) for language in shop.languages}
        if hardware.terminal and prints_slips(config):
            tr = translators[shop.languages[0]]
            hardware.terminal.on_day_closed = lambda totals: slips.put(
                f"day-{clock.wall():%Y%m%d%H%M%S}",
                day_receipt(totals, config.site.name, config.kiosk, clock.wall(), tr),
            )
        dials = dials_of(config, speaking.limit_loudspeaker if speaking else None)
        await asyncio.to_thread(dials.restore)
        webhook = webhook_of(config)
        if webhook:
            stack.push_async_callback(webhook.close)
        help_desk = HelpDesk(
            webhook, {"kiosk": config.kiosk, "site": config.site.name}, config.help.overdue_s, post
        )
        readiness = ReadinessDesk(
            config_file=config_file,
            noted=config.state_dir / "commissioned",
            probe=courier.probe if shop.loyalty else None,
            clock_trusted=clock.trusted,
            post=post,
        )
        errands = Errands(
            tasks=tasks,
            post=post,
            courier=courier,
            settlement=Settlement(
                steps=Steps(outbox, clock.mono_s),
                selling=selling,
                payments=payments,
                post=post,
                clock=clock.mono_s,
                sessions=Sessions(outbox, courier, post, clock.wall, config.currency, objections),
            ),
            staff_desk=StaffDesk(
                pin_guard_of(config, clock.mono_s),
                outbox=outbox,
                selling=selling,
                orders=orders,
                questions=questions,
                lookout=lookout,
                upkeep=UpkeepDesk(
                    kiosk=config.kiosk,
                    shop=config.site.name,
                    state_dir=config.state_dir,
                    outbox=outbox,
                    questions=questions,
                    printer=hardware.printer,
                    columns=paper_columns_of(config),
                    translators=translators,
                    dials=dials,
                    power=Power(stop.set, machine=config.staff.power),
                    mono_s=clock.mono_s,
                    wall=clock.wall,
                    post=post,
                    print_s=shop.limits.test_print_s,
                ),
                post=post,
                terminal=hardware.terminal,
            ),
            help_desk=help_desk,
            last_orders=OwnRecord(outbox),
            readiness=readiness,
            printer=hardware.printer,
            letterhead=await asyncio.to_thread(letterhead_of, config),
            translators=translators,
            read_screen=speaking.read_screen if speaking else lambda: None,
        )
        runtime = Runtime(
            shop,
            clock,
            carry_out=errands.carry_out,
            show=display.show,
            next_number=outbox.next_order_number,
            devices=expected_devices(config),
            on_step=meters.on_step if meters else None,
        )
        display.on_painted = meters.painted if meters else None
        post.to = LineWatch(tasks=tasks, probe=courier.probe, post=runtime.post)
        display.on_intent = runtime.post
        from_device = _silencing(speaking, runtime.post) if speaking else runtime.post
        if speaking:
            display.on_touch, display.on_shown = speaking.hush, speaking.shown
            tasks.create_task(speaking.run())
        reporter = Reporter(
            kiosk=config.kiosk,
            backend=config.loyalty.backend,
            state_dir=config.state_dir,
            clock=clock,
            visit=lambda: runtime.visit,
            pictures_shown=lambda: display.seq,
            outbox=outbox,
            lookout=lookout,
            objections=objections,
        )
        commands = Commands(
            runtime=runtime,
            display=display,
            outbox=outbox,
            selling=selling,
            payments=payments,
            orders=orders,
            reporter=reporter,
            help_desk=help_desk,
            clock=clock,
            drive=config.control.drive,
        )
        tasks.create_task(runtime.run())
        tasks.create_task(display.run())
        if config.display.driver != "offscreen":  # it has a window that can be closed, if nothing else
            window_is_touched = config.display.touch is None
            tasks.create_task(display.watch_window(stop.set, touched=window_is_touched))
        # Its client takes a quarter of a second to import: not on the loop, where a guest may be touching.
        courier.backend = await asyncio.to_thread(
            partial(
                backend_of,
                config,
                clock.mono_s,
                menu=shop.catalogue,
                wall=clock.wall,
                next_number=lambda: outbox.next_order_number,
            )
        )
        if courier.backend:
            stack.push_async_callback(courier.backend.close)
        readiness.ask_first()  # the backend is there to be asked, and no device has moved the screen yet
        tasks.create_task(outbox.run())
        tasks.create_task(refused_claims.void_left_over())
        clock.on_change(lambda: _start(tasks, outbox.pulse()))
        tasks.create_task(lookout.watch())
        if keep := config.counter.keep_minutes:
            unpaid = UnpaidOrders(selling, orders, keep * 60.0)
            clock.on_change(unpaid.look_again)
            tasks.create_task(unpaid.watch())
        if payments:
            tasks.create_task(payments.settle_left_over())
        if hardware.viewfinder:
            tasks.create_task(display.show_camera(hardware.viewfinder))
        if payments:
            from_device = asking_again(payments, from_device)
        for plugged in hardware.plugged:
            tasks.create_task(supervise(plugged.device, plugged.kind, from_device, path=plugged.path))
        if config.control.socket:
            socket = ControlSocket(
                config.control.socket,
                {
                    **commands.table(),
                    **OutboxDesk(outbox).table(),
                    **TerminalDesk(hardware.terminal).table(),
                },
            )
            await stack.enter_async_context(socket.serving())
        await stack.enter_async_context(watched(config, instruments, reporter, tasks))
        tasks.create_task(display.warm_up(runtime.visit))
        tasks.create_task(_keep_launch_picture(runtime, display, config_file, config))
        manager.ready()
        log.info("ready")
        vital = {"screen": runtime.alive, "store": outbox.pulse}
        tasks.create_task(manager.watch(vital))
        await stop.wait()
        manager.stopping()
        await errands.finish(FINISH_S)
        raise _Stop


async def _keep_launch_picture(runtime: Runtime, display: Display, config_file: Path, config: Config) -> None:
    """Once every device has had its time to come, and only when nobody is there whose visit it would show."""
    await asyncio.sleep(DEVICES_COME_S)
    if runtime.visit.at_home:
        look = config.display
        shown = [file for file in (config.menu, look.colours, look.logo) if file is not None]
        settings = look.model_dump(mode="json")
        await asyncio.to_thread(keep_picture, display.picture(), config_file, shown, settings)


def _speaking_of(
    config: Config, voice: Voice | None, display: Display, post: Callable[[Event], None]
) -> Speaking | None:
    if voice is None or isinstance(config.speech, Disabled):
        return None
    return Speaking(voice, display.looked_at, post, speaker_volume=config.speech.speaker_volume)


def _silencing(speaking: Speaking, post: Callable[[Event], None]) -> Callable[[Event], None]:
    """Who holds something to a scanner does not want to hear the rest."""

    def hand_on(event: Event) -> None:
        if isinstance(event, Scanned):
            speaking.hush()
        post(event)

    return hand_on


def _start(tasks: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
    tasks.create_task(work)


def _make_state_dir(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be made: {error.strerror}: name a directory as state_dir that kioskd may make "
            f"or write to"
        ) from None
