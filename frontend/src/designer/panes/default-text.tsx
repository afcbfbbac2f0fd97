/** A parameter's value as people read it: a dataset by its name, which is asked for when only its id is known. */
import { useEffect, useState } from "react";
import { useDesigner } from "../context";
import { rest } from "./page";
import { shownDefault } from "./settings";

interface Named { id: string; name: string | null; version: number | null }
const asked = new Map<string, Promise<Named | null>>();

const idOf = (value: unknown): string => (typeof value === "object" && value !== null && "dataset" in value ? String(value.dataset) : "");

/** Name and version of the dataset in a value; null when it is gone or has no name, undefined while that is asked. */
export function useDatasetName(value: unknown): { name: string; version: number } | null | undefined {
  const id = idOf(value);
  const known = useDesigner((state) => state.datasets.find((one) => one.id === id));
  const [found, setFound] = useState<{ id: string; told: Named | null } | null>(null);
  useEffect(() => {
    if (!id || known) return;
    let gone = false;
    let answer = asked.get(id);
    if (!answer) asked.set(id, (answer = rest<{ items: Named[] }>(`/datasets?ids=${encodeURIComponent(id)}`).then((told) => told.items[0] ?? null).catch(() => { asked.delete(id); return null; })));
    void answer.then((told) => { if (!gone) setFound({ id, told }); });
    return () => { gone = true; };
  }, [id, known]);
  if (known) return known;
  if (!id || found?.id !== id) return undefined;
  return found.told?.name ? { name: found.told.name, version: found.told.version ?? 1 } : null;
}

export function DefaultText({ value }: { value: unknown }) {
  const dataset = useDatasetName(value);
  if (!idOf(value)) return shownDefault(value);
  return dataset === undefined ? "a dataset" : dataset ? shownDefault(dataset) : `dataset ${idOf(value)}`;
}
