/** A field with a list below it: letters search, arrows walk, Enter picks. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { Icon } from "../../cards/parts";
import type { XY } from "../core/types";

export interface Row { id: string; group: string; body: ReactNode; pick: () => void }

const MOST = 60;

/** `rows` answers for a query, best first. */
export function Chooser({ label, placeholder, rows, empty, screen, onClose, foot }: {
  label: string; placeholder: string; rows: (query: string) => Row[]; empty: ReactNode; screen: XY; onClose: () => void; foot?: ReactNode;
}) {
  const id = useId();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const found = rows(query);
  const shown = found.slice(0, MOST);
  const place = usePlaced(box, screen);

  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active, query]);
  useEffect(() => {
    const outside = (event: PointerEvent) => { if (!box.current?.contains(event.target as Node)) onClose(); };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [onClose]);

  const walk = (to: number) => setActive(shown.length ? (to + shown.length) % shown.length : 0);
  return (
    <div ref={box} className="dz-chooser" role="dialog" aria-label={label} style={place} onKeyDown={(event) => {
      event.stopPropagation();
      const act = ({
        ArrowDown: () => walk(active + 1), ArrowUp: () => walk(active - 1), PageDown: () => walk(Math.min(active + 8, shown.length - 1)), PageUp: () => walk(Math.max(active - 8, 0)),
        Enter: () => shown[active]?.pick(), Escape: onClose, Tab: onClose,
      } as Record<string, () => void>)[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }}>
      <div className="search">
        <Icon name="search" />
        <input type="search" role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={shown[active] ? `${id}-${active}` : undefined} aria-autocomplete="list"
          aria-label={label} placeholder={placeholder} value={query} autoFocus autoComplete="off" spellCheck={false} onChange={(event) => { setQuery(event.target.value); setActive(0); }} />
      </div>
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} className="dz-rows">
        {shown.map((row, index) => (
          <li key={row.id} id={`${id}-${index}`} data-index={index} data-first={row.group !== shown[index - 1]?.group || undefined} data-group={row.group} role="option" aria-selected={index === active}
            onPointerMove={() => { if (index !== active) setActive(index); }} onClick={row.pick}>{row.body}</li>
        ))}
      </ul>
      {shown.length === 0 && <div className="dz-none" role="status">{empty}</div>}
      {found.length > MOST && <div className="dz-none">{found.length - MOST} more: type to find them.</div>}
      {foot && <div className="dz-chooser-foot">{foot}</div>}
    </div>
  );
}

/** Inside the window, beside the pointer. */
export function usePlaced(box: React.RefObject<HTMLElement | null>, { x, y }: XY): { left: number; top: number } {
  const [place, setPlace] = useState({ left: x, top: y });
  useLayoutEffect(() => {
    const size = box.current?.getBoundingClientRect();
    if (size) setPlace({ left: Math.max(8, Math.min(x, innerWidth - size.width - 8)), top: Math.max(8, Math.min(y, innerHeight - size.height - 8)) });
  }, [box, x, y]);
  return place;
}
