// The sound as a picture: a strip of the whole above, some seconds of it below, with the words under them. Click to
// hear from there, drag to hear a part again and again.
const STRIP = 26;
const WAVE = 76;
const WORDS = 34;
const PIXELS_PER_SECOND = 112;
const DRAG = 6;

export class Waveform {
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.start = 0;
    this.peaks = [];
    this.drag = null;
  }

  // Whether there is a picture.
  async load(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return false;
    const { peaks, per_second: perSecond } = await answer.json();
    if (!peaks.length) return false;
    this.peaks = peaks;
    this.perSecond = perSecond;
    this.seconds = peaks.length / perSecond;
    this.canvas.hidden = false;
    this.listen();
    this.draw();
    return true;
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", () => { this.drag = null; });
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get shown() { return Math.min(this.seconds, this.canvas.clientWidth / PIXELS_PER_SECOND); }

  timeAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const time = event.clientY - box.top < STRIP ? share * this.seconds : this.start + share * this.shown;
    return Math.max(0, Math.min(this.seconds, time));
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { x: event.clientX, time: this.timeAt(event), moved: false };
  }

  move(event) {
    if (!this.drag) return;
    if (Math.abs(event.clientX - this.drag.x) > DRAG) this.drag.moved = true;
    if (!this.drag.moved) return;
    const ends = [this.drag.time, this.timeAt(event)].sort((one, other) => one - other);
    this.player.setLoop(ends);
  }

  release(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.moved) return void this.player.playFrom(this.player.loop[0]);
    this.player.setLoop(null);
    this.player.playFrom(this.timeAt(event));
  }

  // Keeps the present second in sight; called on every frame while it plays.
  follow(time) {
    if (!this.peaks.length) return;
    if (!this.drag && (time < this.start || time > this.start + this.shown * 0.9))
      this.start = Math.max(0, Math.min(this.seconds - this.shown, time - this.shown * 0.15));
    this.draw();
  }

  draw() {
    const { canvas, peaks } = this;
    const width = canvas.clientWidth;
    if (!width || !peaks.length) return;
    const height = STRIP + WAVE + WORDS;
    const scale = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== height * scale) canvas.height = height * scale;
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.drawStrip(pen, width, colour);
    this.drawPart(pen, width, colour, style.fontFamily);
  }

  drawStrip(pen, width, colour) {
    const { peaks, seconds, player } = this;
    pen.fillStyle = colour("accent-soft");
    pen.fillRect((this.start / seconds) * width, 0, (this.shown / seconds) * width, STRIP);
    pen.fillStyle = colour("muted");
    for (let x = 0; x < width; x += 2) {
      const from = Math.floor((x / width) * peaks.length);
      const to = Math.max(from + 1, Math.floor(((x + 2) / width) * peaks.length));
      const tall = Math.max(1, (Math.max(...peaks.slice(from, to)) / 100) * (STRIP - 4));
      pen.fillRect(x, (STRIP - tall) / 2, 1.4, tall);
    }
    pen.fillStyle = colour("danger");
    pen.fillRect((player.time / seconds) * width - 1, 0, 2, STRIP);
  }

  drawPart(pen, width, colour, font) {
    const { peaks, perSecond, player } = this;
    const scale = width / this.shown;
    const place = (time) => (time - this.start) * scale;
    if (player.loop) {
      pen.fillStyle = colour("mark");
      pen.fillRect(place(player.loop[0]), STRIP + 2, (player.loop[1] - player.loop[0]) * scale, WAVE + WORDS - 2);
    }
    for (const word of player.words) this.drawWord(pen, word, place, colour, font);
    pen.fillStyle = colour("accent");
    const middle = STRIP + WAVE / 2;
    const last = Math.min(peaks.length, Math.ceil((this.start + this.shown) * perSecond));
    for (let i = Math.floor(this.start * perSecond); i < last; i++) {
      const tall = Math.max(1.5, (peaks[i] / 100) * (WAVE - 10));
      pen.fillRect(place(i / perSecond), middle - tall / 2, Math.max(1, scale / perSecond - 0.8), tall);
    }
    pen.fillStyle = colour("danger");
    pen.fillRect(place(player.time) - 1, STRIP + 2, 2, WAVE + WORDS - 2);
  }

  drawWord(pen, word, place, colour, font) {
    const from = place(Number(word.dataset.start));
    const to = place(Number(word.dataset.end));
    if (to < 0 || from > this.canvas.clientWidth) return;
    const now = word.classList.contains("now");
    const ground = now ? "accent" : word.classList.contains("doubtful") ? "danger-soft"
      : word.classList.contains("unsure") ? "warn-soft" : "";
    if (ground) {
      pen.fillStyle = colour(ground);
      pen.fillRect(from, now ? STRIP + WAVE : STRIP + 2, Math.max(2, to - from - 1), now ? WORDS : WAVE + WORDS - 2);
    }
    pen.fillStyle = colour(now ? "on-accent" : "ink");
    pen.font = `17px ${font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(word.textContent, (from + to) / 2, STRIP + WAVE + WORDS / 2, Math.max(14, to - from - 1));
  }
}
