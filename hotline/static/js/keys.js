// Every element with data-key has a key: buttons and links are pressed, fields are focused.
// Single keys rest while somebody types, and can be switched off (WCAG 2.1.4).
const OFF = "hotline-keys-off";
const SHOWN = { space: "空格", arrowleft: "←", arrowright: "→", "ctrl+enter": "Ctrl+Enter" };

const typing = (target) =>
  target.isContentEditable ||
  target.matches("textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=submit])");

const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

function nameOf(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  parts.push(event.key === " " ? "space" : event.key.toLowerCase());
  return parts.join("+");
}

function use(element) {
  const box = element.closest("details");
  if (box) box.open = true;
  const choice = element.matches("input[type=radio], input[type=checkbox]");
  if (element.matches("input, textarea, select, summary")) element.focus();
  if (choice || !element.matches("input, textarea, select, summary")) element.click();
  if (element.matches("summary")) element.scrollIntoView({ block: "center" });
}

function fillOverview(dialog) {
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  for (const element of [...document.querySelectorAll("[data-key-name]")].filter(visible)) {
    const key = document.createElement("dt");
    const name = element.dataset.key;
    key.append(Object.assign(document.createElement("kbd"), { textContent: SHOWN[name] ?? name.replace("alt+", "Alt+") }));
    list.append(key, Object.assign(document.createElement("dd"), { textContent: element.dataset.keyName }));
  }
}

function setUpOverview() {
  const dialog = document.getElementById("keys");
  if (!dialog) return () => {};
  const off = dialog.querySelector("input");
  off.checked = localStorage.getItem(OFF) === "1";
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "1" : "0"));
  const open = () => { fillOverview(dialog); dialog.showModal(); };
  for (const button of document.querySelectorAll("[data-opens=keys]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
  return open;
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(visible);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  (row.querySelector("a, button") ?? row).focus();
}

const openOverview = setUpOverview();
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  const inField = typing(event.target);
  if (inField && name === "escape") return void event.target.blur();
  const plain = !name.startsWith("ctrl+") && !name.startsWith("alt+") && !/^f\d+$/.test(name);
  if (plain && (inField || localStorage.getItem(OFF) === "1")) return;
  if (name === "?") return void openOverview();
  if (name === "j" || name === "k") return void step(name === "j" ? 1 : -1);
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].find(visible);
  if (!element) return;
  // Space presses the focused button; the player must not take it away.
  if (name === "space" && event.target.matches("button, a, summary, input")) return;
  event.preventDefault();
  use(element);
});
