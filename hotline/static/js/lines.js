// The cursor goes to the line of a text in which the mistake is.
const text = document.querySelector("textarea[data-line]");
if (text) {
  const lines = text.value.split("\n");
  const at = Math.min(Number(text.dataset.line), lines.length) - 1;
  const start = lines.slice(0, at).join("\n").length + (at ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + lines[at].length);
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (at - 4) * height);
}
