/** What a module does and what goes in and out, beside its row. */
import { useLayoutEffect, useRef, useState } from "react";
import { PortWord } from "../canvas/ports";
import type { SpecPort } from "../core/types";
import type { Tip } from "./ItemRow";

export function ItemTip({ tip: { item, top, left } }: { tip: Tip }) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(top);
  useLayoutEffect(() => {
    const height = box.current?.offsetHeight ?? 0;
    setAt(Math.max(8, Math.min(top, innerHeight - height - 8)));
  }, [top, item]);
  return (
    <div ref={box} className="dz-tip" role="tooltip" style={{ top: at, left: left + 6 }}>
      <strong dir="auto">{item.name}</strong>
      <span className="dz-small">{[item.group.replace("/", ", "), item.detail].filter(Boolean).join(" · ")}</span>
      {item.description && <p dir="auto">{item.description}</p>}
      {item.inputs.length > 0 && <Line word="In" ports={item.inputs} />}
      {item.outputs.length > 0 && <Line word="Out" ports={item.outputs} />}
    </div>
  );
}

function Line({ word, ports }: { word: string; ports: readonly SpecPort[] }) {
  return <div className="dz-tip-ports"><span>{word}</span><span>{ports.map((port) => <PortWord key={port.name} type={port.type} label={port.label} />)}</span></div>;
}
