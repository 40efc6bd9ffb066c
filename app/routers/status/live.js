// The stream, and what is said when there is none: never pass old for new.

const SHOW = {
  head: showHead, hour: showHour, tenants: showTenants, graph: showGraph, gates: showGates,
  errors: showErrors, callers: showCallers, keeping: showKept, process: showProcess,
};
const LATE = 4;
const PATIENCE = 6;
const PAUSES = [0.5, 1, 2, 3, 5];

let stream = null;
let tries = 0;
let retryAt = Infinity;
let reason = "";

function connect() {
  stream?.abort();
  stream = new AbortController();
  retryAt = performance.now() / 1000 + PATIENCE;
  listen(stream).catch((error) => error.name !== "AbortError" && lose("The service cannot be reached."));
}

async function listen(mine) {
  const tenant = $("tenant").value;
  const query = tenant ? `?tenant=${encodeURIComponent(tenant)}` : "";
  const answer = await fetch(`/status/stream${query}`, { signal: mine.signal, cache: "no-store", headers: proof() });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    const why = refusal(answer.status, told);
    if (why) shut(why);
    else lose(told.detail ?? `The service answered ${answer.status}.`, Number(answer.headers.get("Retry-After") ?? 0));
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) hear(event);
  }
  lose(reason || "The service ended the line.");
}

/** Take one event: two lines, as the service writes them. */
function hear(event) {
  const [first, second] = event.split("\n");
  const name = first.slice("event: ".length);
  const told = JSON.parse(second.slice("data: ".length));
  if (name === "end") {
    reason = "This process is stopping.";
  } else if (name === "tick") {
    [toldNow, heardAt] = [told.now, performance.now()];
    [tries, retryAt, reason] = [0, Infinity, ""];
    live();
  } else {
    SHOW[name]?.(told);
  }
}

function live() {
  if (document.body.dataset.live === "live") return;
  const wasLost = document.body.dataset.live === "lost";
  document.body.dataset.live = "live";
  say($("live-word"), "Live");
  set($("lost"), "hidden", "");
  if (wasLost) say($("said"), `Connected again. ${WORDS[level]}: ${headline}.`);
  title();
}

/** Ask for nothing any more. */
function stop() {
  stream?.abort();
  retryAt = Infinity;
}

function lose(why, pause = 0) {
  stream?.abort();
  reason = why;
  retryAt = performance.now() / 1000 + Math.max(pause, PAUSES[Math.min(tries, PAUSES.length - 1)]);
  tries += 1;
  lost();
}

function lost() {
  if (document.body.dataset.live === "lost") return;
  document.body.dataset.live = "lost";
  say($("live-word"), "Not live");
  set($("lost"), "hidden", null);
  say($("said"), "Connection lost. What is shown is old.");
  if (!level) return;
  set($("head"), "data-level", "unknown");
  set($("head-icon"), "href", "#i-unknown");
  say($("level"), "Not known");
  say($("headline"), "How it is now is not known");
  say($("told"), `At ${clock(toldNow, true)} UTC it was: ${headline}.`);
  title();
}

/** How old what is shown is, as words. */
function oldness() {
  if (heardAt === null) return "Nothing was heard of the service yet.";
  return `What you see is ${span((performance.now() - heardAt) / 1000)} old, of ${clock(toldNow, true)} UTC.`;
}

function beat() {
  const seconds = performance.now() / 1000;
  if (document.body.dataset.live === "live") {
    say($("clock"), `${clock(now(), true)} UTC`);
    grow();
    // A line may be dead without anybody being told.
    if (seconds - heardAt / 1000 > LATE) lose("Nothing comes any more.");
  }
  if (document.body.dataset.live === "lost") {
    say($("clock"), "");
    say($("lost-text"), [reason, oldness(), "Trying again."].filter(Boolean).join(" "));
  }
  if (seconds >= retryAt) connect();
}

$("retry").addEventListener("click", connect);
$("tenant").addEventListener("change", connect);
document.addEventListener("visibilitychange", () => !document.hidden && document.body.dataset.live === "lost" && connect());
setInterval(beat, 500);
begin();
