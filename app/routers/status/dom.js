// What the page is made of. Everything that comes from outside is set as text.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

/** Return a new element; `about` are its attributes, `on…` its listeners. */
function el(tag, about = {}, ...children) {
  const isDrawn = ["svg", "use", "path", "rect", "line", "g"].includes(tag);
  const node = isDrawn
    ? document.createElementNS(SVG, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else set(node, name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Set an attribute, or remove it; touch nothing that is so already. */
function set(node, name, value) {
  if (value === null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== `${value}`) node.setAttribute(name, value);
}

/** Set the text of a node, unless it is so already. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show exactly these children; those that stay keep their focus. */
function fill(node, ...children) {
  const wanted = children.filter((child) => child !== null);
  wanted.forEach((child, place) => {
    const there = node.childNodes[place];
    if (there !== child) node.insertBefore(child, there ?? null);
  });
  while (node.childNodes.length > wanted.length) node.lastChild.remove();
}

const icon = (name) =>
  el("svg", { class: "icon", "aria-hidden": "true" }, el("use", { href: `#i-${name}` }));

/**
 * A table whose rows stay the same elements for as long as they are there.
 * Rows that need nobody's eye are folded away beneath it.
 */
class Table {
  constructor(place, caption, columns, { nothing, folded = "" }) {
    this.place = place;
    this.caption = caption;
    this.columns = columns;
    this.folded = folded;
    this.rows = new Map();
    this.nothing = el("p", { class: "nothing" }, nothing);
    this.rest = el("p", { class: "rest" });
    this.open = this.layout();
    this.calm = this.layout();
    this.summary = el("summary");
    this.fold = el("details", { class: "fold" }, this.summary, this.calm.table);
  }

  layout() {
    // The roles are said, since on a phone rows are laid out as cards.
    const body = el("tbody", { role: "rowgroup" });
    const heads = this.columns.map((c) => el("th", { role: "columnheader", class: ["n", "acts"].includes(c.class) ? c.class : null }, c.label));
    const head = el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads));
    return { body, table: el("table", { role: "table", "aria-label": this.caption }, head, body) };
  }

  /** Show rows, of `total` in all; those that are calm only when asked for. */
  show(rows, keyOf, { total = rows.length, isCalm = () => false } = {}) {
    const known = this.rows;
    const focused = document.activeElement;
    this.rows = new Map();
    for (const row of rows) {
      const key = keyOf(row);
      const held = known.get(key) ?? this.made();
      this.rows.set(key, held);
      held.row = row;
      this.columns.forEach((column, place) => column.show(held.cells[place], row, held));
    }
    const all = [...this.rows.values()];
    const calm = all.filter((held) => isCalm(held.row));
    const rest = all.filter((held) => !calm.includes(held));
    fill(this.open.body, ...rest.map((held) => held.node));
    fill(this.calm.body, ...calm.map((held) => held.node));
    say(this.summary, `${count(calm.length)} ${this.folded}`);
    say(this.rest, `Those that matter most: ${count(rows.length)} of ${count(total)}.`);
    fill(this.place, rows.length ? null : this.nothing, rest.length ? this.open.table : null,
      calm.length ? this.fold : null, total > rows.length ? this.rest : null);
    // What moves loses it.
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  made() {
    const cells = this.columns.map((c) => el("td", { role: "cell", class: c.class ?? null, "data-label": c.label }));
    return { cells, node: el("tr", { role: "row" }, ...cells) };
  }
}

// Numbers and times, in words.

const NUMBERS = new Intl.NumberFormat("en");
const NONE = "–";

const count = (number) => (number === null ? NONE : NUMBERS.format(number));

function share(part, whole) {
  if (!whole) return NONE;
  const percent = (100 * part) / whole;
  if (part && percent < 0.1) return "<0.1 %";
  return `${percent < 10 && part ? percent.toFixed(1) : Math.round(percent)} %`;
}

function took(seconds) {
  if (seconds === null) return NONE;
  if (seconds < 0.9995) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 172800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} days`;
}

function bytes(number) {
  const units = ["bytes", "kB", "MB", "GB"];
  let power = 0;
  for (; number >= 1000 && power < 3; power += 1) number /= 1000;
  return `${power && number < 10 ? number.toFixed(1) : Math.round(number)} ${units[power]}`;
}

const clock = (moment, seconds = false) =>
  new Date(moment * 1000).toISOString().slice(11, seconds ? 19 : 16);

/** Text that has to be said anew every second, such as how long ago. */
const aging = new Map();

function age(node, text) {
  aging.set(node, text);
  say(node, text());
}

function grow() {
  for (const [node, text] of aging) {
    if (node.isConnected) say(node, text());
    else aging.delete(node);
  }
}

// The time of the service, which may not be that of this machine.
let heardAt = null;
let toldNow = 0;

const now = () => toldNow + (heardAt === null ? 0 : (performance.now() - heardAt) / 1000);
const ago = (moment) => (moment === null ? NONE : `${span(now() - moment)} ago`);
const until = (moment) => (moment - now() > 0.5 ? `in ${span(moment - now())}` : "now");
