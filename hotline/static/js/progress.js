// The progress of a campaign is fetched again every few seconds while it runs; without this the page is reloaded.
const part = document.querySelector("[data-progress][data-live]");
const PAUSE = 5000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(part.dataset.progress, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) part.innerHTML = await answer.text();
  } catch {
    // Without network the old figures stay.
  }
}

if (part) setInterval(refresh, PAUSE);
