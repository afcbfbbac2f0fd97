/** What was added lately, kept in the browser. */
const KEY = "forebay:designer-recent";
const MOST = 5;

export function recentIds(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(read) ? read.filter((one): one is string => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberUsed(id: string): string[] {
  const ids = [id, ...recentIds().filter((one) => one !== id)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(ids));
  } catch {
    // A full or forbidden storage only forgets.
  }
  return ids;
}
