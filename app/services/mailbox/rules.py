"""What callers can do with inbox rules."""

from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from app.clock import Clock
from app.gateway.folders import FolderGateway
from app.gateway.rules import RuleGateway, RuleNow
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.mail import WellKnown
from app.models.queries import Paging
from app.models.rule_input import ActionsInput, NewRule, RulePatch
from app.models.rules import Rule, RulePage
from app.problems.errors import FieldError
from app.problems.graph_failures import GraphMalformedResponse
from app.problems.refusals import InvalidRequest
from app.problems.resources import Conflict, PreconditionFailed
from app.services.doubt import Doubtful
from app.services.mailbox.rule_likeness import is_like
from app.services.once import Attempt, Intent, Once
from app.services.removal import remove

__all__ = ["RuleService"]

_FOLDERS = ("copy_to_folder", "move_to_folder")
_LONGEST_PAGE = 100
# More than any mailbox has; some list may have no end.
_MOST_PAGES = 50


class RuleService:
    """Reads, makes, changes and deletes inbox rules."""

    def __init__(
        self,
        rules: RuleGateway,
        folders: FolderGateway,
        once: Once,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._folders = folders
        self._once = once
        self._clock = clock

    async def list_rules(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of rules (`RulePage`)."""
        return await self._rules.list_rules(where, page)

    async def get_rule(self, where: InMailbox, rule: str) -> Answer:
        """Return a rule (`Rule`)."""
        return await self._rules.get_rule(where, rule)

    async def create_rule(
        self, where: InMailbox, wanted: NewRule, intent: Intent
    ) -> Answer:
        """Make a rule, once; return it (`Rule`)."""

        async def work(attempt: Attempt) -> Answer:
            actions = await self._placed(where, wanted.actions)
            new = wanted.model_copy(update={"actions": actions})

            async def make() -> Answer:
                return await self._rules.create_rule(where, new)

            async def look() -> Answer | None:
                return await self._alike(where.live(), new)

            answer = await Doubtful(make, look).settle(
                self._clock,
                where.context.deadline,
                is_in_doubt=attempt.may_be_done,
            )
            made = msgspec.json.decode(answer.body, type=Rule)
            return replace(answer, created=made["id"], delivery=None)

        return await self._once.run(where.context, intent, work)

    async def update_rule(
        self, where: InMailbox, rule: str, patch: RulePatch, etag: str | None
    ) -> Answer:
        """Change a rule, if it still has the entity tag; return it.

        Raises:
            Conflict: It cannot be changed from here.
            PreconditionFailed: It has another entity tag.
        """
        now = await self._writable(where, rule, etag)
        if "actions" in patch.model_fields_set:
            actions = await self._placed(where, patch.actions)
            patch = patch.model_copy(update={"actions": actions})
        return await self._rules.update_rule(where, rule, patch, now)

    async def delete_rule(
        self, where: InMailbox, rule: str, etag: str | None
    ) -> None:
        """Delete a rule, if it has the entity tag.

        Raises:
            Conflict: It cannot be deleted from here.
            PreconditionFailed: It has another entity tag.
        """
        await self._writable(where, rule, etag)

        async def delete() -> None:
            await self._rules.delete_rule(where, rule)

        await remove(delete)

    async def _writable(
        self, where: InMailbox, rule: str, etag: str | None
    ) -> RuleNow:
        now = await self._rules.look_at_rule(where, rule)
        if etag not in {None, now.answer.etag}:
            raise PreconditionFailed
        if msgspec.json.decode(now.answer.body, type=Rule)["is_read_only"]:
            raise Conflict("The rule can be changed in Outlook only.")
        return now

    async def _placed(
        self, where: InMailbox, actions: ActionsInput
    ) -> ActionsInput:
        """Return actions with ids in place of folders' well-known names."""
        named = {
            name: folder
            for name in _FOLDERS
            if (folder := getattr(actions, name)) in get_args(WellKnown)
        }
        if not named:
            return actions
        answer = await self._folders.well_known_folders(where)
        ids = msgspec.json.decode(answer.body, type=dict[str, str])
        missing = [name for name, folder in named.items() if folder not in ids]
        if missing:
            detail = "the mailbox has no such folder"
            raise InvalidRequest.because(
                [
                    FieldError(pointer=f"#/body/actions/{name}", detail=detail)
                    for name in missing
                ]
            )
        found: dict[str, Any] = {n: ids[f] for n, f in named.items()}
        return actions.model_copy(update=found)

    async def _alike(self, where: InMailbox, wanted: NewRule) -> Answer | None:
        """Return the rule that is as wanted, if there is one."""
        page = Paging(limit=_LONGEST_PAGE)
        for _ in range(_MOST_PAGES):
            answer = await self._rules.list_rules(where, page)
            found = msgspec.json.decode(answer.body, type=RulePage)
            for rule in found["items"]:
                if is_like(rule, wanted):
                    return Answer.of(rule)
            if found["next_cursor"] is None:
                return None
            page = Paging(limit=_LONGEST_PAGE, cursor=found["next_cursor"])
        raise GraphMalformedResponse("The list of rules has no end.")
