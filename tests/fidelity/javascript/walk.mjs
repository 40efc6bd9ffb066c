// Microsoft's client for JavaScript, as browsers and servers use it.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Client,
  FileUpload,
  GraphError,
  HTTPMessageHandler,
  LargeFileUploadTask,
  PageIterator,
  RedirectHandler,
  RedirectHandlerOptions,
  RetryHandler,
  RetryHandlerOptions,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";

const { GRAPH_URL, GRAPH_TOKEN } = process.env;
const ADA = "/users/ada@contoso.example";
const GRACE = "grace@contoso.example";
const IMMUTABLE = 'IdType="ImmutableId"';

// The library knows Graph by https only: the sandbox is told so, and is asked
// over http. The token goes to Graph, not to the upload host. The rest of the
// chain is what the library uses by default.
class Enter {
  setNext(next) {
    this.next = next;
  }

  async execute(context) {
    const headers = new Headers(context.options.headers);
    headers.set("X-Forwarded-Proto", "https");
    if (new URL(context.request).pathname.startsWith("/v1.0/")) {
      headers.set("Authorization", `Bearer ${GRAPH_TOKEN}`);
    }
    context.options.headers = Object.fromEntries(headers);
    context.request = context.request.replace("https:", "http:");
    await this.next.execute(context);
  }
}

const chain = [
  new Enter(),
  new RetryHandler(new RetryHandlerOptions()),
  new RedirectHandler(new RedirectHandlerOptions()),
  new TelemetryHandler(),
  new HTTPMessageHandler(),
];
chain.reduce((one, next) => (one.setNext(next), next));
const client = Client.initWithMiddleware({
  middleware: chain[0],
  baseUrl: `${GRAPH_URL.replace("http:", "https:")}/`,
});

const letter = (subject) => ({
  subject,
  body: { contentType: "html", content: "<p>As discussed.</p>" },
  toRecipients: [{ emailAddress: { address: GRACE } }],
});
const path = (kind, id) => `${ADA}/${kind}/${encodeURIComponent(id)}`;
const draft = (subject) =>
  client.api(`${ADA}/messages`).header("Prefer", IMMUTABLE).post(letter(subject));

async function control(where, body, method = body ? "POST" : "GET") {
  const answer = await fetch(`${GRAPH_URL}/_sandbox${where}`, {
    method,
    body: body && JSON.stringify(body),
  });
  return answer.status === 204 ? null : answer.json();
}

async function all(page) {
  const found = [];
  await new PageIterator(client, page, (one) => found.push(one)).iterate();
  return found;
}

test("messages are paged to the end", async () => {
  const inbox = await client.api(`${ADA}/mailFolders/inbox`).get();
  const page = await client
    .api(`${ADA}/mailFolders/inbox/messages`)
    .select("subject")
    .top(50)
    .get();
  const found = await all(page);

  assert.ok(page["@odata.nextLink"]);
  assert.equal(found.length, inbox.totalItemCount);
  assert.equal(new Set(found.map((one) => one.id)).size, found.length);
});

test("messages are filtered, sorted, counted and searched", async () => {
  const since = "2020-01-01T00:00:00Z";
  const unread = await client
    .api(`${ADA}/messages`)
    .filter(`receivedDateTime ge ${since} and isRead eq false`)
    .orderby("receivedDateTime desc")
    .count(true)
    .top(5)
    .get();
  const searched = await client.api(`${ADA}/messages`).search('"agenda"').get();

  assert.ok(unread.value.every((one) => one.isRead === false));
  assert.ok(unread["@odata.count"] >= unread.value.length);
  assert.ok(searched.value.length > 0);
});

test("a message is read with text, attachments and MIME", async () => {
  const { value } = await client
    .api(`${ADA}/messages`)
    .filter("hasAttachments eq true")
    .top(1)
    .get();
  const message = await client
    .api(path("messages", value[0].id))
    .header("Prefer", 'outlook.body-content-type="text"')
    .expand("attachments")
    .get();
  const mime = await client.api(`${path("messages", value[0].id)}/$value`).get();

  assert.equal(message.body.contentType, "text");
  assert.ok(message.attachments.length > 0);
  assert.ok(mime);
});

test("a draft is changed, sent and found in Sent Items", async () => {
  const made = await draft("From JavaScript");
  const changed = await client
    .api(path("messages", made.id))
    .header("Prefer", IMMUTABLE)
    .patch({ subject: "From JavaScript, changed", importance: "high" });
  assert.equal(changed.subject, "From JavaScript, changed");
  await client.api(`${path("messages", made.id)}/send`).post(null);
  const { value } = await client
    .api(`${ADA}/mailFolders/sentitems/messages`)
    .filter("subject eq 'From JavaScript, changed'")
    .get();

  assert.equal(value.length, 1);
  assert.equal(value[0].isDraft, false);
});

test("mail is sent at once", async () => {
  await client
    .api(`${ADA}/sendMail`)
    .post({ message: letter("At once, from JavaScript"), saveToSentItems: true });
  const { value } = await client
    .api(`${ADA}/mailFolders/sentitems/messages`)
    .filter("subject eq 'At once, from JavaScript'")
    .get();

  assert.equal(value.length, 1);
});

test("a message is answered, moved, copied and deleted", async () => {
  const made = await draft("To be moved");
  const where = path("messages", made.id);
  const inbox = await client.api(`${ADA}/mailFolders/inbox/messages`).top(1).get();
  const reply = await client
    .api(`${path("messages", inbox.value[0].id)}/createReply`)
    .post({ comment: "Thank you." });
  assert.equal(reply.isDraft, true);
  const moved = await client
    .api(`${where}/move`)
    .header("Prefer", IMMUTABLE)
    .post({ destinationId: "archive" });
  assert.equal(moved.id, made.id);
  const copy = await client
    .api(`${where}/copy`)
    .header("Prefer", IMMUTABLE)
    .post({ destinationId: "inbox" });
  assert.notEqual(copy.id, made.id);
  await client.api(where).delete();
  await client.api(path("messages", copy.id)).delete();
});

test("folders are made, renamed, moved and deleted", async () => {
  const made = await client
    .api(`${ADA}/mailFolders/inbox/childFolders`)
    .post({ displayName: "JavaScript" });
  const named = await client
    .api(path("mailFolders", made.id))
    .patch({ displayName: "TypeScript" });
  assert.equal(named.displayName, "TypeScript");
  await client
    .api(`${path("mailFolders", made.id)}/move`)
    .post({ destinationId: "archive" });
  await client.api(path("mailFolders", made.id)).delete();
});

test("attachments are added, small and in pieces", async () => {
  const made = await draft("With files");
  const where = `${path("messages", made.id)}/attachments`;
  await client.api(where).post({
    "@odata.type": "#microsoft.graph.fileAttachment",
    name: "small.txt",
    contentBytes: Buffer.from("small").toString("base64"),
  });
  const size = 5 * 1024 * 1024 + 17;
  const content = Buffer.alloc(size, "exchange");
  const session = await LargeFileUploadTask.createUploadSession(
    client,
    `${where}/createUploadSession`,
    { AttachmentItem: { attachmentType: "file", name: "large.bin", size } },
  );
  const ranges = [];
  const task = new LargeFileUploadTask(
    client,
    new FileUpload(content, "large.bin", size),
    session,
    {
      rangeSize: 2 * 1024 * 1024,
      uploadEventHandlers: { progress: (range) => ranges.push(range.minValue) },
    },
  );
  const done = await task.upload();
  assert.deepEqual(ranges, [0, 2 * 1024 * 1024, 4 * 1024 * 1024]);
  assert.ok(done.location.includes("Attachments"));
  const { value } = await client.api(where).select("name,size").get();
  assert.deepEqual(value.map((one) => one.name).sort(), ["large.bin", "small.txt"]);
  const large = value.find((one) => one.name === "large.bin");
  const stream = await client
    .api(`${where}/${encodeURIComponent(large.id)}/$value`)
    .getStream();
  let read = 0;
  for await (const chunk of stream) read += chunk.length;
  assert.equal(read, size);
});

test("an upload goes on where it was interrupted", async () => {
  const made = await draft("Interrupted");
  const size = 4 * 1024 * 1024;
  const session = await LargeFileUploadTask.createUploadSession(
    client,
    `${path("messages", made.id)}/attachments/createUploadSession`,
    { AttachmentItem: { attachmentType: "file", name: "half.bin", size } },
  );
  const file = new FileUpload(Buffer.alloc(size), "half.bin", size);
  const options = { rangeSize: 1024 * 1024 };
  const first = new LargeFileUploadTask(client, file, session, options);
  const range = first.getNextRange();
  await first.uploadSlice(await file.sliceFile(range), range, size);
  const status = await client.api(session.url).get();
  const expected = status.NextExpectedRanges ?? status.nextExpectedRanges;
  assert.match(expected[0], /^1048576/);
  const second = new LargeFileUploadTask(client, file, session, options);
  second.updateTaskStatus({ nextExpectedRanges: expected });
  assert.ok((await second.upload()).location);
});

test("events are made, changed, seen in a window and deleted", async () => {
  const made = await client
    .api(`${ADA}/events`)
    .header("Prefer", IMMUTABLE)
    .post({
      subject: "Stand-up in JavaScript",
      start: { dateTime: "2031-05-05T09:00:00", timeZone: "Europe/Berlin" },
      end: { dateTime: "2031-05-05T09:15:00", timeZone: "Europe/Berlin" },
      attendees: [{ emailAddress: { address: GRACE }, type: "required" }],
      recurrence: {
        pattern: { type: "daily", interval: 1 },
        range: { type: "numbered", startDate: "2031-05-05", numberOfOccurrences: 4 },
      },
    });
  assert.equal(made.type, "seriesMaster");
  const where = path("events", made.id);
  await client.api(where).patch({ subject: "Stand-up, later" });
  const page = await client
    .api(`${ADA}/calendarView`)
    .query({
      startDateTime: "2031-05-01T00:00:00Z",
      endDateTime: "2031-06-01T00:00:00Z",
    })
    .header("Prefer", 'outlook.timezone="W. Europe Standard Time"')
    .select("subject,start")
    .top(2)
    .get();
  const seen = (await all(page)).filter((one) => one.subject === "Stand-up, later");
  assert.equal(seen.length, 4);
  const { value } = await client
    .api(`${where}/instances`)
    .query({ startDateTime: "2031-05-06", endDateTime: "2031-05-08" })
    .get();
  assert.equal(value.length, 2);
  await client.api(`${where}/cancel`).post({ comment: "Not needed." });
});

test("calendars, free times and rooms", async () => {
  const made = await client.api(`${ADA}/calendars`).post({ name: "From JavaScript" });
  assert.ok((await client.api(`${ADA}/calendars`).get()).value.length > 1);
  await client.api(path("calendars", made.id)).delete();
  const told = await client.api(`${ADA}/calendar/getSchedule`).post({
    schedules: [GRACE],
    startTime: { dateTime: "2031-05-05T00:00:00", timeZone: "UTC" },
    endTime: { dateTime: "2031-05-06T00:00:00", timeZone: "UTC" },
  });
  assert.equal(told.value[0].scheduleId, GRACE);
  const rooms = await client.api("/places/microsoft.graph.room").get();
  assert.ok(rooms.value.length > 0);
});

test("contacts and people", async () => {
  const made = await client.api(`${ADA}/contacts`).header("Prefer", IMMUTABLE).post({
    givenName: "Katherine",
    surname: "Johnson",
    emailAddresses: [{ address: "katherine@nasa.example", name: "Katherine" }],
  });
  const where = path("contacts", made.id);
  const changed = await client.api(where).patch({ jobTitle: "Mathematician" });
  assert.equal(changed.jobTitle, "Mathematician");
  const page = await client.api(`${ADA}/contacts`).top(7).get();
  const found = await all(page);
  assert.ok(found.length > 7);
  assert.ok(found.some((one) => one.surname === "Johnson"));
  await client.api(where).delete();
  assert.ok((await client.api(`${ADA}/people`).get()).value.length > 0);
});

test("settings, categories and rules", async () => {
  const settings = await client
    .api(`${ADA}/mailboxSettings`)
    .patch({ timeZone: "W. Europe Standard Time" });
  assert.equal(settings.timeZone, "W. Europe Standard Time");
  const made = await client
    .api(`${ADA}/outlook/masterCategories`)
    .post({ displayName: "From JavaScript", color: "preset3" });
  await client.api(`${ADA}/outlook/masterCategories/${made.id}`).delete();
  const rule = await client.api(`${ADA}/mailFolders/inbox/messageRules`).post({
    displayName: "Invoices",
    sequence: 2,
    isEnabled: true,
    conditions: { subjectContains: ["invoice"] },
    actions: { markImportance: "high" },
  });
  await client
    .api(`${ADA}/mailFolders/inbox/messageRules/${encodeURIComponent(rule.id)}`)
    .delete();
});

test("several requests in one batch", async () => {
  const { responses } = await client.api("/$batch").post({
    requests: [
      { id: "1", method: "GET", url: `${ADA}/mailFolders/inbox` },
      { id: "2", method: "GET", url: `${ADA}/messages/no-such-id` },
    ],
  });
  const by = Object.fromEntries(responses.map((one) => [one.id, one]));

  assert.equal(by["1"].body.displayName, "Inbox");
  assert.equal(by["2"].body.error.code, "ErrorInvalidIdMalformed");
});

test("what Graph refuses is a GraphError", async () => {
  const malformed = await client.api(`${ADA}/messages/nothing`).get().catch((e) => e);
  assert.ok(malformed instanceof GraphError);
  assert.equal(malformed.statusCode, 400);
  assert.equal(malformed.code, "ErrorInvalidIdMalformed");
  assert.ok(malformed.requestId);
  const nobody = await client.api("/users/nobody@contoso.example").get().catch((e) => e);
  assert.equal(nobody.statusCode, 404);
  assert.equal(nobody.code, "Request_ResourceNotFound");
  const made = await draft("Somebody else was faster");
  const stale = await client
    .api(path("messages", made.id))
    .header("If-Match", 'W/"CQAAABYAAAD="')
    .patch({ subject: "x" })
    .catch((e) => e);
  assert.equal(stale.statusCode, 412);
});

test("throttling is waited out", async () => {
  const route = "/users/{mailbox}/mailFolders/{folder}";
  await control("/faults", { route, status: 429, retry_after: 1, times: 1 });
  const folder = await client.api(`${ADA}/mailFolders/inbox`).get();
  const { calls } = await control("/calls?limit=2");
  await control("/faults", null, "DELETE");

  assert.equal(folder.displayName, "Inbox");
  assert.deepEqual(calls.map((call) => call.status), [429, 200]);
  assert.ok(calls[1].at - calls[0].at >= 1);
  assert.equal(calls[1].headers["retry-attempt"], "1");
});

test("throttling without end is a GraphError", async () => {
  const route = "/users/{mailbox}/mailFolders/{folder}";
  await control("/faults", { route, status: 429, retry_after: 1 });
  const error = await client.api(`${ADA}/mailFolders/inbox`).get().catch((e) => e);
  await control("/faults", null, "DELETE");

  assert.ok(error instanceof GraphError);
  assert.equal(error.statusCode, 429);
});
