/** Ids that are new in a draft. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** `crypto.randomUUID` is there on https and localhost only. */
export function newId(prefix: string, length = 10): string {
  return prefix + Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
