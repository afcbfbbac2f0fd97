/** What the editor has to say, for eyes and for screen readers. */
import { useEffect, useState } from "react";
import { Icon } from "../../cards/parts";
import { useDesigner } from "../context";
import type { Designer } from "../contract";

const saidOf = (state: Designer) => state.said;

export function Said() {
  const said = useDesigner(saidOf);
  const [shown, setShown] = useState(0);
  useEffect(() => {
    if (!said) return;
    setShown(said.count);
    const timer = setTimeout(() => setShown(0), Math.max(3500, said.text.length * 70));
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <>
      <div className="visually-hidden" aria-live={said?.tone === "warning" ? "assertive" : "polite"} role="status" data-said={said?.count}>{said?.text}</div>
      {said && shown === said.count && <div key={said.count} className="dz-said" data-tone={said.tone} aria-hidden="true"><Icon name={said.tone} /><span>{said.text}</span></div>}
    </>
  );
}
