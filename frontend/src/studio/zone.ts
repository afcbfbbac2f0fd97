/** The viewer's time zone: named where a page shows times in it, chosen first in a form that asks for one. */
export function showZone(root: ParentNode = document, zone = Intl.DateTimeFormat().resolvedOptions().timeZone): void {
  if (!zone) return;
  for (const place of root.querySelectorAll<HTMLElement>("[data-zone-name]")) place.textContent = `(${zone})`;
  // Where both columns would tell the same, one is enough.
  for (const table of root.querySelectorAll<HTMLElement>("table[data-zone]")) table.toggleAttribute("data-own-zone", table.dataset["zone"] === zone);
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-zone-choice]")) {
    input.removeAttribute("data-zone-choice");
    if (input.value !== input.defaultValue || input.value === zone) continue; // somebody typed, or the browser kept what was typed
    input.value = zone;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
