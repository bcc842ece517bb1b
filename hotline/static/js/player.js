// A recording with its words: click a word to hear it, the spoken word is marked, parts can be heard again, slower
// and louder.
import { Waveform } from "./waveform.js";

const BACK = 3;
const AROUND = 1.5;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const GAINS = [1, 2, 4];

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

class Player {
  constructor(box) {
    this.box = box;
    this.audio = box.querySelector("audio");
    this.words = [...box.querySelectorAll("[data-start]")];
    this.loop = null;
    this.marked = null;
    this.until = null;
    this.wave = new Waveform(box.querySelector("canvas"), this);
    this.audio.preservesPitch = true;
    this.audio.addEventListener("play", () => this.follow());
    this.audio.addEventListener("seeked", () => this.show());
    for (const word of this.words)
      word.addEventListener("click", () => this.playFrom(Number(word.dataset.start)));
    for (const button of box.querySelectorAll("[data-control]"))
      button.addEventListener("click", () => this[button.dataset.control](button));
    box.querySelector("[data-controls]").hidden = false;
    this.clock = box.querySelector("[data-time]");
    this.audio.addEventListener("loadedmetadata", () => this.show());
    this.wave.load(box.dataset.peaks).then((drawn) => this.useWave(drawn)).catch(() => {
      // Without its picture the sound can still be heard.
    });
  }

  get time() { return this.audio.currentTime; }

  // The picture takes the place of the browser's own bar.
  useWave(drawn) {
    this.audio.controls = !drawn;
    this.clock.hidden = !drawn;
    this.show();
  }

  // timeupdate comes four times a second, too seldom for short words.
  follow() {
    if (this.until !== null && this.time >= this.until) {
      this.until = null;
      this.audio.pause();
    }
    if (this.loop && this.time >= this.loop[1]) this.audio.currentTime = this.loop[0];
    this.show();
    if (!this.audio.paused) requestAnimationFrame(() => this.follow());
  }

  show() {
    // Before the first sound no word is being spoken.
    const word = this.time > 0 ? this.wordAt(this.time) : null;
    if (word !== this.marked) {
      this.marked?.classList.remove("now");
      word?.classList.add("now");
      this.marked = word;
    }
    this.clock.textContent = `${minutes(this.time)} / ${minutes(this.audio.duration || 0)}`;
    this.wave.follow(this.time);
  }

  wordAt(time) {
    const found = this.words.findLast((word) => Number(word.dataset.start) <= time + 0.02);
    return found && time <= Number(found.dataset.end) + 0.4 ? found : null;
  }

  seek(time) {
    this.until = null;
    this.audio.currentTime = Math.max(0, time);
    this.show();
  }

  playFrom(time) {
    this.seek(time);
    this.audio.play();
  }

  // A doubtful word with a little of what stands around it.
  playWord(word) {
    this.playFrom(Number(word.dataset.start) - 0.4);
    this.until = Number(word.dataset.end) + 0.4;
  }

  setLoop(ends) {
    this.loop = ends;
    this.box.querySelector("[data-control=repeat]").setAttribute("aria-pressed", String(Boolean(ends)));
    this.wave.draw();
  }

  stepWord(by) {
    const at = this.words.findLastIndex((word) => Number(word.dataset.start) <= this.time + 0.02);
    const word = this.words[Math.max(0, Math.min(this.words.length - 1, at + by))];
    this.seek(word ? Number(word.dataset.start) : this.time + by);
  }

  setSpeed(speed) {
    this.audio.playbackRate = speed;
    this.box.querySelector("[data-speed]").textContent = `${speed}×`;
  }

  stepSpeed(by) {
    const at = SPEEDS.indexOf(this.audio.playbackRate);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]);
  }

  // What the buttons do, by their data-control.
  play() { this.until = null; if (this.audio.paused) this.audio.play(); else this.audio.pause(); }
  back() { this.seek(this.time - BACK); }
  previous() { this.stepWord(-1); }
  next() { this.stepWord(1); }
  slower() { this.stepSpeed(-1); }
  normal() { this.setSpeed(1); }
  faster() { this.stepSpeed(1); }

  repeat() {
    if (this.loop) return void this.setLoop(null);
    const most = this.audio.duration || Infinity;
    this.setLoop([Math.max(0, this.time - AROUND), Math.min(most, this.time + AROUND)]);
    this.playFrom(this.loop[0]);
  }

  // Only made when asked for: a browser lets no page start its own sound system before somebody pressed a key.
  louder(button) {
    this.gain ??= this.makeGain();
    const gain = GAINS[(GAINS.indexOf(this.gain.gain.value) + 1) % GAINS.length];
    this.gain.gain.value = gain;
    button.querySelector("[data-louder]").textContent = `×${gain}`;
  }

  makeGain() {
    const sound = new AudioContext();
    const gain = sound.createGain();
    // A loud cough in a soft voice's recording must not hurt.
    const guard = sound.createDynamicsCompressor();
    sound.createMediaElementSource(this.audio).connect(gain).connect(guard).connect(sound.destination);
    return gain;
  }
}

export const players = [...document.querySelectorAll("[data-player]")].map((box) => new Player(box));
