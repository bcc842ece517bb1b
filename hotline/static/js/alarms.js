// The line on top of every page: who calls for help while somebody sits at another page. Without JavaScript it is
// right when the page is opened.
const line = document.querySelector("[data-alarms]");
const SECONDS = 20;

async function look() {
  try {
    const answer = await fetch(line.dataset.alarms, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const { running } = await answer.json();
    line.querySelector("[data-count]").textContent = running;
    line.hidden = running === 0 || location.pathname.endsWith("/alarms");
  } catch {
    // The network is away for a moment; the next look tells.
  }
}

if (line) setInterval(look, SECONDS * 1000);

// The page of the alarms itself is loaded anew, but not while somebody writes.
const again = document.querySelector("[data-again]");
const typed = () => [...document.querySelectorAll("main input:not([type=hidden])")].some((input) => input.value || input === document.activeElement);
if (again) setInterval(() => typed() || location.reload(), again.dataset.again * 1000);
