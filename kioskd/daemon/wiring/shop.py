"""What the kiosk is, before anything is opened: needed for the first frame."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.catalogue import Catalogue
from kioskd.core.discount import Stacking
from kioskd.core.order import Tender
from kioskd.core.shop import Capability, Limits, Shop
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.kiosk import Config
from kioskd.daemon.config.offers import Offers

_MOST_OFFERS = 12

_WRITE_DOWN_S = 0.5
"""What is asked for is on the disk before it counts."""

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
