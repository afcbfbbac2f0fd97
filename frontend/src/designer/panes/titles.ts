/** Names of steps in graphs that are not on the canvas: their own, else their module's in the palette. */
import { useMemo } from "react";
import { useDesigner } from "../context";
import { plainTitle, type Named } from "./diff";

export function useTitles(): Named {
  const modules = useDesigner((state) => state.modules);
  return useMemo(() => {
    const byKey = new Map(modules.flatMap((one) => [[one.id, one.name] as const, ...(one.key ? [[one.key, one.name] as const] : [])]));
    return (node) => node.name || node.module?.name || byKey.get(node.module?.id ?? "") || byKey.get(node.module?.key ?? "") || plainTitle(node);
  }, [modules]);
}
