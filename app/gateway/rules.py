"""Inbox rules in Graph: builds the calls. Translates; decides nothing."""

from dataclasses import dataclass

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from app.gateway.building import call_in, page_in
from app.gateway.operations import rules as operations
from app.gateway.pipeline import Pipeline
from app.gateway.translation.inbox_rules import rule_json, rule_patch_json
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.queries import Paging
from app.models.rule_input import NewRule, RulePatch

__all__ = ["RuleGateway", "RuleNow"]


class _Both(Struct):
    rule: Raw
    source: Raw


@dataclass(frozen=True, slots=True)
class RuleNow:
    """A rule as it is (`Rule`), and what a change of it is made of."""

    answer: Answer
    source: bytes


class RuleGateway:
    """Reads and changes the rules of an inbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_rules(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of rules (`RulePage`)."""
        query = [("$top", str(page.limit))]
        call = page_in(where, operations.LIST_RULES, query)
        return await self._pipeline.ask_page(call, page.cursor)

    async def get_rule(self, where: InMailbox, rule: str) -> Answer:
        """Return a rule (`Rule`)."""
        return await self._pipeline.ask(
            call_in(where, operations.GET_RULE, rule=rule)
        )

    async def look_at_rule(self, where: InMailbox, rule: str) -> RuleNow:
        """Return a rule as it is now."""
        answer = await self._pipeline.ask(
            call_in(where, operations.LOOK_AT_RULE, rule=rule)
        )
        both = msgspec.json.decode(answer.body, type=_Both)
        return RuleNow(Answer.of(both.rule), bytes(both.source))

    async def create_rule(self, where: InMailbox, wanted: NewRule) -> Answer:
        """Make a rule; return it (`Rule`)."""
        call = call_in(where, operations.CREATE_RULE)
        return await self._pipeline.ask(replace(call, body=rule_json(wanted)))

    async def update_rule(
        self, where: InMailbox, rule: str, patch: RulePatch, now: RuleNow
    ) -> Answer:
        """Change a rule that is like this now; return it (`Rule`)."""
        call = call_in(where, operations.UPDATE_RULE, rule=rule)
        body = rule_patch_json(patch, now.source)
        return await self._pipeline.ask(replace(call, body=body))

    async def delete_rule(self, where: InMailbox, rule: str) -> None:
        """Delete a rule."""
        await self._pipeline.ask(
            call_in(where, operations.DELETE_RULE, rule=rule)
        )
