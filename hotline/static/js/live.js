// New calls and changes appear without a reload. The server tells which part of the page is no longer true; that
// part is fetched again and put in place, unless somebody is working in it.
const OFF = "hotline-sound-off";
const AGAIN = 15000; // milliseconds between two questions where no stream can be had
const parts = () => [...document.querySelectorAll("main [data-live][id]")];
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

async function renew(topic) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let grown = false;
  for (const part of parts().filter((part) => part.dataset.live === topic)) {
    const other = fresh.getElementById(part.id);
    if (!other || part.contains(document.activeElement) || part.innerHTML === other.innerHTML) continue;
    grown ||= Number(other.dataset.count ?? 0) > Number(part.dataset.count ?? 0);
    part.replaceWith(other);
  }
  if (grown) chime();
}

function hear(topic, mark) {
  const before = told[topic];
  told[topic] = mark;
  // Without network the old mark stays: the next one that comes tries again.
  if (before !== undefined && before !== mark) renew(topic).catch(() => { told[topic] = before; });
}

function ask() {
  fetch(document.body.dataset.liveNow)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((marks) => Object.entries(marks).forEach(([topic, mark]) => hear(topic, mark)))
    .catch(() => {});
}

function listen(address) {
  const stream = new EventSource(address);
  for (const topic of new Set(parts().map((part) => part.dataset.live))) {
    stream.addEventListener(topic, (event) => hear(topic, JSON.parse(event.data)));
  }
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setInterval(ask, AGAIN);
  });
}

const sound = document.querySelector("[data-sound]");
if (sound) {
  sound.closest("label").hidden = false;
  sound.checked = localStorage.getItem(OFF) !== "1";
  sound.addEventListener("change", () => localStorage.setItem(OFF, sound.checked ? "0" : "1"));
}
if (parts().length) listen(document.body.dataset.live);
