/** What keeps the draft from running, at the bottom: by step, live while editing, each a way to its field. */
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Designer } from "../contract";
import type { Problem } from "../core/types";
import { useDesigner } from "../context";
import { useJump } from "./jump";
import { remembered } from "./page";
import { Icon, plural } from "./parts";

const SETTLED = 1200;
const NONE: readonly Problem[] = [];

/** An empty canvas is a beginning, no fault. */
export const shownProblems = ({ graph, problems }: Designer): readonly Problem[] => (graph.nodes.length ? problems : NONE);

export function Problems() {
  const problems = useDesigner(shownProblems);
  const checking = useDesigner((state) => state.checking);
  const steps = useDesigner((state) => state.graph.nodes.length);
  const faces = useDesigner((state) => state.view.faces);
  const [open, setOpen] = useState(() => remembered.read("problems") === "open");
  const jump = useJump();
  const toggle = () => { setOpen(!open); remembered.write("problems", open ? "closed" : "open"); };
  const groups = grouped(problems, (node) => faces.get(node)?.title ?? "");
  const announced = useSettled(problems.length, checking);
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    event.stopPropagation();
    if (event.key === "Escape") return toggle();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".problem")];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
  };
  return (
    <section className="problems" aria-label="Problems" data-open={open || undefined}>
      <button type="button" className="problems-bar" aria-expanded={open} aria-controls="problems-list" onClick={toggle}>
        <Icon name={problems.length ? "error" : steps ? "success" : "info"} />
        <span className="problems-count" data-none={problems.length === 0 || undefined}>{problems.length ? plural(problems.length, "problem") : steps ? "No problems" : "No steps yet"}</span>
        {problems.length > 0 && !open && <span className="muted ellipsis problems-first" dir="auto">{groups[0]?.title ? `${groups[0].title}: ` : ""}{problems[0]?.message}</span>}
        {checking && <span className="muted small problems-checking">checking…</span>}
        <span className="spacer" /><Icon name={open ? "chevron-down" : "chevron-right"} />
      </button>
      <span className="visually-hidden" role="status" aria-live="polite">{announced}</span>
      {open && (
        <div className="problems-list" id="problems-list" onKeyDown={walk}>
          {problems.length === 0 && <p className="muted problems-none">{steps ? "Every required input is connected and every required parameter is set. Submit it." : "Drag a module from the left, or press / and type its name."}</p>}
          {groups.map((group) => (
            <div key={group.node ?? ""} className="problems-group">
              <h3><bdi>{group.title || (group.node ? group.node : "The draft")}</bdi> <span className="count">{group.problems.length}</span></h3>
              <ul>{group.problems.map((one, index) => <li key={`${one.field}/${index}`}><button type="button" className="problem" onClick={() => jump(one)}><Icon name="error" /><span dir="auto">{one.message}</span></button></li>)}</ul>
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

interface Group { node: string | null; title: string; problems: Problem[] }

function grouped(problems: readonly Problem[], titleOf: (node: string) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const one of problems) {
    const key = one.node ?? "";
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { node: one.node, title: one.node ? titleOf(one.node) || one.node_name || "" : "", problems: [] }));
    group.problems.push(one);
  }
  return [...groups.values()];
}

/** The count in words once it has stood still, so that typing is not talked over. Nothing at first. */
function useSettled(count: number, checking: boolean): string {
  const [words, setWords] = useState("");
  const last = useRef(count);
  useEffect(() => {
    if (checking || count === last.current) return;
    const timer = setTimeout(() => {
      last.current = count;
      setWords(count === 0 ? "No problems." : `${plural(count, "problem")}.`);
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [count, checking]);
  return words;
}
