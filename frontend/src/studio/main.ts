/** studio.js: on every page. */
import { startActions, widths } from "./actions";
import { startLive } from "./live";
import { startShortcuts } from "./shortcuts";
import { refreshTimes } from "./time";
import { htmxErrors, toast } from "./toast";
import { startTry } from "./try";
import { showZone } from "./zone";

/** What scrolls must be reachable with the keyboard. */
function reachScrolled(): void {
  for (const box of document.querySelectorAll<HTMLElement>("pre.code, .error-lines, .table-wrap")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls && box.tabIndex < 0) box.tabIndex = 0;
  }
}

/** `<details data-keep="key">` that somebody opened stays open when the server sends it anew. */
function keepOpen({ target, fragment }: { target?: Element; fragment?: ParentNode }): void {
  const open = new Set([...(target?.querySelectorAll<HTMLElement>("details[data-keep][open]") ?? [])].map((one) => one.dataset["keep"]));
  if (open.size === 0) return;
  for (const one of fragment?.querySelectorAll<HTMLDetailsElement>("details[data-keep]") ?? []) one.open = open.has(one.dataset["keep"]);
}

/**
 * A live answer that comes when its panel has been replaced is of another tab or step: shown, it
 * would put that one's state into this one. htmx asks the element that has gone, and nobody above.
 */
function dropLateAnswers(event: Event): void {
  const asker = event.target;
  if (!(asker instanceof Element) || asker.getAttribute("hx-swap") !== "none") return;
  asker.addEventListener("htmx:beforeOnLoad", (answer) => { if (!asker.isConnected) answer.preventDefault(); }, { once: true });
}

startActions();
startShortcuts();
startLive();
htmxErrors();
startTry();
refreshTimes();
reachScrolled();
document.body.addEventListener("htmx:beforeRequest", dropLateAnswers);
document.body.addEventListener("htmx:oobBeforeSwap", (event) => keepOpen((event as CustomEvent<{ target?: Element; fragment?: ParentNode }>).detail));
addEventListener("resize", reachScrolled);
setInterval(() => { if (!document.hidden) refreshTimes(); }, 1000);
document.addEventListener("visibilitychange", () => refreshTimes());
for (const name of ["htmx:load", "htmx:afterSettle", "htmx:oobAfterSwap"]) {
  document.body.addEventListener(name, () => {
    refreshTimes();
    showZone();
    widths(document);
    reachScrolled();
  });
}
(window as unknown as { forebay: object }).forebay = { toast };
