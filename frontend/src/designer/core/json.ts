/** Equality of JSON values whatever the order of their keys: a database may give them back in another one. */

export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (Array.isArray(one)) return one.length === (other as unknown[]).length && one.every((item, index) => sameJson(item, (other as unknown[])[index]));
  const mine = defined(one);
  const theirs = defined(other);
  return mine.length === theirs.length && mine.every((key) => Object.hasOwn(other, key) && sameJson((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}

/** Keys that JSON would write. */
const defined = (value: object): string[] => Object.keys(value).filter((key) => (value as Record<string, unknown>)[key] !== undefined);
