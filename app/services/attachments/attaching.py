"""Attach to drafts, so that each thing is attached once."""

from collections.abc import Awaitable, Callable, Collection

import msgspec
from msgspec.structs import replace

from app.clock import Clock, Deadline
from app.gateway.attachments import AttachmentGateway
from app.gateway.mail import MailGateway
from app.gateway.uploads import UploadGateway, UploadSession
from app.models.answers import Answer
from app.models.attaching import IncomingFile, ItemToAdd
from app.models.context import InMailbox
from app.models.mail import Attachment, Message
from app.problems.errors import ExchangeError, Outcome
from app.problems.graph_failures import GraphUnavailable
from app.problems.refusals import PayloadTooLarge
from app.problems.resources import Conflict
from app.services.attachments.attached import (
    Fits,
    is_file,
    is_item,
    new,
    told,
    told_by,
)
from app.services.attachments.pieces import LARGEST_FILE, LARGEST_POST, whole
from app.services.attachments.uploads import Upload
from app.services.doubt import Doubtful, watch
from app.services.once import Attempt, Intent, Once

__all__ = ["AttachingService"]

_TO_END = 5.0


class AttachingService:
    """Attaches files, by a session if they are large, and messages.

    What is attached is told by the list of the draft's attachments: it is
    read before and, if an answer is lost, after, so that nothing is attached
    twice.
    """

    def __init__(
        self,
        attachments: AttachmentGateway,
        uploads: UploadGateway,
        mail: MailGateway,
        *,
        once: Once,
        clock: Clock,
    ) -> None:
        self._attachments = attachments
        self._uploads = uploads
        self._mail = mail
        self._once = once
        self._clock = clock

    async def attach_file(
        self,
        where: InMailbox,
        message: str,
        file: IncomingFile,
        intent: Intent,
    ) -> Answer:
        """Attach a file once; return what is known of it (`Attachment`).

        Raises:
            PayloadTooLarge: It is larger than Exchange takes.
            Conflict: The message is no draft.
            ExchangeError: It is not attached (``outcome`` not_performed), or
                it could not be found out (unknown).
        """
        if file.size is not None and file.size > LARGEST_FILE:
            raise PayloadTooLarge("A file may have 150 MB at most.")

        async def work(attempt: Attempt) -> Answer:
            fits = is_file(file)
            if found := await self._earlier(where, message, attempt, fits):
                return told(found)
            known = attempt.notes["known"]
            if file.size is None or file.size <= LARGEST_POST:
                content = await whole(file.content, LARGEST_POST)

                async def attach() -> Answer:
                    return await self._attachments.attach_file(
                        where, message, file, content
                    )

                return await self._attach(where, message, attach, known, fits)
            return await self._upload(where, message, file, known)

        return await self._once.run(where.context, intent, work, is_noted=True)

    async def attach_message(
        self, where: InMailbox, message: str, item: ItemToAdd, intent: Intent
    ) -> Answer:
        """Put a message into a draft, once (`Attachment`).

        Raises:
            ExchangeError: As for `attach_file`.
        """

        async def work(attempt: Attempt) -> Answer:
            fits = is_item(item.name)
            if found := await self._earlier(where, message, attempt, fits):
                return told(found)
            known = attempt.notes["known"]
            other = await self._attachments.read_to_embed(
                where, item.message_id
            )

            async def attach() -> Answer:
                return await self._attachments.attach_message(
                    where, message, other, item.name
                )

            return await self._attach(where, message, attach, known, fits)

        return await self._once.run(where.context, intent, work, is_noted=True)

    async def _earlier(
        self, where: InMailbox, message: str, attempt: Attempt, fits: Fits
    ) -> Attachment | None:
        """Return what an earlier attempt has attached.

        The first one notes what is attached already.
        """
        if attempt.may_be_done:
            known = attempt.notes["known"]
            return await self._find(where, message, known, fits)
        now = await self._of_draft(where, message)
        await attempt.note(known=[one["id"] for one in now])
        return None

    async def _of_draft(
        self, where: InMailbox, message: str
    ) -> list[Attachment]:
        """Return what is attached to a draft now."""
        answer = await self._mail.look_at_message(where, message)
        found = msgspec.json.decode(answer.body, type=Message)
        if not found["is_draft"]:
            raise Conflict("Only drafts can be attached to.")
        return found["attachments"]

    async def _attach(
        self,
        where: InMailbox,
        message: str,
        attach: Callable[[], Awaitable[Answer]],
        known: Collection[str],
        fits: Fits,
    ) -> Answer:
        """Attach; if that ends without an answer, look before repeating."""

        async def act() -> Answer:
            return told_by(await attach())

        async def look() -> Answer | None:
            found = new(await self._of_draft(where, message), known, fits)
            return told(found) if found else None

        return await Doubtful(act, look).settle(
            self._clock, where.context.deadline
        )

    async def _upload(
        self,
        where: InMailbox,
        message: str,
        file: IncomingFile,
        known: Collection[str],
    ) -> Answer:
        session = await self._uploads.open(where, message, file)
        upload = Upload(
            self._uploads, self._clock, where, session, file.size or 0
        )
        fits = is_file(file)
        try:
            await upload.send_all(file.content)
        except ExchangeError as error:
            if upload.may_be_done:
                found = await self._find_after(where, message, known, fits)
                if found:
                    return told(found)
            await self._end(where, session)
            is_open = upload.may_be_done and error.outcome is Outcome.UNKNOWN
            raise error.with_outcome(
                Outcome.UNKNOWN if is_open else Outcome.NOT_PERFORMED
            ) from error
        except BaseException:
            # The caller has left: nobody will send the rest.
            await self._end(where, session)
            raise
        found = await self._find_after(where, message, known, fits)
        if found is None:
            raise GraphUnavailable(
                "The file is attached, but not to be seen yet.",
                outcome=Outcome.PERFORMED,
            )
        return told(found)

    async def _find_after(
        self,
        where: InMailbox,
        message: str,
        known: Collection[str],
        fits: Fits,
    ) -> Attachment | None:
        """Return what was attached, None if it cannot be seen."""
        try:
            return await self._find(where, message, known, fits)
        except ExchangeError:
            return None

    async def _find(
        self,
        where: InMailbox,
        message: str,
        known: Collection[str],
        fits: Fits,
    ) -> Attachment | None:
        async def look() -> Attachment | None:
            return new(await self._of_draft(where, message), known, fits)

        return await watch(look, self._clock, where.context.deadline)

    async def _end(self, where: InMailbox, session: UploadSession) -> None:
        """Leave no session behind, if possible; Graph ends it some day."""
        deadline = Deadline(self._clock, _TO_END)
        context = replace(where.context, deadline=deadline)
        try:
            await self._uploads.end(replace(where, context=context), session)
        except ExchangeError:
            return
