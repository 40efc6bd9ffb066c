// Small charts of the last hour, all with the same minutes beneath each other.

const MINUTES = 60;
const HIGH = 60;
const UNIT = 5;
const WIDE = MINUTES * UNIT;
const NICE = [1, 2, 5, 10, 20, 50, 100, 200, 500];

const total = (numbers) => numbers.reduce((a, b) => a + (b ?? 0), 0);
const most = (numbers) => Math.max(0, ...numbers.map((n) => n ?? 0));

function nice(number) {
  let unit = 1;
  while (number > 500 * unit) unit *= 1000;
  return unit * (NICE.find((step) => number <= step * unit) ?? 1000);
}

/** Return the share of each minute, null where nothing was. */
const shares = (parts, wholes) => parts.map((part, n) => (wholes[n] ? (100 * part) / wholes[n] : null));

const SERIES = [
  {
    title: "Requests",
    value: (h) => [count(lately(h.requests)), "a minute"],
    top: (h) => nice(most(h.requests)),
    unit: (top) => count(top),
    layers: [
      { name: "answered", class: "s-bar", of: (h) => h.requests.map((n, i) => n - h.stale[i] - h.failed[i]), tell: count },
      { name: "older copy", class: "s-stale", of: (h) => h.stale, tell: count },
      { name: "failed", class: "s-fail", of: (h) => h.failed, tell: count },
    ],
  },
  {
    title: "Failed",
    value: (h) => [share(recent(h.failed), recent(h.requests)), "of requests"],
    top: (h) => Math.max(10, Math.min(100, nice(most([...shares(h.failed, h.requests), ...shares(h.graph_failed, h.graph)])))),
    unit: (top) => `${top} %`,
    layers: [{ name: "requests here", class: "s-fail", of: (h) => shares(h.failed, h.requests), tell: percent }],
    lines: [{ name: "Microsoft’s answers", class: "l-graph", of: (h) => shares(h.graph_failed, h.graph), tell: percent }],
  },
  {
    title: "Time to answer",
    value: (h) => [took(latest(h.p95)), "for 95 of 100"],
    top: (h) => nice(1000 * most([...h.p95, ...h.graph_p95])) / 1000,
    unit: (top) => took(top),
    layers: [],
    lines: [
      { name: "95 of 100", class: "l-main", of: (h) => h.p95, tell: took },
      { name: "half", class: "l-soft", of: (h) => h.p50, tell: took },
      { name: "Microsoft, 95", class: "l-graph", of: (h) => h.graph_p95, tell: took },
    ],
  },
  {
    title: "Answered without asking Microsoft",
    value: (h) => [share(recent(h.kept), recent(h.requests)), "of requests"],
    top: () => 100,
    unit: (top) => `${top} %`,
    layers: [
      { name: "fresh copy", class: "s-bar", of: (h) => shares(h.kept.map((n, i) => Math.max(0, n - h.stale[i])), h.requests), tell: percent },
      { name: "older copy", class: "s-stale", of: (h) => shares(h.stale, h.requests), tell: percent },
    ],
  },
];

function percent(number) {
  return number === null ? NONE : share(number, 100);
}

/** The last minute and what there is of this one. */
const recent = (numbers) => total(numbers.slice(-2));
/** How many a minute: of the last whole one, until this one has more. */
const lately = (numbers) => Math.max(numbers.at(-1), numbers.at(-2));
const latest = (numbers) => numbers.at(-1) ?? numbers.at(-2);

class Chart {
  constructor(series, choose) {
    this.series = series;
    this.all = [...series.layers, ...(series.lines ?? [])];
    this.value = el("p", { class: "value" });
    this.top = el("span", { class: "top" });
    this.unseen = el("rect", { fill: "url(#unseen)", y: 0, height: HIGH, x: 0, width: 0 });
    this.bars = series.layers.map((layer) => el("path", { class: layer.class }));
    this.lines = (series.lines ?? []).map((line) => el("path", { class: line.class }));
    this.cursor = el("line", { class: "cursor", y1: 0, y2: HIGH });
    const grid = [0, HIGH / 2, HIGH].map((y) => el("line", { class: "grid", x1: 0, x2: WIDE, y1: y, y2: y }));
    this.drawing = el("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", tabindex: "0" },
      this.unseen, ...grid, ...this.bars, ...this.lines, this.cursor);
    this.from = el("span");
    this.half = el("span");
    this.told = this.all.map(() => el("b"));
    this.node = el("article", { class: "card chart" },
      el("h3", {}, series.title), this.value,
      el("div", { class: "plot" }, this.drawing, this.top),
      el("p", { class: "axis", "aria-hidden": "true" }, this.from, this.half, el("span", {}, "now")),
      el("p", { class: "legend" }, ...this.all.map((part, n) =>
        el("span", {}, el("i", { class: part.class }), `${part.name} `, this.told[n]))));
    this.listen(choose);
  }

  listen(choose) {
    const at = (event) => {
      const box = this.drawing.getBoundingClientRect();
      const place = Math.floor(((event.clientX - box.left) / box.width) * MINUTES);
      return Math.max(0, Math.min(MINUTES - 1, place));
    };
    this.drawing.addEventListener("pointermove", (event) => choose(at(event)));
    this.drawing.addEventListener("pointerleave", () => choose(null));
    this.drawing.addEventListener("blur", () => choose(null));
    this.drawing.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose((chosen) => Math.max(0, Math.min(MINUTES - 1, (chosen ?? MINUTES) + step)));
    });
  }

  show(hour, chosen) {
    const { series } = this;
    const [value, unit] = series.value(hour);
    fill(this.value, document.createTextNode(`${value} `), el("small", {}, unit));
    const top = series.top(hour) || 1;
    say(this.top, series.unit(top));
    say(this.from, clock(hour.began));
    say(this.half, clock(hour.began + (MINUTES * 60) / 2));
    const unseen = Math.max(0, Math.min(MINUTES, Math.floor((hour.seen_from - hour.began) / 60)));
    set(this.unseen, "width", unseen * UNIT);
    this.draw(hour, top);
    set(this.cursor, "visibility", chosen === null ? "hidden" : "visible");
    const x = ((chosen ?? 0) + 0.5) * UNIT;
    set(this.cursor, "x1", x);
    set(this.cursor, "x2", x);
    this.all.forEach((part, n) => say(this.told[n], chosen === null ? "" : part.tell(part.of(hour)[chosen])));
    set(this.drawing, "aria-label", this.summary(hour, value, unit));
  }

  draw(hour, top) {
    const floor = new Array(MINUTES).fill(0);
    const high = (number) => (HIGH * Math.min(number, top)) / top;
    this.series.layers.forEach((layer, n) => {
      const path = layer.of(hour).map((number, minute) => {
        if (!number) return "";
        const foot = floor[minute];
        floor[minute] += number;
        const height = Math.max(high(number), 1.2);
        return `M${minute * UNIT + 0.5} ${HIGH - high(foot)}v${-height}h${UNIT - 1}v${height}z`;
      });
      set(this.bars[n], "d", path.join(""));
    });
    (this.series.lines ?? []).forEach((line, n) => {
      let isDown = false;
      const path = line.of(hour).map((number, minute) => {
        if (number === null) { isDown = false; return ""; }
        const point = `${(minute + 0.5) * UNIT} ${HIGH - high(number)}`;
        const text = isDown ? `L${point}` : `M${point}h.01L${point}`;
        isDown = true;
        return text;
      });
      set(this.lines[n], "d", path.join(""));
    });
  }

  summary(hour, value, unit) {
    const numbers = this.all.at(this.series.layers.length > 2 ? 2 : 0).of(hour);
    const highest = most(numbers);
    const when = highest ? ` at ${clock(hour.began + 60 * numbers.indexOf(highest))} UTC` : "";
    const part = this.all.at(this.series.layers.length > 2 ? 2 : 0);
    return `${this.series.title}: ${value} ${unit} now. In the last hour at most ${part.tell(highest)} ${part.name}${when}.`;
  }
}

let hour = null;
let chosen = null;

function choose(minute) {
  chosen = typeof minute === "function" ? minute(chosen) : minute;
  if (hour) showHour(hour);
}

const charts = SERIES.map((series) => new Chart(series, choose));
fill($("charts"), ...charts.map((chart) => chart.node));

function showHour(told) {
  hour = told;
  for (const chart of charts) chart.show(hour, chosen);
  const there = chosen === null ? null : hour.began + 60 * chosen;
  say($("moment"), there === null ? "" : `at ${clock(there)} UTC`);
  if ($("numbers").open) showNumbers();
}

function showNumbers() {
  const parts = SERIES.flatMap((s) => [...s.layers, ...(s.lines ?? [])].map((p) => ({ ...p, title: s.title })));
  const [head, body] = $("numbers").querySelectorAll("thead, tbody");
  fill(head, el("tr", {}, el("th", { scope: "col" }, "Minute (UTC)"),
    ...parts.map((p) => el("th", { scope: "col", class: "n" }, `${p.title}: ${p.name}`))));
  const columns = parts.map((p) => p.of(hour));
  const rows = [];
  for (let n = MINUTES - 1; n >= 0; n -= 1) {
    if (!hour.requests[n] && !hour.graph[n]) continue;
    rows.push(el("tr", {}, el("th", { scope: "row" }, clock(hour.began + 60 * n)),
      ...parts.map((p, c) => el("td", { class: "n" }, p.tell(columns[c][n])))));
  }
  fill(body, ...rows);
}

$("numbers").addEventListener("toggle", () => hour && showHour(hour));
