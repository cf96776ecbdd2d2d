"""What a member has and could have, as cards: to use, used already, or with what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from kioskd.core.bill import TakenOffer
from kioskd.core.catalogue import Catalogue
from kioskd.core.denial import Denial
from kioskd.core.discount import Categories, Products, Rule
from kioskd.core.intents import EnterPromoCode, RemoveOffer, ShowOffer
from kioskd.core.member import CollectableReward, Member, Reward, Right, Voucher
from kioskd.core.shop import Capability, Shop
from kioskd.core.visit import Visit
from kioskd.ui.scene import Picture
from kioskd.ui.screens.frame import points_words
from kioskd.ui.screens.offer_words import denial_tag, offer_title
from kioskd.ui.screens.sheet import Sheet, art, photo


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One right. `tag` says what stands in the way, or (`good`) that nothing does.

    `use` is None where a touch does nothing, `remove` set when it is on the order. `aloud` is what everybody
    may hear of it, where that is not all: what is missing or enough tells how many points there are.
    """

    id: str
    title: str
    detail: str
    picture: Picture
    tag: str = ""
    good: bool = False
    enabled: bool = True
    use: ShowOffer | EnterPromoCode | None = None
    remove: RemoveOffer | None = None
    aloud: str = ""


def picture_of(right: Right, shop: Shop, *, faded: bool = False) -> Picture:
    """The merchant's own, or of what it is for, or one for all of its kind."""
    own = None if isinstance(right, CollectableReward) else right.picture
    if source := own or _dish(right.rule, shop.catalogue):
        return photo(source, faded=faded)
    return art("ticket" if isinstance(right, Voucher) else "gift", faded=faded)


def _dish(rule: Rule | None, catalogue: Catalogue) -> str | None:
    """The picture of the first thing on the menu that the rule takes something off."""
    match rule.scope if rule is not None else None:
        case Products(skus):
            found = (catalogue.products[sku].picture for sku in skus if sku in catalogue.products)
        case Categories(ids):
            found = (category.picture for category in catalogue.categories if category.id in ids)
        case _:
            return None
    return next((picture for picture in found if picture), None)


def last_day(sheet: Sheet, day: date | None, otherwise: str) -> str:
    return sheet.tr("Until {date}", date=sheet.tr.date(day)) if day is not None else otherwise


def sections(sheet: Sheet, visit: Visit, shop: Shop) -> Iterator[tuple[str, list[OfferCard]]]:
    """Titled lists: what is ready, then what points can buy, cheapest first."""
    who, tr = visit.member, sheet.tr
    assert who is not None
    scanned = [
        taken.right
        for taken in visit.offers
        if isinstance(taken.right, Voucher) and taken.right.id not in {voucher.id for voucher in who.vouchers}
    ]
    rights: list[CollectableReward | Voucher] = [*who.collectables, *who.vouchers, *scanned]
    ready = [_ready(sheet, right, visit, shop) for right in rights]
    if Capability.PROMO_CODES in shop.capabilities:
        ready.append(_promo_code(sheet, visit))
    if ready:
        yield tr("Ready for you"), ready
    rewards = sorted(who.rewards, key=lambda reward: reward.cost_points)
    if rewards:
        yield (
            tr("What your points can get you"),
            [_aloud(_reward(sheet, r, who, visit, shop)) for r in rewards],
        )


def _aloud(card: OfferCard) -> OfferCard:
    return replace(card, aloud=f"{card.title}, {card.detail}")


def _promo_code(sheet: Sheet, visit: Visit) -> OfferCard:
    tr, offline = sheet.tr, visit.online is False
    return OfferCard(
        "promo_code",
        tr("Promo code"),
        tr("Type it or scan it"),
        art("ticket", faded=offline),
        tr("When we are online again") if offline else "",
        enabled=not offline,
        use=None if offline else EnterPromoCode(),
    )


def _ready(sheet: Sheet, right: CollectableReward | Voucher, visit: Visit, shop: Shop) -> OfferCard:
    tr = sheet.tr
    if isinstance(right, Voucher):
        id, detail = f"voucher:{right.id}", last_day(sheet, right.expires_on, tr("No end date"))
        if right.denial is Denial.NOT_YET_ACTIVE and right.starts_on is not None:
            detail = tr("From {date}", date=tr.date(right.starts_on))
    else:
        id, detail = (
            f"collect:{right.id}",
            last_day(sheet, right.expires_on, tr("Saved on an earlier visit")),
        )
    return _card(sheet, id, right, detail, "", visit, shop)


def _reward(sheet: Sheet, reward: Reward, who: Member, visit: Visit, shop: Shop) -> OfferCard:
    tr = sheet.tr
    balance = visit.points_left
    missing = reward.missing_points(balance) if balance is not None else 0
    id, detail = f"reward:{reward.id}", points_words(sheet, reward.cost_points, who.points_name)
    if _taken(visit, reward) is None:
        obstacle = ""
        if not reward.available:
            obstacle = tr("Not available today")
        elif missing:
            obstacle = tr.plural("{n} more point", "{n} more points", missing)
        if obstacle or balance is None:
            title = offer_title(reward.title)
            picture = picture_of(reward, shop, faded=True)
            return OfferCard(id, title, detail, picture, obstacle, enabled=False)
    return _card(sheet, id, reward, detail, tr("You have enough"), visit, shop)


def _card(
    sheet: Sheet, id: str, right: Right, detail: str, praise: str, visit: Visit, shop: Shop
) -> OfferCard:
    """A right that nothing but its own rule, its denial or the network may keep from being used."""
    tr, title, picture = sheet.tr, offer_title(right.title), picture_of(right, shop)
    if Capability.OFFERS not in shop.capabilities:
        return OfferCard(id, title, detail, picture, praise, good=bool(praise))
    taken = _taken(visit, right)
    if taken is not None:
        remove = RemoveOffer(taken.id)
        return OfferCard(id, title, detail, picture, tr("On your order"), good=True, remove=remove)
    obstacle = ""
    if isinstance(right, Voucher) and right.denial is not None and right.denial is not Denial.CARD_NEEDED:
        obstacle = denial_tag(right.denial, tr)
    elif right.rule is None:
        obstacle = tr("Cannot be used here")
    elif visit.online is False:
        obstacle = tr("When we are online again")
    if obstacle:
        picture = picture_of(right, shop, faded=True)
        return OfferCard(id, title, detail, picture, obstacle, enabled=False)
    use = ShowOffer(right.kind, right.id)
    return OfferCard(id, title, detail, picture, praise, good=bool(praise), use=use)


def _taken(visit: Visit, right: Right) -> TakenOffer | None:
    return next((t for t in visit.offers if t.right.kind is right.kind and t.right.id == right.id), None)
