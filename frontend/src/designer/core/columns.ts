/** Which columns a `columns` setting means, by what is known of the table: as forebay_modules/columns.py. */
import type { Column } from "./types";

export interface ColumnChoice { include?: string[]; types?: string[]; all?: boolean; except?: string[] }

/** A setting's value as a choice; a list is names. */
export function asChoice(value: unknown): ColumnChoice {
  if (Array.isArray(value)) return { include: value.filter((one) => typeof one === "string") };
  if (typeof value === "string") return value ? { include: [value] } : {};
  return typeof value === "object" && value !== null ? (value as ColumnChoice) : {};
}

export interface Chosen { columns: Column[]; missing: string[] }

/** In the order of the table. `missing`: names that it does not have. */
export function chooseColumns(table: readonly Column[], value: unknown): Chosen {
  const choice = asChoice(value);
  const named = new Set(choice.include ?? []);
  const types = new Set(choice.types ?? []);
  const left = new Set(choice.except ?? []);
  const columns = table.filter((one) => (choice.all || named.has(one.name) || types.has(one.type)) && !left.has(one.name));
  const there = new Set(table.map((one) => one.name));
  return { columns, missing: [...named, ...left].filter((name) => !there.has(name)) };
}

/** "All columns but price and 2 others", "3 columns: age, name, city", "numeric columns": for a field that is closed. */
export function choiceWords(value: unknown): string {
  const choice = asChoice(value);
  const parts: string[] = [];
  if (choice.all) parts.push("All columns");
  else {
    if (choice.types?.length) parts.push(`All ${listed(choice.types)} columns`);
    if (choice.include?.length) parts.push(choice.include.length === 1 ? (choice.include[0] as string) : `${choice.include.length} columns: ${listed(choice.include)}`);
  }
  if (!parts.length) return "";
  const but = choice.except?.length ? ` but ${listed(choice.except)}` : "";
  return parts.join(" and ") + but;
}

function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, names.length > most + 1 ? most : names.length);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} others`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}` : (shown[0] ?? "");
}
