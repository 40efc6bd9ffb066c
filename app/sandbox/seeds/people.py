"""The users of both tenants, and the people who write to them."""

from app.sandbox.seeds.accounts import Account, guest, member
from app.sandbox.tenants import CONTOSO, FABRIKAM

__all__ = ["ADA", "COLLEAGUES", "GRACE", "LINUS", "SUPPORT", "USERS"]

# They write from elsewhere and have no mailbox in the sandbox.
COLLEAGUES = (
    ("Tomasz Wilk", "tomasz.wilk@northwind.example"),
    ("Ines Moreau", "ines.moreau@northwind.example"),
    ("Bao Tran", "bao.tran@tailspin.example"),
    ("Fiona O'Shea", "fiona.oshea@tailspin.example"),
    ("Emre Çelik", "emre@woodgrove.example"),
    ("Søren Holm", "soren.holm@adventure-works.example"),
    ("Noa Peretz", "noa@litware.example"),
    ("Layla Haddad", "layla.haddad@litware.example"),
    ("田中 恵", "megumi.tanaka@wingtip.example"),
    ("Ольга Лебедева", "olga@proseware.example"),
)
SUPPORT_ADDRESS = "support@contoso.example"
ADA = member(
    CONTOSO,
    Account(
        name="ada",
        given="Ada",
        surname="Marlow",
        aliases=("ada.marlow",),
        job="Head of Engineering",
        department="Engineering",
        office="Berlin 4.12",
        phones=("+49 30 5550112",),
        zone="W. Europe Standard Time",
        locale="en-GB",
        may_send_as=(SUPPORT_ADDRESS,),
    ),
)
GRACE = member(
    CONTOSO,
    Account(
        name="grace",
        given="Grace",
        surname="Okafor",
        job="Product Manager",
        department="Product",
        office="Lisbon 2.03",
        zone="GMT Standard Time",
        locale="pt-PT",
        may_send_as=(SUPPORT_ADDRESS,),
    ),
)
SUPPORT = member(
    CONTOSO,
    Account(
        name="support",
        given="Customer",
        surname="Support",
        aliases=("help",),
        purpose="shared",
        zone="UTC",
        locale="en-US",
    ),
)
LINUS = member(
    FABRIKAM,
    Account(
        name="linus",
        given="Linus",
        surname="Ekström",
        job="Site Reliability Engineer",
        department="Operations",
        office="Stockholm",
        zone="FLE Standard Time",
        locale="sv-SE",
    ),
)
USERS = (
    ADA,
    GRACE,
    SUPPORT,
    guest(CONTOSO, *COLLEAGUES[0]),
    LINUS,
    guest(FABRIKAM, *COLLEAGUES[2]),
)
