"""The rooms of Contoso, in two buildings.

Each has a mailbox, whose calendar says whether it is free. They are not
among the users that a list of the directory gives.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid5

from app.sandbox.seeds.accounts import NAMESPACE, Account, member
from app.sandbox.state.directory import User
from app.sandbox.state.places import Place
from app.sandbox.tenants import CONTOSO

__all__ = ["HAVEL", "PLACES", "ROOMS", "SINTRA", "SPREE", "TEJO"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    name: str
    label: str
    city: str
    country: str
    zone: str
    locale: str
    at: tuple[float, float]

    @property
    def address(self) -> str:
        return f"{self.name}-rooms@{CONTOSO.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    name: str
    label: str
    building: _Building
    floor: int
    capacity: int
    video: str | None = None
    accessible: bool = True
    tags: tuple[str, ...] = ()


BERLIN = _Building(
    name="berlin",
    label="Berlin Office",
    city="Berlin",
    country="Germany",
    zone="W. Europe Standard Time",
    locale="en-GB",
    at=(52.5206, 13.4098),
)
LISBON = _Building(
    name="lisbon",
    label="Lisbon Office",
    city="Lisbon",
    country="Portugal",
    zone="GMT Standard Time",
    locale="pt-PT",
    at=(38.7078, -9.1366),
)
_ROOMS = (
    _Room(
        name="spree",
        label="4.12",
        building=BERLIN,
        floor=4,
        capacity=12,
        video="Logitech Rally",
        tags=("whiteboard", "video"),
    ),
    _Room(name="havel", label="4.14", building=BERLIN, floor=4, capacity=4),
    _Room(
        name="tejo",
        label="2.03",
        building=LISBON,
        floor=2,
        capacity=20,
        video="Poly Studio",
        tags=("video",),
    ),
    _Room(
        name="sintra",
        label="2.05",
        building=LISBON,
        floor=2,
        capacity=6,
        accessible=False,
    ),
)


def _user(room: _Room) -> User:
    account = Account(
        name=room.name,
        given=room.name.capitalize(),
        surname=room.label,
        zone=room.building.zone,
        locale=room.building.locale,
        purpose="room",
    )
    return replace(member(CONTOSO, account), listed=False)


def _address(building: _Building) -> dict[str, Any]:
    return {
        "street": None,
        "city": building.city,
        "state": None,
        "postalCode": None,
        "countryOrRegion": building.country,
    }


def _place(building: _Building, email: str, name: str) -> dict[str, Any]:
    latitude, longitude = building.at
    return {
        "id": str(uuid5(NAMESPACE, f"place:{email}")),
        "emailAddress": email,
        "displayName": name,
        "address": _address(building),
        "geoCoordinates": {"latitude": latitude, "longitude": longitude},
        "phone": None,
    }


def _list_of(building: _Building) -> Place:
    return Place(
        tenant=CONTOSO.id,
        address=building.address,
        properties=_place(building, building.address, building.label),
    )


def _room(room: _Room, user: User) -> Place:
    name = str(user.properties["displayName"])
    about = {
        "nickname": room.name.capitalize(),
        "label": room.label,
        "capacity": room.capacity,
        "building": room.building.label,
        "floorNumber": room.floor,
        "floorLabel": str(room.floor),
        "isWheelChairAccessible": room.accessible,
        "bookingType": "standard",
        "tags": list(room.tags),
        "audioDeviceName": None,
        "videoDeviceName": room.video,
        "displayDeviceName": None,
    }
    return Place(
        tenant=CONTOSO.id,
        address=user.address,
        properties=_place(room.building, user.address, name) | about,
        building=room.building.address,
    )


ROOMS = tuple(_user(room) for room in _ROOMS)
SPREE, HAVEL, TEJO, SINTRA = ROOMS
PLACES = (
    _list_of(BERLIN),
    _list_of(LISBON),
    *(_room(room, user) for room, user in zip(_ROOMS, ROOMS, strict=True)),
)
