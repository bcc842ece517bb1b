// What carrier and hotline say to each other, beside the call: for demonstrations and training.

import { get } from "./exchange.js";

const $ = (id) => document.getElementById(id);
const PACE = 1500; // ms between two looks
let newest = 0;
let looking = null;

$("watch").addEventListener("click", () => {
  const on = $("watch").getAttribute("aria-pressed") !== "true";
  $("watch").setAttribute("aria-pressed", on);
  $("watch").textContent = on ? "不看往来" : "看往来";
  $("exchanges").hidden = !on;
  clearInterval(looking);
  if (!on) return void ($("no-exchanges").hidden = true);
  looking = setInterval(() => document.hidden || look(), PACE);
  look();
});

async function look() {
  let fresh;
  try {
    fresh = await get(`/traffic?after=${newest}`);
  } catch {
    return; // the next look will do
  }
  // Two looks at once bring the same twice.
  fresh = fresh.filter((exchange) => exchange.id > newest);
  newest = fresh[0]?.id ?? newest;
  $("exchanges").prepend(...fresh.map(shown));
  $("no-exchanges").hidden = newest > 0;
}

function shown(exchange) {
  const details = element("details");
  const signed = element("span", exchange.signed ? "签名对" : "签名不对", "badge");
  signed.classList.add(exchange.signed ? "badge-green" : "badge-red");
  details.append(
    element("summary", element("time", exchange.at), element("code", `${exchange.method} ${exchange.path}`),
      signed, element("span", `${exchange.status}，${exchange.milliseconds} 毫秒`)),
    element("div",
      element("div", element("h3", "运营商说"), element("pre", asked(exchange))),
      element("div", element("h3", "热线答"), element("pre", readable(exchange.answer)))),
  );
  details.lastChild.className = "pair";
  return element("li", details);
}

const asked = ({ params, signature }) =>
  [...Object.entries(params).map(([name, value]) => `${name} = ${value}`), `X-Twilio-Signature: ${signature}`].join("\n");

// TwiML with one element a line.
function readable(answer) {
  if (!answer.trim()) return "（没有话说）";
  const parsed = new DOMParser().parseFromString(answer, "text/xml");
  if (parsed.querySelector("parsererror")) return answer;
  return lines(parsed.documentElement, "").join("\n");
}

function lines(node, indent) {
  const attributes = [...node.attributes].map(({ name, value }) => ` ${name}="${value}"`).join("");
  const inside = [...node.children].flatMap((child) => lines(child, `${indent}  `));
  if (inside.length) return [`${indent}<${node.tagName}${attributes}>`, ...inside, `${indent}</${node.tagName}>`];
  const text = node.textContent.trim();
  return [`${indent}<${node.tagName}${attributes}${text ? `>${text}</${node.tagName}` : "/"}>`];
}

function element(tag, ...content) {
  const made = document.createElement(tag);
  if (tag === "span" && content.length > 1) made.className = content.pop();
  made.append(...content);
  return made;
}
