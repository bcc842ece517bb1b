// The handset. The server says step by step what happens on the line; here it is played and answered.

import { get, hangUpForGood, post, Trouble } from "./exchange.js";
import { record } from "./microphone.js";
import { engaged, keyTone, play, ring, ringBack, sleep, tone } from "./sound.js";
import "./traffic.js";

const $ = (id) => document.getElementById(id);
const NOBODY = { key() {}, hangUp() {} };
const hotlineNumber = $("digits").textContent;

let call = null; // {sid, hungUp, act: what keys and the hang-up button do right now}

// One call

async function converse(start) {
  begin();
  try {
    const { sid } = await start();
    call.sid = sid;
    let step = await post(`/calls/${sid}/next`, { turn: 0 });
    while (show(step).kind !== "Ended") {
      call.turn = step.turn;
      const reply = call.hungUp ? { kind: "hang-up", after: 0 } : await perform(step);
      step = await post(`/calls/${sid}/next`, { turn: step.turn, ...reply });
    }
    if (step.by === "hotline") engaged();
  } catch (error) {
    complain(error);
  }
  end();
}

function begin() {
  call = { hungUp: false, act: NOBODY, since: performance.now() };
  $("log").replaceChildren();
  $("trouble").hidden = true;
  $("digits").textContent = "";
  say("status", "接通中");
  document.querySelector(".handset").dataset.talking = "";
  enable();
  $("hang-up").focus();
}

function end() {
  call = null;
  say("status", "待机");
  delete document.querySelector(".handset").dataset.talking;
  $("digits").textContent = $("to").value;
  $("dialling").hidden = true;
  enable();
  $("call").focus();
  refresh();
}

function enable() {
  $("call").disabled = $("number").disabled = Boolean(call);
  // Also ends what was dialled and not called: the hotline's number is back.
  $("hang-up").disabled = !call && $("to").value === hotlineNumber;
}

// What the caller does in a step: a reply for the server.
async function perform(step) {
  switch (step.kind) {
    case "Prompt": return hear(step);
    case "WaitForKey": return during(sleep(step.seconds), () => true);
    case "Beep": return during(tone([1000], step.seconds), () => false);
    case "Listen": return speak(step);
    case "Dialling": return dial(step);
    default: return {};
  }
}

async function hear(step) {
  const sound = step.url ? play(step.url, step.seconds) : { ended: sleep(step.seconds), stop() {} };
  const reply = await during(sound.ended, () => step.takes_keys);
  sound.stop();
  return reply;
}

async function speak(step) {
  const chosen = document.querySelector("input[name=say]:checked");
  say("status", "请讲");
  if (chosen.value === "nothing") return silence(step);
  if (chosen.value === "microphone") return speakFreely(step);
  say("caption", `来电人：${chosen.dataset.text}`);
  const sound = play(`/phone/samples/${chosen.value}.wav`, 5);
  const reply = await during(sound.ended, (key) => step.finish_on_key.includes(key));
  sound.stop();
  const cut = reply.after === undefined ? {} : { after: reply.after };
  return { kind: "speech", sample: chosen.value, then: reply.key ?? "hang-up", ...cut };
}

function silence(step) {
  say("caption", "（来电人没有出声）");
  return during(sleep(step.silence), (key) => step.finish_on_key.includes(key));
}

async function speakFreely(step) {
  let recorder;
  try {
    recorder = await record();
  } catch {
    complain(new Trouble("没有话筒，或没有允许使用话筒。这次当作没有出声。"));
    return silence(step);
  }
  say("caption", "正在录音，请讲，说完按“挂机”。");
  const reply = await during(sleep(step.seconds), (key) => step.finish_on_key.includes(key));
  return { kind: "speech", sound: await recorder.stop(), then: reply.key ?? (reply.kind === "hang-up" ? "hang-up" : "") };
}

async function dial(step) {
  $("dialling").hidden = false;
  const answered = new Promise((done) => {
    $("pick-up").onclick = () => done({ kind: "picked-up" });
    $("nobody").onclick = () => done({ kind: "none" });
  });
  const reply = await Promise.race([answered, during(sleep(step.seconds), () => false)]);
  $("dialling").hidden = true;
  return reply;
}

// Until `natural` is over, a key that is accepted is pressed, or the caller hangs up.
function during(natural, accepts) {
  const start = performance.now();
  const after = () => (performance.now() - start) / 1000;
  return new Promise((done) => {
    call.act = {
      key: (key) => accepts(key) && done({ kind: "key", key, after: after() }),
      hangUp: () => done({ kind: "hang-up", after: after() }),
    };
    natural.then(() => done({ kind: "none" }));
  });
}

// What is seen

function show(step) {
  const line = document.createElement("li");
  const time = document.createElement("span");
  time.textContent = `${step.at.toFixed(1)} 秒`;
  line.append(time, step.line);
  $("log").append(line);
  $("log").hidden = false;
  $("log").scrollTop = $("log").scrollHeight;
  if (step.kind === "Prompt") {
    say("status", "通话中");
    // A number or a date is spoken in many small pieces.
    call.heard = (call.heard ?? "热线：") + step.text;
    say("caption", call.heard);
  } else if (!["Request", "WaitForKey"].includes(step.kind)) {
    call.heard = null;
  }
  if (["Beep", "NothingHeard", "Ended"].includes(step.kind)) say("caption", step.line);
  return step;
}

const say = (id, text) => { $(id).textContent = text; };

function complain(error) {
  if (!(error instanceof Trouble)) console.error(error);
  say("trouble", error instanceof Trouble ? error.message : "这一页出错了，请刷新再试。");
  $("trouble").hidden = false;
}

setInterval(() => {
  if (!call) return;
  const seconds = Math.floor((performance.now() - call.since) / 1000);
  say("time", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
}, 500);

// Keys

function press(key) {
  keyTone(key);
  if (!call) return dialDigit(key);
  $("digits").textContent = ($("digits").textContent + key).slice(-18);
  call.act.key(key);
}

// The first digit begins another number.
function dialDigit(key) {
  dialled(($("to").value === hotlineNumber ? "" : $("to").value) + key);
}

function dialled(number) {
  $("to").value = $("digits").textContent = number;
  enable();
}

$("to").addEventListener("input", () => dialled($("to").value));

for (const button of document.querySelectorAll("[data-key]"))
  button.addEventListener("click", () => press(button.dataset.key));

addEventListener("keydown", (event) => {
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  // Digits jump to nothing in a radio button: there, too, they are keys of the telephone.
  if (event.target.closest("input:not([type=radio]), textarea, select")) return;
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
  press(event.key);
});

$("call").addEventListener("click", () => {
  ringBack();
  converse(() => post("/calls", { number: $("number").value, to: $("to").value }));
});
$("hang-up").addEventListener("click", () => {
  if (!call) return dialled(hotlineNumber);
  call.hungUp = true;
  call.act.hangUp();
});

// A closed page is a receiver put down.
addEventListener("pagehide", () => call?.turn && hangUpForGood(call.sid, call.turn));

// Texts and incoming calls

let incoming = null;
let shown = "";

async function refresh() {
  const number = $("number").value;
  let state;
  try {
    state = await get(`/state?number=${encodeURIComponent(number)}`);
  } catch {
    return; // the next look will do
  }
  if (number === $("number").value) showTexts(state.messages);
  showRinging(state.ringing[0] ?? null);
}

function showTexts(messages) {
  const now = JSON.stringify(messages);
  if (now === shown) return;
  shown = now;
  $("no-texts").hidden = messages.length > 0;
  $("texts").replaceChildren(...messages.map((message) => {
    const item = document.createElement("li");
    item.className = message.mine ? "mine" : "";
    const time = document.createElement("time");
    time.textContent = `${message.mine ? "我" : "热线"} ${message.at}`;
    item.append(time, message.body);
    return item;
  }));
  $("texts").scrollTop = $("texts").scrollHeight;
}

function showRinging(ringing) {
  incoming = call ? null : ringing;
  $("ringing").hidden = !incoming;
  document.querySelector(".handset").classList.toggle("rings", Boolean(incoming));
  if (!incoming) return;
  const text = `${incoming.name}的电话响了，乡音热线来电`;
  if ($("ringing-text").textContent !== text) say("ringing-text", text);
  // Browsers keep a page silent until somebody has touched it.
  if (navigator.userActivation?.hasBeenActive) ring();
}

$("answer").addEventListener("click", () => {
  const { sid, number } = incoming;
  showRinging(null);
  $("number").value = number;
  nameCallKey();
  converse(() => post(`/calls/${sid}/answer`));
});
$("reject").addEventListener("click", async () => {
  $("ringing").hidden = true;
  await post(`/calls/${incoming.sid}/reject`).catch(complain);
});

$("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await post("/texts", { number: $("number").value, to: $("to").value, body: $("body").value });
    $("body").value = "";
  } catch (error) {
    complain(error);
  }
  refresh();
});

// A key-phone has one key, which calls the hotline.
function nameCallKey() {
  const only = "keyPhone" in $("number").selectedOptions[0].dataset;
  say("call-word", only ? "一键呼叫" : "拨打热线");
  if (only) dialled(hotlineNumber);
}

$("number").addEventListener("change", nameCallKey);
$("number").addEventListener("change", refresh);
nameCallKey();
setInterval(() => document.hidden || refresh(), 1500);
refresh();
