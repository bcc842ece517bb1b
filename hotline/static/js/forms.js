// Products (48 × 40 元) are shown while the factors are typed; the server reckons again.
for (const output of document.querySelectorAll("output[data-factors]")) {
  const inputs = output.dataset.factors.split(" ").map((name) => output.form.elements[name]);
  const show = () => {
    const product = inputs.reduce((total, input) => total * Number(input.value || NaN), 1);
    output.textContent = Number.isFinite(product) ? String(Math.round(product * 100) / 100) : "—";
  };
  for (const input of inputs) input.addEventListener("input", show);
  show();
}

// A second press of an impatient finger must not send the form twice, also one that a renewed list brought.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
}, true);
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
