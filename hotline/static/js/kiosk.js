// The screen in the hall. Turns by itself, brings new content in quietly, begins anew twice a day: a browser that
// runs for weeks on a small box should never have to keep more than one copy of the page.
const FRESH = 3 * 60_000; // milliseconds until the content is asked for again
const ANEW = 12 * 3_600_000;
const PAUSE = 2 * 60_000; // whoever stopped it will have walked away by then
const LEAST = 9_000;
const PER_CHARACTER = 180; // slow readers, and three metres

const box = document.getElementById("slides");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const began = performance.now();
let shown = 0;
let timer = 0;
let asked = began;

function slides() {
  return box.children;
}

// Large type first, smaller only where a text would not fit.
function fit(slide) {
  for (let scale = 1; scale >= 0.5; scale -= 0.05) {
    slide.style.setProperty("--scale", scale);
    if (slide.scrollHeight <= slide.clientHeight && slide.scrollWidth <= slide.clientWidth) return;
  }
}

function show(place) {
  const all = slides();
  if (!all.length) return;
  shown = (place + all.length) % all.length;
  for (const slide of all) slide.classList.toggle("current", slide === all[shown]);
  fit(all[shown]);
  // The next one's pictures come while this one is read.
  for (const picture of all[(shown + 1) % all.length].querySelectorAll("img")) picture.loading = "eager";
}

function seconds() {
  const text = slides()[shown]?.textContent.replace(/\s+/g, "") ?? "";
  return Math.max(LEAST, text.length * PER_CHARACTER) * (still.matches ? 1.5 : 1);
}

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(turn, milliseconds);
}

async function turn() {
  if (shown + 1 >= slides().length) await renew();
  show(shown + 1);
  wait(seconds());
}

// Only at the end of a round, so that nothing changes under somebody's eyes.
async function renew() {
  if (performance.now() - asked < FRESH) return;
  asked = performance.now();
  try {
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(location.href, { cache: "no-cache", headers: { Accept: "text/html" }, signal });
    if (!answer.ok) return;
    // Only while the service answers: a reload without it would leave an error page on the wall.
    if (performance.now() - began > ANEW) return location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("slides");
    if (fresh) box.replaceChildren(...document.importNode(fresh, true).children);
  } catch {
    // The network is away: what is on the wall stays there.
  }
}

async function stayAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // Refused on low battery; the screen's own settings decide then.
  }
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key];
  if (step) show(shown + step);
  else if (event.key !== " ") return;
  event.preventDefault();
  wait(step ? seconds() : PAUSE);
});
document.addEventListener("click", () => {
  if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
});
document.addEventListener("visibilitychange", stayAwake);
window.addEventListener("resize", () => show(shown));

document.documentElement.classList.add("turning");
stayAwake();
document.fonts.ready.then(() => show(shown));
show(0);
wait(seconds());
