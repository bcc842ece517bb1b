// New calls and changes appear without a reload. The server tells which part of the page is no longer true; that
// part is fetched again and put in place: who looks at a row keeps it before the eyes and under the focus, and who
// types is not disturbed until the field is left.
const OFF = "hotline-sound-off";
const AGAIN = 15000; // milliseconds between two questions where no stream can be had
const USABLE = "a[href], button:not([disabled]), input, select, textarea, summary";
const parts = () => [...document.querySelectorAll("main [data-live][id]")];
const opened = document.querySelector("main [data-version]");
const topics = () => new Set(opened ? ["cases"] : parts().map((part) => part.dataset.live));
const told = {};

function chime() {
  if (localStorage.getItem(OFF) === "1") return;
  try {
    const audio = new AudioContext();
    const volume = audio.createGain();
    const tone = audio.createOscillator();
    volume.gain.setValueAtTime(0.05, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.frequency.value = 660;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
    tone.onended = () => audio.close();
  } catch {
    // No sound before the first click on the page: browsers ask for that.
  }
}

const rowsOf = (part) => [...part.querySelectorAll("[data-row][id]")];
const usableOf = (box) => [...box.querySelectorAll(USABLE)].filter((one) => one.closest("[id]") === box);

// Call it before the part is renewed; what it returns puts scroll and focus back.
function bookmark(part) {
  const rows = rowsOf(part);
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  const box = active?.closest("[id]");
  const at = box ? usableOf(box).indexOf(active) : -1;
  const row = rows.includes(box) ? box : rows.find((one) => one.getBoundingClientRect().bottom > 0);
  const [place, top] = [rows.indexOf(row), row?.getBoundingClientRect().top];
  return (fresh) => {
    const here = (id) => (id === fresh.id ? fresh : rowsOf(fresh).find((one) => one.id === id));
    const same = row && here(row.id);
    if (same && scrollY > 0) scrollBy({ top: same.getBoundingClientRect().top - top, behavior: "instant" });
    if (!active) return;
    // A row that somebody else has dealt with leaves the focus to the one in its place.
    const again = usableOf(here(box.id) ?? rowsOf(fresh)[place] ?? fresh);
    (again[at] ?? again.at(-1))?.focus({ preventScroll: true });
  };
}

const typing = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");

async function renew(topic) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  let grown = false;
  for (const part of parts().filter((part) => part.dataset.live === topic)) {
    const fresh = page.getElementById(part.id);
    if (!fresh || part.innerHTML === fresh.innerHTML) continue;
    if (typing(part)) {
      part.addEventListener("focusout", () => renew(topic).catch(() => {}), { once: true });
      continue;
    }
    grown ||= Number(fresh.dataset.count ?? 0) > Number(part.dataset.count ?? 0);
    const putBack = bookmark(part);
    part.replaceWith(fresh);
    putBack(fresh);
  }
  document.title = page.title;
  if (grown) chime();
}

// A case that is open is not exchanged under the hand of who works on it: a line says that it has changed.
async function compare() {
  const answer = await fetch(opened.dataset.asks, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { version } = await answer.json();
  opened.hidden = version === Number(opened.dataset.version);
}

function hear(topic, mark) {
  const before = told[topic];
  told[topic] = mark;
  if (before === undefined || before === mark) return;
  // Without network the old mark stays: the next one that comes tries again.
  (topic === "cases" && opened ? compare() : renew(topic)).catch(() => { told[topic] = before; });
}

function ask() {
  fetch(document.body.dataset.liveNow)
    .then((answer) => (answer.ok ? answer.json() : told))
    .then((marks) => topics().forEach((topic) => hear(topic, marks[topic])))
    .catch(() => {});
}

function listen(address) {
  const stream = new EventSource(address);
  for (const topic of topics()) {
    stream.addEventListener(topic, (event) => hear(topic, JSON.parse(event.data)));
  }
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setInterval(ask, AGAIN);
  });
}

function offerSilence() {
  const sound = document.querySelector("[data-sound]");
  sound.closest("label").hidden = false;
  sound.checked = localStorage.getItem(OFF) !== "1";
  sound.addEventListener("change", () => localStorage.setItem(OFF, sound.checked ? "0" : "1"));
}

if (parts().length) offerSilence();
if (topics().size) listen(document.body.dataset.live);
