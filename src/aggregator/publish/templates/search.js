// The search page: asks Pagefind's index, which stands beside it on the same host, and lists what it finds.
const FILTERS = ["body", "type", "topic", "plan", "year"];
// What names one plan: a number, or one of the ordinals with which plans are counted.
const COUNTS = /\d|\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b/;
const PAGE = 20;

const form = document.getElementById("search");
const results = document.getElementById("results");
const status = document.getElementById("status");
const more = document.getElementById("more");
let found = [];
let shown = 0;
let asked = 0;

function say(words) {
  status.textContent = words;
}

function option(name, count) {
  const made = document.createElement("option");
  made.value = name;
  made.textContent = `${name} (${count})`;
  return made;
}

function fill(filters) {
  for (const name of FILTERS) {
    const known = Object.entries(filters[name] ?? {});
    const order = name === "year" ? (a, b) => b[0].localeCompare(a[0]) : (a, b) => a[0].localeCompare(b[0]);
    form.elements[name].append(...known.sort(order).map(([value, count]) => option(value, count)));
  }
}

function restore() {
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
}

function wanted() {
  const filters = {};
  for (const name of FILTERS) if (form.elements[name].value) filters[name] = form.elements[name].value;
  const words = form.elements.q.value.trim();
  const newest = form.elements.sort.value || !words;
  return { words, filters, sort: newest ? { date: "desc" } : {} };
}

// Pagefind's excerpts are escaped text with <mark> around the hits; only text and marks are taken over.
function excerpt(html) {
  const made = document.createElement("p");
  const read = new DOMParser().parseFromString(html, "text/html");
  for (const node of read.body.childNodes) {
    const words = document.createElement(node.nodeName === "MARK" ? "mark" : "span");
    words.textContent = node.textContent;
    made.append(words);
  }
  return made;
}

function row(data) {
  const made = document.createElement("li");
  const link = document.createElement("a");
  link.className = "title";
  link.href = data.url;
  link.lang = data.meta.language ?? "en";
  link.textContent = data.meta.title;
  const about = document.createElement("p");
  about.className = "meta";
  for (const part of [data.meta.date, data.meta.body, data.meta.type].filter(Boolean)) {
    const words = document.createElement("span");
    words.textContent = part;
    about.append(words, " ");
  }
  made.append(link, about, excerpt(data.excerpt));
  return made;
}

function plain(text) {
  const folded = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/['’]s\b/g, "");
  return ` ${folded.match(/[\p{L}\p{N}]+/gu)?.join(" ") ?? ""} `;
}

// The plans that the words name, perhaps otherwise than documents do: NAP7, third action plan.
function plansNamed(words) {
  const wanted = plain(words);
  if (!COUNTS.test(wanted) || /^ \d+ $/.test(wanted)) return [];
  const named = (plan) => plan.textContent.split("; ").some((name) => plain(name).includes(wanted));
  return [...document.querySelectorAll("data.plan")].filter(named).map((plan) => plan.value);
}

async function ask(pagefind, { words, filters, sort }) {
  const plans = filters.plan ? [] : plansNamed(words);
  const byPlan = plans.map((plan) => pagefind.search(null, { filters: { ...filters, plan }, sort }));
  const answers = await Promise.all([pagefind.search(words || null, { filters, sort }), ...byPlan]);
  const hits = answers.flatMap((answer) => answer.results);
  return [...new Map(hits.map((hit) => [hit.id, hit])).values()];
}

async function showMore() {
  const next = await Promise.all(found.slice(shown, shown + PAGE).map((hit) => hit.data()));
  results.append(...next.map(row));
  shown += next.length;
  more.hidden = shown >= found.length;
}

async function search(pagefind) {
  const turn = ++asked;
  const query = wanted();
  const { words, filters } = query;
  results.replaceChildren();
  more.hidden = true;
  if (!words && !Object.keys(filters).length) return say("");
  say("Searching …");
  const hits = await ask(pagefind, query);
  if (turn !== asked) return;
  [found, shown] = [hits, 0];
  await showMore();
  const number = found.length === 0 ? "Nothing" : found.length;
  say(`${number} found${words ? ` for “${words}”` : ""}.`);
}

function remember() {
  const given = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", given.size ? `?${given}` : location.pathname);
}

async function start() {
  const pagefind = await import("./pagefind/pagefind.js");
  await pagefind.options({ baseUrl: new URL(".", location.href).pathname, excerptLength: 30 });
  fill(await pagefind.filters());
  restore();
  const go = () => {
    remember();
    search(pagefind).catch(fail);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  form.addEventListener("change", go);
  more.addEventListener("click", () => showMore().catch(fail));
  await search(pagefind);
}

function fail() {
  say("The search index could not be read. It may not have been made yet; the archive lists everything by month.");
}

start().catch(fail);
