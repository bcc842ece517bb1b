// The microphone as a telephone hears it: 300 to 3400 Hz, 8 kHz, 16 bit, mono WAV.

const RATE = 8000;
// ITU-T G.712's band; two filters each are about as steep as a line card.
const BAND = [["highpass", 300], ["highpass", 300], ["lowpass", 3400], ["lowpass", 3400]];

// {stop(): a promise of the WAV as a Blob}. Throws when there is no microphone or no leave to use it.
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.start();
  return {
    async stop() {
      const stopped = new Promise((done) => recorder.addEventListener("stop", done));
      recorder.stop();
      await stopped;
      for (const track of stream.getTracks()) track.stop();
      return wav(await telephone(await new Blob(pieces).arrayBuffer()));
    },
  };
}

async function telephone(encoded) {
  const decoder = new AudioContext();
  const sound = await decoder.decodeAudioData(encoded);
  decoder.close();
  const line = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * RATE)), RATE);
  const source = new AudioBufferSourceNode(line, { buffer: sound });
  const filters = BAND.map(([type, frequency]) => new BiquadFilterNode(line, { type, frequency, Q: Math.SQRT1_2 }));
  [source, ...filters, line.destination].reduce((from, to) => from.connect(to));
  source.start();
  return (await line.startRendering()).getChannelData(0);
}

function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const write = (at, text) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((s, i) => view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, s)) * 0x7fff, true));
  return new Blob([view], { type: "audio/wav" });
}
