// What the ear hears: prompts, the tone, keys, ringing. Times in seconds.

let context;
const speaker = () => (context ??= new AudioContext());

export const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// {ended: a promise, stop()}. A file that cannot be played still takes its time, so that the call goes on.
export function play(url, seconds) {
  const audio = new Audio(url);
  const ended = new Promise((done) => {
    audio.addEventListener("ended", done);
    const silently = () => sleep(seconds).then(done);
    audio.addEventListener("error", silently);
    audio.play().catch(silently);
  });
  return { ended, stop: () => audio.pause() };
}

export function tone(frequencies, seconds, volume = 0.15) {
  const out = speaker();
  out.resume();
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(out, { frequency });
    const gain = new GainNode(out, { gain: volume });
    oscillator.connect(gain).connect(out.destination);
    oscillator.start();
    oscillator.stop(out.currentTime + seconds);
  }
  return sleep(seconds);
}

// ITU-T Q.23: one low and one high frequency for each key.
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
export function keyTone(key) {
  const place = "123456789*0#".indexOf(key);
  return tone([ROWS[Math.floor(place / 3)], COLUMNS[place % 3]], 0.12);
}

// China's tones are 450 Hz: one second in five is ringing (also what a caller hears), short and fast is engaged.
const RING_EVERY = 5000;
let rang = -RING_EVERY;
export function ring() {
  if (performance.now() - rang < RING_EVERY) return;
  rang = performance.now();
  tone([450], 1);
}

export const ringBack = () => tone([450], 1, 0.08);

export async function engaged() {
  for (let i = 0; i < 3; i++) {
    await tone([450], 0.35, 0.08);
    await sleep(0.35);
  }
}
