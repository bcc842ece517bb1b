// While a notice is being written: its length in segments, and how the resident gets it.
// UCS-2 units are what JavaScript counts anyway (3GPP TS 23.040: 70, or 67 in each of several segments).
const segments = (units) => (units <= 70 ? 1 : Math.ceil(units / 67));

for (const text of document.querySelectorAll("textarea[data-sms]")) {
  const form = text.form;
  const most = form.elements.namedItem("segments");
  const length = document.getElementById(text.dataset.counts);
  const example = document.getElementById(text.dataset.shows);
  const values = Object.fromEntries(
    [...form.querySelectorAll("code[data-value]")].map((code) => [code.textContent, code.dataset.value]),
  );
  const show = () => {
    const words = text.value.trim().replace(/\s+/g, " ");
    const filled = text.dataset.signature + words.replace(/\{\w+\}/g, (name) => values[name] ?? name);
    const fixed = (text.dataset.signature + words.replace(/\{\w+\}/g, "")).length;
    const room = Number(most.value) > 1 ? 67 * Number(most.value) : 70;
    example.textContent = filled;
    length.textContent = `例子 ${filled.length} 个字，${segments(filled.length)} 条；不算花括号 ${fixed} 个字，最多 ${room} 个字${fixed > room ? "，太长了" : ""}`;
    length.classList.toggle("wrong", fixed > room);
  };
  text.addEventListener("input", show);
  most.addEventListener("input", show);
}

const find = document.querySelector("input[data-finds]");
find?.addEventListener("input", () => {
  for (const part of document.querySelectorAll(find.dataset.finds)) {
    part.hidden = !part.textContent.includes(find.value.trim());
  }
});
