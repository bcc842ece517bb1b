// Forms that survive a lost connection: kept on this telephone, sent when the network is back. Each carries a key, so
// that what is sent twice is done once (hotline/desk/submissions.py). Nothing of a case is kept but what was typed.
import { shrunk } from "./photos.js";

const AGAIN = 20_000; // milliseconds between two tries while something waits
const PATIENCE = 90_000; // for photos on a bad line
const ALONE = "hotline-queue"; // one page sends at a time
const user = document.body.dataset.user;

function store(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("hotline", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("submissions", { keyPath: "key" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("submissions", mode);
      const asked = work(transaction.objectStore("submissions"));
      transaction.oncomplete = () => { opening.result.close(); resolve(asked.result); };
      transaction.onabort = () => { opening.result.close(); reject(transaction.error); };
    };
  });
}
const keep = (item) => store("readwrite", (all) => all.put(item));
const drop = (key) => store("readwrite", (all) => all.delete(key));
const kept = async () =>
  (await store("readonly", (all) => all.getAll())).filter((item) => item.user === user).sort((a, b) => a.at - b.at);

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function itemOf(form) {
  const item = { key: newKey(), user, url: form.action, name: form.dataset.queue, page: location.pathname, at: Date.now() };
  Object.assign(item, { fields: [], files: [], why: "" });
  for (const [name, value] of new FormData(form)) {
    if (name === "csrf_token") continue;
    if (typeof value !== "string") {
      if (value.size) item.files.push({ name: value.name, content: await shrunk(value) });
      continue;
    }
    const control = form.elements[name];
    const label = control.labels?.[0]?.firstChild.textContent.trim() ?? "";
    item.fields.push({ name, value, label, shown: control.selectedOptions?.[0]?.textContent ?? value });
  }
  return item;
}

// What became of it: "done" with where to go, "refused" with the reason, "login", or "away" without a network.
async function send(item) {
  const body = new FormData();
  for (const { name, value } of item.fields) body.append(name, value);
  for (const { name, content } of item.files) body.append("files", content, name);
  body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  body.set("submission", item.key);
  let answer;
  try {
    answer = await fetch(item.url, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return { state: "away" };
  }
  if (answer.redirected || answer.status === 401) return { state: "login" };
  if (answer.status >= 500 || answer.status === 429) return { state: "away" };
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return { state: "done", ...said };
  return { state: "refused", why: said.why ?? "没有收下，请打开这件事看看" };
}

// Ours were made one after the other on the same page: the next follows from what this one made of the case.
async function follow(done, version) {
  const before = done.fields.find((field) => field.name === "version")?.value;
  for (const item of await kept()) {
    const own = item.fields.find((field) => field.name === "version");
    if (!version || item.page !== done.page || own?.value !== before) continue;
    own.value = String(version);
    await keep(item);
  }
}

async function press(form) {
  let item;
  try {
    item = await itemOf(form);
    await keep(item);
    if (form.dataset.replaces) await drop(form.dataset.replaces);
  } catch {
    form.submit(); // a browser that keeps nothing: as without this script
    return;
  }
  const end = await send(item);
  if (end.state === "done") {
    await drop(item.key);
    await follow(item, end.version);
    go(new URL(end.to, location.href));
  } else if (end.state === "refused" && !item.files.length) {
    await drop(item.key);
    form.submit(); // the page itself says what is wrong, beside the fields
  } else {
    if (end.state === "refused") await keep({ ...item, why: end.why });
    form.reset();
    form.dispatchEvent(new Event("photos"));
    delete form.dataset.sent;
    await show(end.state);
  }
}

// A part of this same page alone would not be fetched again.
function go(to) {
  if (!to.hash || to.pathname !== location.pathname) return location.assign(to);
  history.replaceState(null, "", to);
  return location.reload();
}

async function flush() {
  const waiting = (await kept()).filter((item) => !item.why);
  if (!waiting.length) return;
  let state = "away";
  for (const { key } of waiting) {
    const item = (await kept()).find((one) => one.key === key);
    if (!item) continue;
    const end = await send(item);
    state = end.state;
    if (state === "away" || state === "login") break;
    if (state === "refused") await keep({ ...item, why: end.why });
    else { await drop(key); await follow(item, end.version); tell(item, end.to); }
  }
  await show(state);
}

const alone = (work) => (navigator.locks ? navigator.locks.request(ALONE, { ifAvailable: true }, (lock) => lock && work()) : work());

function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

function tell(item, to) {
  const link = element("a", { href: to, textContent: "看最新情况" });
  document.getElementById("queue").before(element("p", { className: "done" }, `已经发送：${item.name}。`, link));
}

const LINES = {
  away: "没有网络，已存在手机里，连上后自动发送。",
  login: "已存在手机里。请重新登录，登录后自动发送。",
};

async function show(state = navigator.onLine ? "" : "away") {
  const box = document.getElementById("queue");
  const items = await kept();
  const waiting = items.filter((item) => !item.why);
  box.hidden = !items.length;
  const list = element("ul", { className: "queued" });
  for (const item of items) list.append(item.why ? refused(item) : element("li", {}, item.name, photosIn(item), remover(item, "不发了")));
  const line = waiting.length ? LINES[state] ?? "正在发送，请稍等。" : "下面的没有办成，写的字还在。";
  box.replaceChildren(element("p", { className: "line", textContent: line }), list);
}

const photosIn = (item) => (item.files.length ? `（照片 ${item.files.length} 张）` : "");

function remover(item, words) {
  const button = element("button", { type: "button", className: "quiet", textContent: words });
  button.addEventListener("click", async () => { await drop(item.key); await show(); });
  return button;
}

function refused(item) {
  const typed = item.fields.filter((field) => field.label && field.value);
  const facts = element("dl", { className: "facts" });
  for (const field of typed) facts.append(element("dt", { textContent: field.label }), element("dd", { textContent: field.shown }));
  const made = element("li", {}, element("strong", { textContent: `${item.name}：${item.why}` }), photosIn(item), facts);
  const form = [...document.querySelectorAll("form[data-queue]")].find((one) => one.action === item.url);
  if (form && !item.files.length) {
    const back = element("button", { type: "button", textContent: "填回表里再看" });
    back.addEventListener("click", () => fill(form, item));
    made.append(back);
  } else if (item.page !== location.pathname) made.append(element("a", { href: item.page, textContent: "打开这件事" }));
  made.append(remover(item, "不要了"));
  return made;
}

function fill(form, item) {
  for (const { name, value } of item.fields) if (name !== "version" && form.elements[name]) form.elements[name].value = value;
  form.dataset.replaces = item.key;
  form.closest("details")?.setAttribute("open", "");
  form.querySelector("textarea, input:not([type=hidden]), select")?.focus();
}

function start() {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("form[data-queue]")) return;
    event.preventDefault();
    press(event.target);
  });
  addEventListener("online", () => alone(flush));
  addEventListener("offline", () => show("away"));
  document.addEventListener("visibilitychange", () => document.hidden || alone(flush));
  setInterval(() => alone(flush), AGAIN);
  show().then(() => alone(flush));
}

if (user && window.indexedDB) start();
