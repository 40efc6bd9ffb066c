"""The contacts that a new sandbox holds: plausible ones, and odd ones."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from app.sandbox.seeds.people import COLLEAGUES
from app.sandbox.state.mailbox import Mailbox

__all__ = ["add_contacts"]

GIVEN = (
    *("Amara", "Anton", "Beatriz", "Chiara", "Dariusz", "Elif", "Felix"),
    *("Greta", "Hugo", "Ivana", "Jonas", "Katalin", "Lucía", "Mateo"),
    *("Nadia", "Oskar", "Paula", "Quentin", "Rosa", "Stellan", "Tilda"),
)
SURNAMES = (
    *("Abara", "Bianchi", "Costa", "Dvořák", "Eriksen", "Fontaine"),
    *("Garcia", "Haas", "Ivanova", "Jansen", "Kowalski", "Lindqvist"),
    *("Moretti", "Novák", "Oliveira", "Petrov", "Quintana", "Rossi"),
)
COMPANIES = (
    ("Northwind Traders", "northwind.example"),
    ("Tailspin Toys", "tailspin.example"),
    ("Litware", "litware.example"),
    ("Adventure Works", "adventure-works.example"),
)
JOBS = (
    *("Account Manager", "Buyer", "Designer", "Engineer", "Head of Sales"),
    *("Lawyer", "Project Manager", None),
)
CITIES = (
    ("Torstraße 1", "Berlin", "10119", "Germany"),
    ("Rua Augusta 24", "Lisboa", "1100-053", "Portugal"),
    ("12 Rue Oberkampf", "Paris", "75011", "France"),
    ("500 Pine Street", "Seattle", "98101", "United States"),
)
FOLDERS = ("Suppliers", "Familie & Freunde")
# Of every ten contacts two lie in these.
FOLDER_OF = dict(enumerate(FOLDERS, 8))
ODD: tuple[dict[str, Any], ...] = (
    {"emailAddresses": [{"name": "x@y.example", "address": "x@y.example"}]},
    {"companyName": "A company and nobody in it"},
    {"givenName": "Nameless", "surname": None, "displayName": None},
    {
        "givenName": "Old",
        "surname": "System",
        "emailAddresses": [
            {"name": "Old System", "address": "/o=ExchangeLabs/cn=OLD"},
            {"name": "Lost its address"},
        ],
    },
    {"givenName": "恵", "surname": "田中", "yomiGivenName": "めぐみ"},
    {"displayName": "Ольга Лебедева", "givenName": "Ольга"},
    {"displayName": "فاطمة الزهراء", "givenName": "فاطمة"},
    {
        "displayName": "Robert'); DROP TABLE contacts;--",
        "givenName": "Robert",
        "personalNotes": "A line\nand <b>another</b>.\n\u202eesrever",
    },
    {
        "givenName": "Leap",
        "surname": "Day",
        # Outlook's year for birthdays of which nobody knows it.
        "birthday": "1604-02-29T11:59:00Z",
        "emailAddresses": [],
        "personalNotes": None,
    },
)


def add_contacts(mailbox: Mailbox, anchor: datetime) -> None:
    """Put forty contacts and two folders into a mailbox, and odd ones."""
    dice = random.Random(mailbox.address)
    book = mailbox.contacts
    folders = {name: book.add_folder(name, name) for name in FOLDERS}
    for number, properties in enumerate(_plausible(dice)):
        folder = FOLDER_OF.get(number % 10)
        made = anchor - timedelta(days=400 - 9 * number)
        book.create(
            properties,
            folder=folders[folder] if folder else book.default,
            now=made,
        )
    for number, properties in enumerate(ODD):
        made = anchor - timedelta(days=40 - number)
        book.create(properties, folder=book.default, now=made)


def _plausible(dice: random.Random) -> Iterator[dict[str, Any]]:
    for name, address in COLLEAGUES:
        given, _, surname = name.partition(" ")
        company = next(
            (c for c, host in COMPANIES if address.endswith(host)), None
        )
        yield {
            "givenName": given,
            "surname": surname,
            "displayName": name,
            "companyName": company,
            "emailAddresses": [{"name": name, "address": address}],
        }
    for number in range(30):
        given = GIVEN[number % len(GIVEN)]
        surname = SURNAMES[(7 * number) % len(SURNAMES)]
        yield _contact(given, surname, dice)


def _contact(given: str, surname: str, dice: random.Random) -> dict[str, Any]:
    company, host = dice.choice(COMPANIES)
    name = f"{given} {surname}"
    address = f"{given}.{surname}@{host}".lower()
    contact: dict[str, Any] = {
        "givenName": given,
        "surname": surname,
        "companyName": company,
        "jobTitle": dice.choice(JOBS),
        "emailAddresses": [{"name": name, "address": address}],
        "businessPhones": [f"+49 30 555{dice.randrange(10**4):04}"],
        "businessAddress": _address(dice),
    }
    if _chance(dice, 0.5):
        contact["mobilePhone"] = f"+49 151 555{dice.randrange(10**5):05}"
    if _chance(dice, 0.3):
        contact["homePhones"] = [f"+49 89 555{dice.randrange(10**4):04}"]
        contact["homeAddress"] = _address(dice)
    if _chance(dice, 0.4):
        day = date(1960, 1, 1) + timedelta(days=dice.randrange(15_000))
        contact["birthday"] = f"{day}T11:59:00Z"
    if _chance(dice, 0.3):
        contact["categories"] = [dice.choice(("Blue category", "Aurora"))]
    return contact


def _address(dice: random.Random) -> dict[str, str]:
    street, city, code, country = dice.choice(CITIES)
    return {
        "street": street,
        "city": city,
        "postalCode": code,
        "countryOrRegion": country,
    }


def _chance(dice: random.Random, probability: float) -> bool:
    return dice.random() < probability
