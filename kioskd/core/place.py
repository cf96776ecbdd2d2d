"""Where a visit is."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    """One for each phase of the visit, the nodes of the graph in the README."""

    ATTRACT = "attract"
    MENU = "menu"
    CHOOSING = "choosing"
    REVIEWING = "reviewing"
    IDENTIFYING = "identifying"
    OVERVIEW = "overview"
    CONFIRMING_OFFER = "confirming_offer"
    GIFT_CARD = "gift_card"
    PROMO_CODE = "promo_code"
    CHECKOUT = "checkout"
    PAYING = "paying"
    PAYING_REST = "paying_rest"
    STORING = "storing"
    THANKS = "thanks"
    ASK_STAFF = "ask_staff"
    STILL_THERE = "still_there"
    CONFIRMING_CANCEL = "confirming_cancel"
    OUT_OF_ORDER = "out_of_order"
    ENROLLING = "enrolling"
    STAFF_PIN = "staff_pin"
    STAFF_START = "staff_start"
    STAFF_ORDERS = "staff_orders"
    STAFF_ORDER = "staff_order"
    STAFF_QUESTIONS = "staff_questions"
    STAFF_QUESTION = "staff_question"
    STAFF_DEVICES = "staff_devices"
    STAFF_TEST_PRINT = "staff_test_print"
    STAFF_TEST_SCAN = "staff_test_scan"
    STAFF_SETTINGS = "staff_settings"
    STAFF_ABOUT = "staff_about"
    STAFF_POWER = "staff_power"
    STAFF_TERMINAL = "staff_terminal"
    STAFF_READY = "staff_ready"
    STAFF_TEST_TOUCH = "staff_test_touch"


STAFF = (
    Place.STAFF_PIN,
    Place.STAFF_START,
    Place.STAFF_ORDERS,
    Place.STAFF_ORDER,
    Place.STAFF_QUESTIONS,
    Place.STAFF_QUESTION,
    Place.STAFF_DEVICES,
    Place.STAFF_TEST_PRINT,
    Place.STAFF_TEST_SCAN,
    Place.STAFF_SETTINGS,
    Place.STAFF_ABOUT,
    Place.STAFF_POWER,
    Place.STAFF_TERMINAL,
    Place.STAFF_READY,
    Place.STAFF_TEST_TOUCH,
)
