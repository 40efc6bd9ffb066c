// A walk through calendars and events, as a frontend takes it.
import { api, check, got, mailbox } from "./client.js";
import type { Schemas } from "./client.js";

const path = { mailbox };
const berlin = "Europe/Berlin";

const calendars = got(
  await api.GET("/v1/mailboxes/{mailbox}/calendars", { params: { path } }),
);
check(calendars.items.some((one) => one.is_default), "one is the default");

const start = { date_time: "2027-03-22T09:00:00", time_zone: berlin };
const end = { date_time: "2027-03-22T09:30:00", time_zone: berlin };
const made = await api.POST("/v1/mailboxes/{mailbox}/events", {
  params: {
    path,
    header: { "Idempotency-Key": "0d0f4f2c-8f0e-4b5e-9d2f-6f3f6f1f9a77" },
  },
  body: {
    subject: "Across the change of clocks",
    start,
    end,
    recurrence: { rrule: "FREQ=WEEKLY;BYDAY=MO;COUNT=3" },
  },
});
const series = got(made);
check(series.kind === "series", "a series is made");
check(series.recurrence?.rrule?.includes("COUNT=3") ?? false, "by its rule");

const window = { start: "2027-03-01T00:00:00Z", end: "2027-05-01T00:00:00Z" };
const found: Schemas["EventSummary"][] = [];
let cursor: string | null = null;
do {
  const page: Schemas["EventPage"] = got(
    await api.GET("/v1/mailboxes/{mailbox}/events", {
      params: {
        path,
        query: {
          ...window,
          limit: 2,
          time_zone: berlin,
          ...(cursor && { cursor }),
        },
      },
    }),
  );
  found.push(...page.items);
  cursor = page.next_cursor;
} while (cursor !== null);
const occurrences = found.filter((one) => one.series_id === series.id);
check(occurrences.length === 3, "a window shows each occurrence");

const local = occurrences.map((one) =>
  one.start && "date_time" in one.start ? one.start.date_time.slice(11, 16) : "",
);
check(local.every((time) => time === "09:00"), "at nine by the clock, always");
const hours = occurrences.map((one) => one.starts_at?.slice(11, 13));
check(new Set(hours).size === 2, "which is not the same hour in UTC");

const one = { ...path, event: occurrences[1]?.id ?? "" };
const moved = await api.PATCH("/v1/mailboxes/{mailbox}/events/{event}", {
  params: { path: one },
  body: {
    start: { ...start, date_time: "2027-03-29T14:00:00" },
    end: { ...end, date_time: "2027-03-29T14:30:00" },
  },
});
check(got(moved).kind === "exception", "one of them is moved");

const gone = await api.DELETE("/v1/mailboxes/{mailbox}/events/{event}", {
  params: { path: { ...path, event: series.id } },
});
check(gone.response.status === 204, "the series is deleted");
const missing = await api.GET("/v1/mailboxes/{mailbox}/events/{event}", {
  params: { path: { ...path, event: series.id } },
});
check(missing.error?.code === "item-not-found", "and is gone");
