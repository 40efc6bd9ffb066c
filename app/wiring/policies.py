"""The chain of policies, in the one order in which calls pass them."""

from random import uniform
from urllib.parse import urlsplit

from app.gateway.cache.writes import Writes
from app.gateway.calls import Send, chain
from app.gateway.cursors import CursorCodec
from app.gateway.pipeline import Pipeline, carry
from app.gateway.policies.attempt import AttemptTimeout, TraceAttempt
from app.gateway.policies.backoff import Backoff
from app.gateway.policies.breaker import Breaker
from app.gateway.policies.deadline import WithinDeadline
from app.gateway.policies.fallback import Fallback
from app.gateway.policies.foresight import Foresight
from app.gateway.policies.freshness import Lifetime
from app.gateway.policies.gate import Gate, LastLook
from app.gateway.policies.observe import TraceCall
from app.gateway.policies.permits import PermitPolicy
from app.gateway.policies.renewal import Kept
from app.gateway.policies.retry import Retry, RetryLimits
from app.gateway.policies.stopping import NothingNew
from app.gateway.policies.together import Together, Unpack
from app.gateway.policies.token import Token, TokenFirst
from app.gateway.policies.translate import Translator
from app.gateway.policies.upload_bytes import UploadBytes
from app.gateway.policies.worthwhile import Worthwhile
from app.settings import BreakerMode
from app.transport.graph import GraphTransport
from app.wiring.parts import Parts

__all__ = ["build_breaker", "build_pipeline", "live_chain"]


def build_breaker(parts: Parts) -> Breaker:
    """Return the breaker, which health and operators look at too."""
    return Breaker(
        parts.circuits,
        parts.clock,
        parts.telemetry,
        observes_only=parts.settings.breaker.mode is BreakerMode.OBSERVE,
    )


def build_gate(parts: Parts) -> Gate:
    """Return the gate; what it knows is in the parts."""
    return Gate(
        parts.gates,
        longest_wait=parts.settings.retry.max_retry_after,
        clock=parts.clock,
        telemetry=parts.telemetry,
    )


def live_chain(parts: Parts, breaker: Breaker) -> Send:
    """Return the way to Graph: each policy wraps those below it."""
    settings, clock = parts.settings, parts.clock
    telemetry, timeouts = parts.telemetry, parts.settings.timeouts
    backoff = Backoff(
        base=settings.retry.base_delay,
        cap=settings.retry.max_delay,
        uniform=uniform,
    )
    retry_limits = RetryLimits(
        attempts=settings.retry.attempts,
        longest_wait=settings.retry.max_retry_after,
    )
    transport = GraphTransport(
        parts.network,
        settings.graph_url,
        clock=clock,
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.long_attempt,
    )
    return chain(
        [
            Together(clock),
            WithinDeadline(parts.stopping),
            Retry(
                backoff,
                retry_limits,
                budgets=parts.budgets,
                clock=clock,
                telemetry=telemetry,
            ),
            TokenFirst(parts.rights, clock, telemetry),
            build_gate(parts),
            UploadBytes(
                settings.limits.mailbox_upload_bytes,
                settings.limits.mailbox_upload_window,
                clock,
                telemetry,
            ),
            PermitPolicy(parts.permits, clock, telemetry),
            breaker,
            Token(parts.rights, clock, telemetry),
            Unpack(clock),
            LastLook(parts.gates),
            Worthwhile(parts.vitals),
            NothingNew(parts.stopping),
            TraceAttempt(
                urlsplit(settings.graph_url).hostname or "",
                vitals=parts.vitals,
                clock=clock,
                telemetry=telemetry,
                tells_trace=settings.graph_trace_context,
            ),
            AttemptTimeout(
                normal=timeouts.attempt, long=timeouts.long_attempt
            ),
        ],
        carry(transport),
    )


def build_pipeline(parts: Parts, live: Send, breaker: Breaker) -> Pipeline:
    """Return the whole chain, outermost first."""
    cursors = CursorCodec(parts.keys, parts.settings.graph_url)
    cache = parts.settings.cache
    return Pipeline(
        TraceCall(parts.clock, parts.telemetry, parts.failures),
        answers=Fallback(
            Translator(live, cursors),
            Kept(
                store=parts.store,
                writes=Writes(),
                flights=parts.flights,
                refreshes=parts.refreshes,
                most=Lifetime(
                    fresh=cache.fresh,
                    revalidate=cache.revalidate,
                    stale=cache.stale,
                ),
                uniform=parts.uniform,
            ),
            Foresight(build_gate(parts), breaker),
            clock=parts.clock,
            telemetry=parts.telemetry,
        ),
        live=live,
        cursors=cursors,
    )
