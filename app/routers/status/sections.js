// One function for each section of what the service tells.

const WORDS = { well: "Well", note: "Well, but look", trouble: "Trouble", down: "Down" };
const SERIOUS = new Set(["trouble", "down"]);
const BLAME = {
  microsoft: ["Microsoft’s", "not this service’s"],
  service: ["Ours", "this service, or what it runs on"],
  configuration: ["Ours or the tenant’s", "a matter of configuration"],
  operator: ["An operator’s", "somebody did it by hand"],
  callers: ["A caller’s", "it asks too much"],
};
const STATES = { closed: ["well", "Closed"], half_open: ["trouble", "Trying"], open: ["down", "Open"] };
const TOKENS = { valid: ["well", "Valid"], none: ["unknown", "None yet"], refused: ["down", "Refused"] };
const FAVICON = { well: ["%2312724a", "M9 17l5 5L24 11"], note: ["%237a5800", "M16 14v9M16 9v1"], trouble: ["%23b24200", "M16 8v10M16 23v1"], down: ["%23b3191f", "M10 10l12 12m0-12L10 22"] };

let level = null;
let headline = null;

function state(held, tone, word) {
  set(held, "data-level", tone);
  if (!held.firstChild) held.append(icon(tone), el("span"));
  set(held.firstChild.firstChild, "href", `#i-${tone}`);
  say(held.lastChild, ` ${word}`);
}

function showHead(head) {
  const { findings, past } = head;
  const isTrouble = SERIOUS.has(head.level);
  isTroubled = isTrouble;
  set($("head"), "data-level", head.level);
  set($("head-icon"), "href", `#i-${head.level}`);
  say($("level"), WORDS[head.level]);
  say($("headline"), head.headline);
  say($("told"), head.told);
  set($("answers"), "hidden", isTrouble ? null : "");
  if (isTrouble) showAnswers(findings[0]);
  set($("past"), "hidden", past ? null : "");
  if (past) showPast(past);
  showFindings(isTrouble ? findings.slice(1) : findings);
  if (level !== head.level || headline !== head.headline) {
    // Said when trouble comes, changes or goes: not for numbers, nor for notes.
    if (isTrouble || SERIOUS.has(level)) say($("said"), `${WORDS[head.level]}: ${head.headline}.`);
    [level, headline] = [head.level, head.headline];
    title();
  }
}

function title() {
  const word = document.body.dataset.live === "lost" ? "Not live" : WORDS[level];
  document.title = `${word}: ${headline} – Exchange API`;
  const [colour, path] = FAVICON[level];
  set($("icon"), "href", `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><circle cx='16' cy='16' r='15' fill='${colour}'/><path d='${path}' fill='none' stroke='white' stroke-width='3.5' stroke-linecap='round'/></svg>`);
}

function showAnswers(finding) {
  const [whose, more] = BLAME[finding.blame];
  fill($("blame"), text(whose), plain(`, ${more}`));
  if (finding.since === null) fill($("since"), text("Not known"), plain(" for sure"));
  else fill($("since"), text(`${clock(finding.since, true)} UTC`), aged($("since"), () => `, for ${span(now() - finding.since)}`));
  const { tenants } = finding;
  const names = tenants.slice(0, 3).join(", ");
  if (!tenants.length) fill($("hit"), text("Everybody"), plain(" who uses this process"));
  else fill($("hit"), text(tenants.length > 3 ? `${names} …` : names), plain(` (${tenants.length} of ${tenantCount} ${tenantCount === 1 ? "tenant" : "tenants"})`));
  fill($("do"), el("p", {}, finding.do), finding.runbook ? el("a", { class: "button", href: finding.runbook }, "Open the runbook") : null);
}

const text = (string) => document.createTextNode(string);
const plain = (string) => el("span", {}, string);

function aged(place, told) {
  const node = place.querySelector("span.aged") ?? el("span", { class: "aged" });
  age(node, told);
  return node;
}

function showPast(past) {
  const whom = past.tenants.length > 3 ? `${past.tenants.length} tenants` : past.tenants.join(", ") || "all";
  const worst = past.worst ? `at worst ${share(past.worst, 1)} of requests in a minute failed` : "older copies were served";
  age($("past"), () => `Last trouble: ${clock(past.began)} to ${clock(past.ended)} UTC, over since ${span(now() - past.ended)}; ${whom}; ${worst}.`);
}

const shown = new Map();

function showFindings(findings) {
  set($("more"), "hidden", findings.length ? null : "");
  const nodes = findings.map((finding) => {
    const node = shown.get(finding.kind) ?? made();
    shown.set(finding.kind, node);
    set(node, "data-level", finding.level);
    set(node.querySelector("use"), "href", `#i-${finding.level}`);
    say(node.querySelector("strong"), finding.title);
    const since = finding.since === null ? "" : `Since ${clock(finding.since)} UTC.`;
    say(node.querySelector(".seen"), [WORDS[finding.level] + ".", finding.told, since].filter(Boolean).join(" "));
    say(node.querySelector(".do"), `${finding.do} `);
    const link = node.querySelector("a");
    set(link, "href", finding.runbook);
    set(link, "hidden", finding.runbook ? null : "");
    return node;
  });
  fill($("findings"), ...nodes);
}

function made() {
  return el("li", {}, icon("note"), el("div", {}, el("strong"), el("span", { class: "seen soft" })),
    el("p", {}, el("span", { class: "do" }), el("a", {}, "Runbook")));
}

// Tables. A column is its label, and how a cell shows a row.

const plainly = (label, of, about = {}) => ({ label, show: (cell, row) => say(cell, of(row)), ...about });
const number = { class: "n" };

const FEW = 8;
let tenantCount = 0;

const tenants = new Table($("tenants"), "Tenants", [
  plainly("Tenant", (r) => r.tenant, { class: "name" }),
  { label: "State", class: "state", show: (cell, r) => (r.level === "well" && !r.requests && r.last_success === null ? state(cell, "unknown", "Nobody asked") : state(cell, r.level, WORDS[r.level])) },
  { label: "Last hour", class: "wide", show: showStrip },
  plainly("Requests", (r) => count(r.requests), number),
  plainly("Failed", (r) => (r.failed ? `${count(r.failed)} (${share(r.failed, r.requests)})` : "0"), number),
  plainly("Older copies", (r) => count(r.stale), number),
  plainly("Graph takes", (r) => took(r.p95), number),
  { label: "Last success", show: (cell, r) => age(cell, () => ago(r.last_success)) },
  { label: "Token", class: "token", show: showToken },
  { label: "Actions", class: "acts", show: (cell, row, held) => cell.firstChild || cell.append(button("Drop token", "drop", held), button("Purge cache", "purge", held)) },
], { nothing: "No tenant is configured.", folded: "more, all well" });

function showStrip(cell, row) {
  if (cell.dataset.strip === row.strip) return;
  cell.dataset.strip = row.strip;
  const bad = [...row.strip].filter((c) => c === "1" || c === "2").length;
  const drawing = el("svg", { class: "strip", viewBox: "0 0 240 24", preserveAspectRatio: "none", role: "img", "aria-label": bad ? `trouble in ${bad} of the last 60 minutes` : "no trouble in the last hour" });
  [...row.strip].forEach((digit, n) => {
    const high = { " ": 2, 0: 9, 1: 16, 2: 24 }[digit];
    drawing.append(el("rect", { class: digit === " " ? "m" : `m${digit}`, x: n * 4, y: 24 - high, width: 3, height: high }));
  });
  fill(cell, drawing);
}

function showToken(cell, row) {
  const [tone, word] = TOKENS[row.token];
  const problem = row.token_problem ? link(row.token_problem) : null;
  if (!cell.firstChild) cell.append(el("span", { class: "state" }), el("span", { class: "soft" }), el("span"));
  state(cell.childNodes[0], tone, word);
  age(cell.childNodes[1], () => (row.token === "valid" ? `, ${span(row.token_expires - now())}` : " "));
  if (cell.dataset.problem !== `${row.token_problem}`) {
    cell.dataset.problem = row.token_problem;
    fill(cell.childNodes[2], problem);
  }
}

const link = (code) => el("a", { href: `/problems/${encodeURIComponent(code)}` }, code);

function showTenants(told) {
  tenantCount = told.total;
  const isCalm = (r) => told.total > FEW && r.level === "well";
  tenants.show(told.rows, (r) => r.tenant, { total: told.total, isCalm });
  const troubled = told.rows.filter((r) => SERIOUS.has(r.level)).length;
  say($("tenants-aside"), troubled ? `${troubled} of ${told.total} in trouble` : `${told.total} in all, none in trouble`);
  offer(told.rows.map((r) => r.tenant).sort());
}

function offer(names) {
  const chooser = $("tenant");
  set($("choose"), "hidden", names.length > 1 ? null : "");
  if (chooser.dataset.names === names.join()) return;
  chooser.dataset.names = names.join();
  const { value } = chooser;
  fill(chooser, el("option", { value: "" }, "all tenants"), ...names.map((name) => el("option", { value: name }, name)));
  chooser.value = value;
}

const graph = new Table($("graph"), "Breakers and retries", [
  { label: "Part of Graph", class: "name", show: (cell, r) => { if (!cell.firstChild) cell.append(el("span"), el("span", { class: "soft" })); say(cell.firstChild, r.workload); say(cell.lastChild, ` of ${r.tenant}`); } },
  { label: "Breaker", class: "state", show: (cell, r) => state(cell, ...(r.is_isolated ? ["note", "Isolated"] : STATES[r.state])) },
  { label: "Next try", show: (cell, r) => age(cell, () => (r.is_isolated ? "when released" : r.state === "closed" ? NONE : r.opens === null ? "with the next call" : until(r.opens))) },
  plainly("Failed of last", (r) => `${count(r.failures)} of ${count(r.calls)}`, number),
  plainly("Retries left", (r) => count(r.retries), number),
  { label: "Actions", class: "acts", show: showMoves },
], { nothing: "Nothing of Microsoft Graph was asked for yet.", folded: "closed" });

function showMoves(cell, row, held) {
  held.moves ??= { release: button("Release", "release", held), reset: button("Reset", "reset", held), isolate: button("Isolate", "isolate", held) };
  const { release, reset, isolate } = held.moves;
  if (row.is_isolated) fill(cell, release);
  else fill(cell, row.state === "closed" ? null : reset, isolate);
}

function showGraph(told) {
  const isCalm = (r) => told.total > 1 && r.state === "closed";
  graph.show(told.rows, (r) => `${r.tenant}/${r.workload}`, { total: told.total, isCalm });
  const open = told.rows.filter((r) => r.state !== "closed").length;
  say($("graph-aside"), !told.total ? "" : open ? `${open} of ${told.total} not closed` : "all closed: calls go through");
}

const gates = new Table($("gates"), "Paused mailboxes", [
  { label: "Mailbox", class: "name", show: (cell, r) => { if (!cell.firstChild) cell.append(el("code"), el("span", { class: "soft" })); say(cell.firstChild, r.mailbox_hash ?? r.workload ?? "everything"); say(cell.lastChild, ` of ${r.tenant}`); } },
  { label: "Asked again", show: (cell, r) => age(cell, () => until(r.opens)) },
  { label: "Actions", class: "acts", show: (cell, row, held) => { if (row.mailbox_hash && !cell.firstChild) cell.append(button("Ask now", "open", held)); } },
], { nothing: "None. Microsoft wants no mailbox left alone." });

function showGates(told) {
  gates.show(told.rows, (r) => `${r.tenant}/${r.mailbox_hash}/${r.workload}`, told);
  say($("gates-aside"), told.total ? `${count(told.total)} at Microsoft’s wish` : "");
}

const errors = new Table($("errors"), "Last errors", [
  plainly("Last (UTC)", (r) => r.last.slice(11, 19)),
  plainly("Tenant", (r) => r.tenant, { class: "name" }),
  { label: "Problem", class: "wide", show: (cell, r) => cell.firstChild || cell.append(link(r.code), ...(r.runbook ? [" · ", el("a", { href: r.runbook }, "runbook")] : [])) },
  plainly("Operation", (r) => r.operation),
  plainly("Times", (r) => count(r.count), number),
  plainly("Mailboxes", (r) => count(r.mailboxes), number),
  plainly("Microsoft said", (r) => [r.upstream_status, r.upstream_code].filter((x) => x !== null).join(" ") || "nothing"),
  { label: "Last request, for Microsoft’s support", class: "wide id", show: (cell, r) => { if (!cell.firstChild) cell.append(el("code")); say(cell.firstChild, r.request_id ?? NONE); } },
], { nothing: "None since this process began." });

function showErrors(told) {
  errors.show(told.rows, (r) => [r.tenant, r.operation, r.code].join(), told);
  const calls = told.rows.reduce((sum, r) => sum + r.count, 0);
  say($("errors-aside"), calls ? `the last ${count(calls)} calls to Microsoft that failed, newest first` : "");
}

const callers = new Table($("callers"), "Callers", [
  plainly("Caller", (r) => r.caller, { class: "name" }),
  plainly("Requests so far", (r) => count(r.requests), number),
  plainly("Refused", (r) => count(r.refused), number),
  plainly("Now", (r) => count(r.in_flight), number),
  plainly("Left of quota", (r) => (r.remaining === null ? "no quota" : count(r.remaining)), number),
], { nothing: "Nobody has called yet." });

const showCallers = (told) => callers.show(told.rows, (r) => r.caller, told);

function showKept({ cache, outbox, due, is_ledger_lost: isLost }) {
  const waiting = (outbox.queued ?? 0) + (outbox.sending ?? 0) + (outbox.verifying ?? 0);
  const givenUp = (outbox.failed ?? 0) + (outbox.unknown ?? 0);
  const ledger = el("dd", { "data-level": isLost ? "down" : "well" }, el("span", { class: "state" }));
  state(ledger.firstChild, isLost ? "down" : "well", isLost ? "Cannot be reached" : "There");
  fill($("kept"),
    fact("Cache", `${count(cache.entries)} answers`, bytes(cache.bytes)),
    el("div", {}, el("dt", {}, "Database"), ledger),
    fact("Mail that waits", `${count(waiting)} to be sent`, waiting ? `the oldest due for ${span(due)}` : ""),
    fact("Given up", `${count(outbox.failed ?? 0)} failed, ${count(outbox.unknown ?? 0)} unknown`, "", givenUp ? el("p", {}, el("a", { href: "/ops/outbox" }, "Which ones")) : null));
}

const fact = (name, value, more, extra = null) =>
  el("div", {}, el("dt", {}, name), el("dd", {}, value, more ? el("p", {}, more) : null, extra));

function showProcess(told) {
  age($("process"), () => `Version ${told.version}. Running for ${span(now() - told.began)}. Connections to Microsoft: ${count(told.connections)}. Tasks: ${count(told.tasks)}. Watching this page: ${count(told.watchers)}.`);
}
