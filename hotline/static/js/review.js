// The draft of the SMS follows the decisions on the page.
const form = document.getElementById("review");
const text = document.getElementById("draft");
const size = document.getElementById("draft-size");

async function refresh() {
  const chosen = new FormData(form);
  const query = new URLSearchParams();
  for (const name of ["decision", "level", "note"]) query.set(name, chosen.get(name) ?? "");
  try {
    const answer = await fetch(`${form.dataset.draft}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const draft = await answer.json();
    text.textContent = draft.text;
    size.textContent = draft.size;
  } catch {
    // Without network the old draft stays; the server writes the real one.
  }
}

let waiting;
form?.addEventListener("input", (event) => {
  if (!["decision", "level", "note"].includes(event.target.name)) return;
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 250);
});

// A chip of what was heard fills the field that it belongs to.
for (const chip of document.querySelectorAll("[data-fill]"))
  chip.addEventListener("click", () => {
    const field = form.elements[chip.dataset.fill];
    if (!field.value.includes(chip.dataset.value))
      field.value = [field.value.trim(), chip.dataset.value].filter(Boolean).join(" ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

// One press for “并入另一件” and its number.
for (const button of document.querySelectorAll("[data-merge]"))
  button.addEventListener("click", () => {
    form.elements.merge_into.value = button.dataset.merge;
    form.querySelector("[name=decision][value=merge]").click();
    form.elements.merge_into.scrollIntoView({ block: "center" });
  });
