/** Values of the pipeline's parameters in a form that submits or publishes it. */
import { useState } from "react";
import { useDesigner } from "../../context";
import { sameValue } from "../settings";
import { numberFault } from "./parameter-default";

export type Values = Readonly<Record<string, unknown>>;

/** The draft's own, and over them what was `typed` the last time. What comes back as `typed` differs from the draft's. */
export function useParameterValues(typed: Values = {}) {
  const given = useDesigner((state) => state.draft.parameters);
  const parameters = useDesigner((state) => state.graph.parameters) ?? [];
  const standard: Values = Object.fromEntries(parameters.map((one) => [one.name, given[one.name] ?? one.default ?? undefined]));
  const [values, setValues] = useState<Values>(() => ({ ...standard, ...Object.fromEntries(Object.entries(typed).filter(([name]) => name in standard)) }));
  return {
    parameters, values,
    set: (name: string, value: unknown) => setValues({ ...values, [name]: value }),
    typed: Object.fromEntries(Object.entries(values).filter(([name, value]) => !sameValue(value, standard[name]))) as Values,
    faults: new Map(parameters.flatMap(({ name, type }) => { const told = numberFault(type, values[name]); return told ? [[name, `${name} ${told}.`] as const] : []; })),
  };
}
