// A walk through mail, as a frontend takes it.
import { api, check, got, mailbox } from "./client.js";
import type { Problem, Schemas } from "./client.js";

const { items: mailboxes } = got(await api.GET("/v1/mailboxes"));
check(mailboxes.some((one) => one.address === mailbox), "mailboxes are listed");

const ids = new Set<string>();
let cursor: string | null = null;
do {
  const page: Schemas["MessagePage"] = got(
    await api.GET("/v1/mailboxes/{mailbox}/messages", {
      params: {
        path: { mailbox },
        query: { folder: "inbox", limit: 100, ...(cursor && { cursor }) },
      },
    }),
  );
  page.items.forEach((message) => ids.add(message.id));
  cursor = page.next_cursor;
} while (cursor !== null);
const inbox = got(
  await api.GET("/v1/mailboxes/{mailbox}/folders/{folder}", {
    params: { path: { mailbox, folder: "inbox" } },
  }),
);
check(ids.size === inbox.total_count, "pages lead through a whole folder");

const path = { mailbox, message: [...ids][0] ?? "" };
const one = await api.GET("/v1/mailboxes/{mailbox}/messages/{message}", {
  params: { path, query: { body: "text" } },
});
const message = got(one);
check(message.body?.format === "text", "a body comes as text");
const freshness = one.response.headers.get("Exchange-Freshness");
check(freshness === "fresh", "an answer tells how fresh it is");

const changed = await api.PATCH("/v1/mailboxes/{mailbox}/messages/{message}", {
  params: { path, header: { "If-Match": one.response.headers.get("ETag") ?? "" } },
  body: { is_read: !message.is_read, flag: { status: "flagged" } },
});
check(got(changed).flag.status === "flagged", "a message is changed");

const again = await api.PATCH("/v1/mailboxes/{mailbox}/messages/{message}", {
  params: { path, header: { "If-Match": one.response.headers.get("ETag") ?? "" } },
  body: { is_read: message.is_read },
});
check(again.error?.code === "precondition-failed", "not over others' changes");

const send = () =>
  api.POST("/v1/mailboxes/{mailbox}/sends", {
    params: {
      path: { mailbox },
      header: { "Idempotency-Key": "3f0cf1d2-4a0b-4a4e-9c66-0d6c2f9e6f10" },
    },
    body: {
      to: [{ address: "grace@contoso.example" }],
      subject: "From TypeScript",
      body: { format: "text", content: "At noon." },
    },
  });
const sent = got(await send());
const repeated = await send();
check(got(repeated).message_id === sent.message_id, "mail is sent once");
const replayed = repeated.response.headers.get("Idempotent-Replayed");
check(replayed === "true", "a repeated request says that it is one");

const later = await api.POST("/v1/mailboxes/{mailbox}/sends", {
  params: { path: { mailbox }, header: { Prefer: "respond-async" } },
  body: {
    to: [{ address: "grace@contoso.example" }],
    subject: "Next month",
    send_at: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  },
});
const waiting: Schemas["Send"] = got(later);
const followed = { path: { mailbox, send: waiting.id } };
const place = later.response.headers.get("Location") ?? "";
check(later.response.status === 202, "what is sent later is promised");
check(place.endsWith(`/sends/${waiting.id}`), "and can be followed");
const scheduled = await api.PATCH("/v1/mailboxes/{mailbox}/sends/{send}", {
  params: followed,
  body: { send_at: new Date(Date.now() + 86_400_000).toISOString() },
});
check(got(scheduled).status === "queued", "it is scheduled anew");
const taken = await api.DELETE("/v1/mailboxes/{mailbox}/sends/{send}", {
  params: followed,
});
check(taken.response.status === 204, "and is taken back");
const end = await api.GET("/v1/mailboxes/{mailbox}/sends/{send}", {
  params: followed,
});
check(got(end).status === "cancelled", "and stays so");

const nobody = await api.GET("/v1/mailboxes/{mailbox}", {
  params: { path: { mailbox: "nobody@contoso.example" } },
});
const problem: Problem | undefined = nobody.error;
check(problem?.code === "mailbox-not-found", "a problem has its type");
