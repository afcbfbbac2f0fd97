/** What a submit would do with each step, asked anew while the form changes. */
import { useEffect, useRef, useState } from "react";
import type { Forecast, SubmitForm } from "../../contract";
import { useCommands, useDesigner } from "../../context";
import { messageOf } from "../page";
import { Icon, plural } from "../parts";
import { readableWhy } from "../settings";
import { useDelayed } from "./delayed";
import { ProblemList } from "./problem-list";

const WORDS = { run: "Runs", reuse: "Reused", maybe: "Depends" } as const;
const ICONS = { run: "play", reuse: "recycle", maybe: "why" } as const;
const MOST = 200;

export function ForecastView({ form, forced, setForced, onJump }: { form: SubmitForm; forced: ReadonlySet<string>; setForced: (forced: ReadonlySet<string>) => void; onJump: () => void }) {
  const { forecast } = useCommands();
  const graph = useDesigner((state) => state.graph);
  const faces = useDesigner((state) => state.view.faces);
  const [told, setTold] = useState<Forecast | null>(null);
  const [refused, setRefused] = useState("");
  const [slow, setSlow] = useState(false);
  const asked = useRef(0);
  const question = useDelayed({ parameters: form.parameters, upTo: form.upTo, forceNodes: form.forceNodes ?? [], experiment: form.experiment }, 300);
  const key = JSON.stringify(question);
  useEffect(() => {
    const mine = (asked.current += 1);
    const timer = setTimeout(() => setSlow(true), 1000);
    forecast(question).then(
      (answer) => { if (mine === asked.current) { setTold(answer); setRefused(""); } },
      (error: unknown) => { if (mine === asked.current) setRefused(messageOf(error)); },
    ).finally(() => { clearTimeout(timer); if (mine === asked.current) setSlow(false); });
    return () => clearTimeout(timer);
  }, [key, graph, forecast]);
  const steps = told?.steps ?? [];
  const all = steps.length > 0 && steps.every((one) => forced.has(one.node_id));
  const toggle = (id: string) => { const next = new Set(forced); if (!next.delete(id)) next.add(id); setForced(next); };
  return (
    <section className="pane-forecast" aria-label="Forecast">
      <div className="row"><h3>What will happen</h3>{slow && <span className="muted small row" role="status"><Icon name="status-running" />Asking…</span>}</div>
      {refused && <p className="error pane-error"><Icon name="error" />{refused}</p>}
      {told && told.problems.length > 0 && <ProblemList problems={told.problems} onJump={onJump} title={`${plural(told.problems.length, "problem")} to solve first`} />}
      {told && told.problems.length === 0 && (
        <>
          <p className="pane-forecast-sum" role="status">{[told.run ? `${plural(told.run, "step")} will run` : "", told.reuse ? `${told.reuse} reused` : "", told.maybe ? `${told.maybe} ${told.maybe === 1 ? "depends" : "depend"} on what others make` : ""].filter(Boolean).join(" · ") || "Nothing to do."}</p>
          {steps.length > 0 && <label className="row pane-force-all"><input type="checkbox" checked={all} onChange={() => setForced(all ? new Set() : new Set(steps.map((one) => one.node_id)))} />Run every step, whatever could be reused</label>}
          <ul className="pane-forecast-steps">
            {steps.slice(0, MOST).map((one) => (
              <li key={one.node_id} data-will={one.will}>
                <span className="pane-will"><Icon name={ICONS[one.will]} />{WORDS[one.will]}</span>
                <span className="pane-forecast-name"><strong className="ellipsis" dir="auto">{one.name}</strong><span className="muted small">{readableWhy(one.sentence.replace(/^Runs: /, ""), faces.get(one.node_id)?.parameters)}</span></span>
                <label className="small row" title="Run this step whatever could be reused"><input type="checkbox" aria-label={`Run ${one.name} anyway`} checked={forced.has(one.node_id)} onChange={() => toggle(one.node_id)} />force</label>
              </li>
            ))}
          </ul>
          {steps.length > MOST && <p className="muted small">and {steps.length - MOST} more steps</p>}
        </>
      )}
      {!told && !refused && !slow && <div className="skeleton" aria-hidden="true" />}
    </section>
  );
}
