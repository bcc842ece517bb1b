// Tab goes from doubtful word to doubtful word; a number puts another hearing in its place, u takes it back.
import { spanOf } from "./align.js";
import { players } from "./player.js";

const text = document.getElementById("text");
const all = players.flatMap((player) => player.words);
const done = [];

const spoken = (word) => (word.hidden ? "" : word.textContent);

// Puts `wanted` in the text where the words first..last stand, and shows it in the words.
function replace(first, last, wanted) {
  const [start, end] = spanOf(all.map(spoken), first, last, text.value);
  text.setRangeText(wanted.join(""), start, end, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  for (let i = first; i <= last; i++) {
    all[i].textContent = wanted[i - first];
    all[i].hidden = wanted[i - first] === "";
  }
}

function choose(word, option) {
  if (text.disabled || text.closest("fieldset[disabled]")) return;
  const offset = all.indexOf(word) - Number(word.dataset.index);
  const [first, last] = [offset + option.first, offset + option.last];
  done.push({ first, last, words: all.slice(first, last + 1).map(spoken), word });
  replace(first, last, [option.text, ...new Array(last - first).fill("")]);
  for (let i = first; i <= last; i++) all[i].classList.add("chosen");
  const following = doubts().find((other) => all.indexOf(other) > last);
  if (following) following.focus();
  else leave(word);
}

function undo() {
  const step = done.pop();
  if (!step) return;
  replace(step.first, step.last, step.words);
  for (let i = step.first; i <= step.last; i++) all[i].classList.remove("chosen");
  step.word.focus();
}

const doubts = () => all.filter((word) => word.dataset.options && !word.hidden && !word.classList.contains("chosen"));

function leave(word) {
  word.closest("[data-player]").querySelector("[data-options-list]").hidden = true;
  text.focus();
  text.setSelectionRange(0, 0);
}

function show(word) {
  const list = word.closest("[data-player]").querySelector("[data-options-list]");
  const options = JSON.parse(word.dataset.options);
  const said = Object.assign(document.createElement("strong"), { textContent: `“${word.textContent}”` });
  const hint = word.dataset.hint ? `（方言：${word.dataset.hint}）` : "";
  list.replaceChildren(said, document.createTextNode(`${hint}${options.length ? " 换成：" : " 没有别的听法，请听录音改。"}`));
  options.forEach((option, at) => {
    const button = Object.assign(document.createElement("button"), { type: "button", tabIndex: -1 });
    const key = Object.assign(document.createElement("kbd"), { textContent: String(at + 1) });
    const why = Object.assign(document.createElement("span"), { className: "muted small", textContent: option.why });
    button.append(key, ` ${option.text} `, why);
    button.addEventListener("click", () => choose(word, option));
    list.append(button);
  });
  list.hidden = false;
}

function onKey(event, word) {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  if ((event.key === "u" && plain) || (event.key === "z" && event.ctrlKey)) {
    event.preventDefault();
    return void undo();
  }
  const option = plain && /^[1-9]$/.test(event.key) ? JSON.parse(word.dataset.options)[event.key - 1] : null;
  if (!option) return;
  event.preventDefault();
  choose(word, option);
}

function jump() {
  const at = all.indexOf(document.activeElement);
  const words = doubts();
  (words.find((word) => all.indexOf(word) > at) ?? words[0])?.focus();
}

if (text) {
  for (const player of players)
    for (const word of player.words.filter((one) => one.dataset.options)) {
      word.addEventListener("focus", () => {
        show(word);
        if (word.matches(":focus-visible")) player.playWord(word);
      });
      word.addEventListener("keydown", (event) => onKey(event, word));
    }
  for (const button of document.querySelectorAll("[data-doubt]")) {
    button.addEventListener("click", { next: jump, undo }[button.dataset.doubt]);
    button.hidden = !doubts().length;
  }
}
