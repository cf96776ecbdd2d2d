"""The loyalty backend that the configuration names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from kioskd.core.catalogue import Catalogue, Service
from kioskd.core.ports import LoyaltyBackend
from kioskd.daemon.config import kiosk as settings
from kioskd.daemon.config.credentials import read_secret
from kioskd.daemon.config.kiosk import Config

_TELLING_S = 8.0
"""What nobody waits for may take as long."""


def backend_of(
    config: Config,
    clock: Callable[[], float],
    *,
    menu: Catalogue | None = None,
    wall: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    next_number: Callable[[], int] = lambda: 0,
) -> LoyaltyBackend | None:
    """Imports the backend's client, which takes a while: call it after the first frame.

    `menu`, the aware local time and the kiosk's next order number are for backends that keep whole orders.
    """
    loyalty = config.loyalty
    match loyalty:
        case settings.NoLoyalty():
            return None
        case settings.RbiLoyalty():
            if menu is None:
                return None
            return _whole_orders(loyalty, menu, clock, wall, next_number)
        case settings.LeatLoyalty():
            from kioskd.loyalty.leat.adapter import LeatBackend
            from kioskd.loyalty.leat.claims import LeatClaims
            from kioskd.loyalty.leat.rules import AttributeNames, OfferMapping

            claims = None
            if loyalty.portal_url:
                secret = read_secret(
                    credential=loyalty.claim_secret_credential, file=loyalty.claim_secret_file
                )
                claims = LeatClaims(loyalty.portal_url, loyalty.shop_uuid, secret, loyalty.claim_unit)
            mapping, offers = None, loyalty.offers
            if offers.enabled:
                mapping = OfferMapping(
                    names=AttributeNames(**offers.attributes.model_dump()),
                    percentage=offers.values.percentage,
                    absolute=offers.values.absolute,
                    free_item=offers.values.free_item,
                    percentages=offers.percentages,
                    amounts=offers.amounts,
                    location=offers.location,
                    collect=offers.mode == "collect",
                )
            return LeatBackend(
                loyalty.base_url,
                read_secret(credential=loyalty.token_credential, file=loyalty.token_file),
                loyalty.shop_uuid,
                config.currency,
                loyalty.partner_id,
                loyalty.timeout_s,
                time_zone=ZoneInfo(config.site.time_zone),
                claims=claims,
                mapping=mapping,
                gift_card_reference=loyalty.stored_value.gift_card_reference,
                link_blank_cards=loyalty.link_blank_cards,
                language_attribute=loyalty.language_attribute,
                clock=clock,
            )


def _whole_orders(
    loyalty: settings.RbiLoyalty,
    menu: Catalogue,
    clock: Callable[[], float],
    wall: Callable[[], datetime],
    next_number: Callable[[], int],
) -> LoyaltyBackend:
    from kioskd.daemon.config.incentive_file import load_incentives
    from kioskd.loyalty.rbi.adapter import RbiBackend, Till
    from kioskd.loyalty.rbi.address import base_url
    from kioskd.loyalty.rbi.amounts import Unit
    from kioskd.loyalty.rbi.client import RbiClient, rbi_api
    from kioskd.loyalty.rbi.incentives import IncentiveReader

    address = loyalty.base_url
    if address is None:
        assert loyalty.environment is not None and loyalty.brand is not None
        address = base_url(loyalty.region, loyalty.environment, loyalty.brand, loyalty.cluster)
    key = read_secret(credential=loyalty.key_credential, file=loyalty.key_file)
    incoming = Unit(loyalty.incoming_prices)
    till = Till(
        loyalty.pos_type,
        loyalty.store,
        loyalty.terminal,
        loyalty.operator,
        loyalty.supporting_pos,
        {
            Service.EAT_IN: loyalty.service_modes.eat_in,
            Service.TAKE_AWAY: loyalty.service_modes.take_away,
        },
        loyalty.payment_words.card,
        loyalty.payment_words.counter,
        Unit(loyalty.outgoing_prices),
        incoming,
        loyalty.answer_s,
    )
    api = rbi_api(address, key, loyalty.region, _TELLING_S, clock=clock)
    client = RbiClient(api, menu.currency, incoming_prices=incoming, zone_told=loyalty.tell_time_zone)
    reader = IncentiveReader(
        load_incentives(loyalty.incentives, menu) if loyalty.incentives else (),
        menu,
        loyalty.rewards,
        loyalty.show_offers,
    )
    return RbiBackend(client, till, reader, next_number=next_number, wall=wall, clock=clock)
