"""How much time a request to Graph needs to be worth sending. Pure."""

from app.gateway.vitals import VitalSigns

__all__ = ["LONGEST", "least_time"]

LONGEST = 1.0
"""More seconds than this are always enough."""

_SHARE = 0.5
_FEWEST = 20


def least_time(signs: VitalSigns) -> float:
    """Return the seconds below which a request is not worth sending.

    Half of what Graph takes as a rule (SRE book, "deadline propagation"), but
    a second at most: otherwise a slow spell would lock out those in a hurry.
    Nothing, as long as too little is known.
    """
    if signs.p50 is None or signs.requests < _FEWEST:
        return 0.0
    return min(LONGEST, signs.p50 * _SHARE)
