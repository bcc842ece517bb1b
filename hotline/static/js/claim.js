// Keeps a claimed case while its page is open, and says so when somebody else has it now.
const form = document.querySelector("[data-heartbeat]");

async function beat() {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  try {
    const answer = await fetch(form.dataset.heartbeat, { method: "POST", body, headers: { Accept: "application/json" } });
    const lost = answer.status === 409 || answer.redirected;
    document.getElementById("lost").hidden = !lost;
    for (const button of form.querySelectorAll("button")) button.disabled = lost;
  } catch {
    // The network is away for a moment; the next beat comes before the claim runs out.
  }
}

if (form) setInterval(beat, 60_000);
