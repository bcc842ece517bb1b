// A recording with its words: click a word to hear it, the spoken word is marked.
const BACK = 3;

function wordAt(words, time) {
  let found = null;
  for (const word of words) {
    if (Number(word.dataset.start) > time + 0.02) break;
    found = word;
  }
  return found && time <= Number(found.dataset.end) + 0.4 ? found : null;
}

function setUp(player) {
  const audio = player.querySelector("audio");
  const words = [...player.querySelectorAll("[data-start]")];
  const speeds = [...player.querySelectorAll("[data-speed]")];
  let marked = null;

  const mark = () => {
    const word = wordAt(words, audio.currentTime);
    if (word === marked) return;
    marked?.classList.remove("now");
    word?.classList.add("now");
    marked = word;
  };
  // timeupdate comes four times a second, too seldom for short words.
  const follow = () => { mark(); if (!audio.paused) requestAnimationFrame(follow); };
  const seek = (time) => { audio.currentTime = Math.max(0, time); mark(); };
  const stepWord = (by) => {
    const at = words.findLastIndex((word) => Number(word.dataset.start) <= audio.currentTime + 0.02);
    const word = words[Math.max(0, Math.min(words.length - 1, at + by))];
    seek(word ? Number(word.dataset.start) : audio.currentTime + by);
  };
  const setSpeed = (button) => {
    audio.playbackRate = Number(button.dataset.speed);
    for (const other of speeds) other.setAttribute("aria-pressed", String(other === button));
  };
  const controls = {
    play: () => (audio.paused ? audio.play() : audio.pause()),
    back: () => seek(audio.currentTime - BACK),
    previous: () => stepWord(-1),
    next: () => stepWord(1),
  };

  audio.addEventListener("play", follow);
  audio.addEventListener("seeked", mark);
  for (const word of words)
    word.addEventListener("click", () => { seek(Number(word.dataset.start)); audio.play(); });
  for (const button of speeds) button.addEventListener("click", () => setSpeed(button));
  for (const button of player.querySelectorAll("[data-control]"))
    button.addEventListener("click", controls[button.dataset.control]);
  player.querySelector("[data-controls]").hidden = false;
}

for (const player of document.querySelectorAll("[data-player]")) setUp(player);
