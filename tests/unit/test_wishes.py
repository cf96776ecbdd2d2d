"""What a guest does not eat is told from what they may; what nobody has said is never a yes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kioskd.core.basket import Choice
from kioskd.core.catalogue import Allergen, Diet, Option, OptionGroup, Product, Words
from kioskd.core.intents import DropWishes, GoBack, ShowSearch, ShowWishes, StartOrder, ToggleWish
from kioskd.core.phases import Menu
from kioskd.core.wishes import NO_WISHES, Fit, Wishes, content, suitability
from tests.euros import eur
from tests.unit.shopfront import EAT_IN, player

VEGAN = frozenset({Diet.VEGAN, Diet.VEGETARIAN})
EXTRAS = OptionGroup(
    "extras",
    Words("Extras"),
    (
        Option("CHEESE", Words("Cheese"), eur(100), allergens=frozenset({Allergen.MILK})),
        Option("BACON", Words("Bacon"), eur(100), allergens=frozenset(), diets=frozenset()),
        Option("LARGE", Words("Large"), eur(100), allergens=frozenset()),
        Option("SECRET", Words("Secret sauce"), eur(100)),
    ),
    maximum=4,
)
SALAD = Product(
    "S",
    Words("Salad"),
    Words(""),
    eur(700),
    "salads",
    allergens=frozenset({Allergen.MUSTARD}),
    diets=VEGAN,
    groups=(EXTRAS,),
)
UNKNOWN = replace(SALAD, allergens=None)


def picked(*skus: str) -> tuple[Choice, ...]:
    return tuple(Choice("extras", sku) for sku in skus)


def without(*allergens: Allergen) -> Wishes:
    return Wishes(without=frozenset(allergens))


def test_the_allergens_of_what_is_chosen_count() -> None:
    assert suitability(SALAD, (), without(Allergen.MILK)).fit is Fit.YES
    with_cheese = suitability(SALAD, picked("CHEESE"), without(Allergen.MILK))
    assert (with_cheese.fit, with_cheese.contains) == (Fit.NO, (Allergen.MILK,))
    assert content(SALAD, picked("CHEESE")).allergens == {Allergen.MILK, Allergen.MUSTARD}


def test_what_nobody_has_said_is_asked_for_and_never_a_yes() -> None:
    assert suitability(UNKNOWN, (), without(Allergen.MILK)).fit is Fit.ASK
    assert suitability(SALAD, picked("SECRET"), without(Allergen.MILK)).fit is Fit.ASK
    assert not content(SALAD, picked("SECRET")).complete


def test_a_known_no_is_a_no_although_more_is_not_known() -> None:
    assert suitability(SALAD, picked("SECRET"), without(Allergen.MUSTARD)).fit is Fit.NO


def test_an_option_can_break_a_diet_by_what_it_is_or_by_what_is_in_it() -> None:
    vegan = Wishes(frozenset({Diet.VEGAN}))
    assert suitability(SALAD, picked("LARGE"), vegan).fit is Fit.YES
    for sku in ("CHEESE", "BACON"):
        assert suitability(SALAD, picked(sku), vegan).lacks == (Diet.VEGAN,)
    assert suitability(SALAD, picked("CHEESE"), Wishes(frozenset({Diet.VEGETARIAN}))).fit is Fit.YES


@given(
    st.frozensets(st.sampled_from(Diet)),
    st.frozensets(st.sampled_from(Allergen)),
    st.sampled_from([SALAD, UNKNOWN]),
    st.sets(st.sampled_from([option.sku for option in EXTRAS.options])),
)
def test_whatever_is_wished_a_yes_keeps_all_of_it(
    diets: frozenset[Diet], allergens: frozenset[Allergen], product: Product, skus: set[str]
) -> None:
    choices = picked(*sorted(skus))
    if suitability(product, choices, Wishes(diets, allergens)).fit is Fit.YES:
        inside = content(product, choices)
        assert not inside.allergens & allergens
        assert inside.complete or not allergens
        assert diets <= product.diets


def test_wishes_are_kept_through_the_visit_and_forgotten_after_it() -> None:
    p = player()
    p.do(StartOrder(EAT_IN), ShowSearch(), ShowWishes())
    p.do(
        ToggleWish(Diet.VEGAN),
        ToggleWish(Allergen.MILK),
        ToggleWish(Allergen.NUTS),
        ToggleWish(Allergen.NUTS),
    )
    assert p.visit.wishes == Wishes(frozenset({Diet.VEGAN}), frozenset({Allergen.MILK}))
    p.do(GoBack())
    assert p.visit.phase == Menu(search="")
    p.do(GoBack())
    assert p.visit.phase == Menu()
    assert p.visit.wishes.count == 2
    p.do(DropWishes())
    assert p.visit.wishes == NO_WISHES
