"use strict";
for (const at of document.querySelectorAll("time[data-unix]")) {
  at.title = at.textContent;
  at.textContent = new Date(at.dataset.unix * 1000).toLocaleTimeString();
}
const left = document.getElementById("left");
if (left) {
  const bar = document.getElementById("bar");
  const label = left.querySelector(".label");
  const shown = left.querySelector("strong");
  const { ends, issued } = left.dataset;
  bar.hidden = false;
  shown.className = "clock";
  const tick = () => {
    const seconds = Math.max(0, Math.round(ends - Date.now() / 1000));
    const rest = String(seconds % 60).padStart(2, "0");
    label.textContent = seconds ? "Time left" : "The token has ended";
    shown.textContent = `${Math.floor(seconds / 60)}:${rest}`;
    bar.value = Math.min(1, seconds / Math.max(1, ends - issued));
  };
  tick();
  setInterval(tick, 1000);
}
const live = document.getElementById("live");
const renew = async () => {
  // Not while somebody reads a line, nor in a tab that nobody sees.
  if (document.hidden || live.querySelector("details[open]")) return;
  const answer = await fetch(location.href, { redirect: "error" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const latest = page.getElementById("live");
  if (latest && !live.contains(document.activeElement)) live.replaceChildren(...latest.childNodes);
};
if (live) setInterval(renew, 2000);
