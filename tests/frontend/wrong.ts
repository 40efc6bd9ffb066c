// What must not compile. Each line that is expected to be wrong and is not
// makes the compiler fail.
import { api, mailbox } from "./client.js";

const path = { mailbox };

// @ts-expect-error - there is no such path
void api.GET("/v1/mailboxes/{mailbox}/letters", { params: { path } });

// @ts-expect-error - the mailbox is missing
void api.GET("/v1/mailboxes/{mailbox}/messages");

void api.GET("/v1/mailboxes/{mailbox}/messages", {
  // @ts-expect-error - a number is no text
  params: { path, query: { limit: "ten" } },
});

void api.GET("/v1/mailboxes/{mailbox}/messages", {
  // @ts-expect-error - there is no such parameter
  params: { path, query: { foldr: "inbox" } },
});

void api.POST("/v1/mailboxes/{mailbox}/sends", {
  params: { path },
  // @ts-expect-error - a recipient needs an address
  body: { to: [{ name: "Grace" }] },
});

void api.PATCH("/v1/mailboxes/{mailbox}/sends/{send}", {
  params: { path: { mailbox, send: "0f9c" } },
  // @ts-expect-error - a time is text, or null for now
  body: { send_at: 1766563200 },
});

void api.PATCH("/v1/mailboxes/{mailbox}/messages/{message}", {
  params: { path: { mailbox, message: "AAk" } },
  // @ts-expect-error - a flag is none, flagged or complete
  body: { flag: { status: "someday" } },
});

void api.POST("/v1/mailboxes/{mailbox}/events", {
  params: { path },
  // @ts-expect-error - an event ends
  body: { subject: "Endless", start: { date: "2026-11-23" } },
});

void api.POST("/v1/mailboxes/{mailbox}/contacts", {
  params: { path },
  // @ts-expect-error - there is no such kind of phone
  body: { phones: [{ kind: "satellite", number: "+1 555 0100" }] },
});

const answer = await api.GET("/v1/mailboxes");
// @ts-expect-error - it may be a problem instead
answer.data.items;
