/** Ctrl+F: a card by its name, module, comment, settings, ports, problem or status. */
import { useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../../cards/parts";
import { shownStatus, statusIcon, statusWord } from "../../graph/status";
import { useDesigner } from "../context";
import type { Designer } from "../contract";
import { lookOfFace } from "./Card";
import { SOURCE_ICON } from "../palette/groups";
import { useDesk } from "./parts";
import { boxesOf } from "./places";
import { useUi } from "./ui";
import { readingOrder } from "./walk";

interface Hit { id: string; title: string; detail: string; icon: string; tone: string; status: string; text: string }
const whole = ({ graph, view, run, problems }: Designer) => ({ graph, view, run, problems });
const SHOWN = 100;

export function CanvasSearch() {
  const searching = useUi((ui) => ui.searching);
  return searching ? <Open searching={searching} /> : null;
}

function Open({ searching }: { searching: number }) {
  const state = useDesigner(whole);
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const all = useMemo(() => hits(state), [state]);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? all.filter((hit) => words.every((word) => hit.text.includes(word))) : [];
  useEffect(() => field.current?.select(), [searching]);
  const go = (index: number) => {
    const hit = found[(index + found.length) % found.length];
    if (!hit) return;
    setAt((index + found.length) % found.length);
    desk.current = hit.id;
    desk.commands.select([hit.id]);
    desk.reveal(hit.id, true);
  };
  const close = () => { desk.ui.change({ searching: 0 }); if (desk.current) desk.focus(desk.current); };
  return (
    <section className="dz-find" aria-label="Find on the canvas" onKeyDown={(event) => {
      if (event.key === "Escape") { event.stopPropagation(); close(); }
    }}>
      <div className="dz-find-line">
        <div className="search"><Icon name="search" />
          <input ref={field} type="search" aria-label="Find on the canvas" placeholder="Name, module, setting, status…" value={query} autoFocus autoComplete="off" spellCheck={false}
            onChange={(event) => { setQuery(event.target.value); setAt(-1); }}
            onKeyDown={(event) => {
              if (event.key === "Enter") { event.preventDefault(); go(at + (event.shiftKey ? -1 : 1)); }
              if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); go(at + (event.key === "ArrowDown" ? 1 : -1)); }
            }} /></div>
        <span className="dz-small" role="status">{words.length ? `${found.length ? Math.max(at, 0) + 1 : 0} of ${found.length}` : ""}</span>
        <button type="button" className="button button-quiet icon-only button-small" aria-label="Close the search" onClick={close}><Icon name="close" /></button>
      </div>
      {words.length > 0 && (
        <ul className="dz-rows">
          {found.slice(0, SHOWN).map((hit, index) => (
            <li key={hit.id}><button type="button" aria-current={index === at || undefined} onClick={() => go(index)}>
              <span className="dz-look" data-look={hit.tone}><Icon name={hit.icon} /></span>
              <span className="dz-text"><span className="card-name" dir="auto">{hit.title}</span><span className="dz-line"><span dir="auto">{hit.detail}</span></span></span>
              {hit.status && <span className="status status-plain" data-status={hit.status} title={statusWord(hit.status)}><Icon name={statusIcon(hit.status)} /></span>}
            </button></li>
          ))}
          {found.length === 0 && <li className="dz-none">No card has these letters.</li>}
        </ul>
      )}
    </section>
  );
}

/** In reading order, with all that a card can be found by. */
function hits({ graph, view, run, problems }: Pick<Designer, "graph" | "view" | "run" | "problems">): Hit[] {
  const byId = new Map<string, Hit>();
  for (const node of graph.nodes) {
    const face = view.faces.get(node.id);
    if (!face) continue;
    const look = lookOfFace(face);
    const status = run ? shownStatus(run.steps.get(node.id)) : "";
    const settings = Object.entries(node.settings ?? {}).map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
    const detail = node.comment || (face.module && face.module.name !== face.title ? face.module.name : (face.module?.group.split("/").pop() ?? ""));
    const wrong = problems.filter((problem) => problem.node === node.id).map((problem) => problem.message);
    const text = [face.title, face.module?.name, face.module?.group, node.comment, ...settings, ...[...face.inputs, ...face.outputs].map((port) => port.label), status && statusWord(status), ...wrong, wrong.length ? "problem" : ""];
    byId.set(node.id, { id: node.id, title: face.title, detail: wrong[0] ?? detail, icon: look.icon, tone: look.tone, status, text: text.join(" ").toLowerCase() });
  }
  for (const pill of view.pills.values()) {
    byId.set(pill.key, { id: pill.key, title: pill.title, detail: pill.detail || pill.kind, icon: SOURCE_ICON[pill.kind], tone: "amber", status: "", text: `${pill.title} ${pill.detail} ${pill.kind}`.toLowerCase() });
  }
  return readingOrder(boxesOf({ graph, view })).flatMap((id) => byId.get(id) ?? []);
}
