// What operators can do. Nothing is done before it was confirmed.

const dialog = $("ask");
let asked = null;
let isTroubled = false;

const REST = "Callers are then answered by Microsoft alone, and there is no older copy to fall back on.";

const ACTIONS = {
  reset: (row) => ({
    title: `Reset ${row.workload} of ${row.tenant}?`,
    text: "The breaker closes and forgets what it has counted: calls go to Microsoft at once. If Microsoft still fails, it opens again.",
    yes: "Reset", path: breaker(row, "reset"), said: "The breaker is closed.",
  }),
  isolate: (row) => ({
    title: `Isolate ${row.workload} of ${row.tenant}?`,
    text: "Nothing is sent there until somebody releases it. Reads are answered from older copies, where there are any; all else is refused.",
    yes: "Isolate", path: breaker(row, "isolate"), said: "It is isolated.",
  }),
  release: (row) => ({
    title: `Release ${row.workload} of ${row.tenant}?`,
    text: "The isolation ends, and calls go to Microsoft at once.",
    yes: "Release", path: breaker(row, "release"), said: "It is released.",
  }),
  drop: (row) => ({
    title: `Drop the token of ${row.tenant}?`,
    text: "The next call asks Microsoft’s sign-in for a new one, whatever it said last. Do this after credentials or consent were mended.",
    yes: "Drop token", path: `/ops/tokens/${encodeURIComponent(row.tenant)}/drop`, said: "The token is dropped.",
  }),
  purge: (row) => ({
    title: `Purge the cache of ${row.tenant}?`,
    text: `Forgets every answer kept for the tenant, or for one mailbox of it. ${REST}`,
    warning: isTroubled ? "Something is failing right now: without older copies more callers will see errors." : null,
    input: "Only this mailbox (empty for all)",
    yes: "Purge", path: "/ops/cache/purge",
    body: (mailbox) => (mailbox ? { tenant: row.tenant, mailbox } : { tenant: row.tenant }),
    said: (done) => `Purged: ${count(done.count)} ${done.count === 1 ? "answer" : "answers"} forgotten.`,
  }),
  open: (row) => ({
    title: `Ask a mailbox of ${row.tenant} again?`,
    text: "Microsoft wanted it left alone for a while. Asked before, it may want that for longer. Here only its hash is known: name the mailbox.",
    input: "Mailbox", isNeeded: true,
    yes: "Ask again", path: `/ops/gates/${encodeURIComponent(row.tenant)}/open`,
    body: (mailbox) => ({ mailbox }),
    said: (done) => (done.count ? "The mailbox is asked again." : "That mailbox was not paused."),
  }),
};

function breaker(row, move) {
  return `/ops/breakers/${encodeURIComponent(row.tenant)}/${encodeURIComponent(row.workload)}/${move}`;
}

/** A button that asks before it does something with the row it stands in. */
function button(label, name, held) {
  const { tenant, workload, mailbox_hash } = held.row;
  const about = [workload, mailbox_hash, tenant].filter(Boolean).join(" of ");
  return el("button", { type: "button", "aria-label": `${label}, ${about}`, onclick: () => ask(ACTIONS[name](held.row)) }, label);
}

function ask(action) {
  asked = action;
  say($("ask-title"), action.title);
  say($("ask-text"), action.text);
  say($("ask-warning"), action.warning ?? "");
  set($("ask-warning"), "hidden", action.warning ? null : "");
  set($("ask-label"), "hidden", action.input ? null : "");
  say($("ask-label").firstChild, action.input ?? "");
  $("ask-input").value = "";
  say($("ask-problem"), "");
  say($("ask-yes"), action.yes);
  dialog.showModal();
  (action.input ? $("ask-input") : $("ask-no")).focus();
}

async function act() {
  const mailbox = $("ask-input").value.trim();
  if (asked.isNeeded && !mailbox) {
    say($("ask-problem"), "Name the mailbox.");
    $("ask-input").focus();
    return;
  }
  $("ask-yes").disabled = true;
  try {
    const done = await post(asked.path, asked.body?.(mailbox));
    dialog.close();
    announce(typeof asked.said === "function" ? asked.said(done) : asked.said);
  } catch (error) {
    say($("ask-problem"), error.message);
  } finally {
    $("ask-yes").disabled = false;
  }
}

async function post(path, body) {
  const options = { method: "POST", signal: AbortSignal.timeout(10_000), headers: proof() };
  if (body) Object.assign(options, { body: JSON.stringify(body), headers: { ...proof(), "Content-Type": "application/json" } });
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The service did not answer, so it may or may not be done. Look below, then try again.");
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (answer.status === 401) {
    dialog.close();
    shut(refusal(401, told));
  }
  const why = told.errors?.[0]?.detail ?? told.detail ?? `Status ${answer.status}.`;
  throw new Error(`Not done. ${told.title ?? ""}: ${why} ${told.action ?? ""}`);
}

$("ask-no").addEventListener("click", () => dialog.close());
$("ask-yes").addEventListener("click", act);
$("ask-input").addEventListener("keydown", (event) => event.key === "Enter" && act());

/** Tell those who listen; and those who look, for a while. */
let quiet = 0;
function announce(text) {
  say($("said"), text);
  say($("toast"), text);
  set($("toast"), "hidden", null);
  clearTimeout(quiet);
  quiet = setTimeout(() => set($("toast"), "hidden", ""), 6000);
}
