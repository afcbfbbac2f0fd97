/** What is different between two runs of this draft: settings, figures, and how each step went. */
import { shownStatus } from "../../../graph/status";
import { stepTime } from "../../../cards/parts";
import type { RunJson, StepJson } from "../../../graph/types";
import type { DraftGraph } from "../../core/types";
import { useDesigner } from "../../context";
import { diffGraphs } from "../diff";
import { DiffView } from "../diff-view";
import { pagePlace, rest } from "../page";
import { Chip, useLoad, Waiting } from "../parts";
import { useTitles } from "../titles";
import { asRun, changeText, differs, metricRows, stepPairs, stepsToCompare, valueChanges, type Logged, type MetricRow } from "./run-difference";
import { numberText } from "./table-answer";

interface Whole extends Omit<RunJson, "graph" | "steps"> { graph: DraftGraph; steps: StepJson[]; parameters: Record<string, unknown> }
/** Steps whose figures are asked for. */
const MOST = 60;

export function RunsComparison({ before, after }: { before: string; after: string }) {
  const modules = useDesigner((state) => state.modules);
  const titleOf = useTitles();
  const loaded = useLoad(async (signal) => {
    const [old, now] = await Promise.all([before, after].map((id) => rest<Whole>(`/runs/${id}`, { signal })));
    if (!old?.steps || !now?.steps) throw new Error("These runs have too many steps to be compared here.");
    return { old, now, metrics: await figures(old.steps, now.steps, signal) };
  }, [before, after]);
  if (loaded.phase !== "ready") return <Waiting state={loaded} what="both runs" />;
  const { old, now, metrics } = loaded.value;
  const diff = diffGraphs(asRun(old.graph, modules), asRun(now.graph, modules), titleOf);
  diff.other.unshift(...valueChanges(old.parameters, now.parameters));
  const some = stepsToCompare(old.steps, now.steps).length > 0;
  const different = metrics?.filter(differs) ?? [];
  return (
    <div className="stack pane-compare">
      <section aria-label="What was changed"><h3>What was changed</h3><DiffView diff={diff} same="Nothing: both ran the same pipeline with the same settings." /></section>
      <section aria-label="Metrics"><h3>Metrics</h3>
        {!metrics?.length ? <p className="muted">{!metrics ? "Too many steps differ to compare their figures here." : some ? "The steps that differ logged no figures." : "Every step has the same result in both."}</p> : (
          <div className="table-wrap"><table className="table small">
            <thead><tr><th scope="col">Metric</th><th scope="col">Step</th><th scope="col" className="num">Run {old.number}</th><th scope="col" className="num">Run {now.number}</th><th scope="col" className="num">Change</th></tr></thead>
            <tbody>{[...different, ...metrics.filter((row) => !differs(row))].map((row) => (
              <tr key={`${row.step}/${row.name}`} data-same={!differs(row) || undefined}><th scope="row" dir="auto">{row.name}</th><td className="muted" dir="auto">{row.step}</td><td className="num">{shown(row.before)}</td><td className="num">{shown(row.after)}</td><td className="num">{changeText(row)}</td></tr>))}</tbody>
          </table></div>)}
      </section>
      <section aria-label="Steps"><h3>Steps</h3>
        <div className="table-wrap"><table className="table small">
          <thead><tr><th scope="col">Step</th>{[old, now].map((run) => <th key={run.id} scope="col"><a href={`${pagePlace().pages}/runs/${run.id}/`}>Run {run.number}</a></th>)}</tr></thead>
          <tbody>{stepPairs(old.steps, now.steps).map(([was, is]) => <tr key={(is ?? was)?.node_id}><th scope="row" dir="auto">{(is ?? was)?.name}</th><td><Went step={was} /></td><td><Went step={is} /></td></tr>)}</tbody>
        </table></div>
      </section>
    </div>
  );
}

const shown = (value: number | null): string => (value === null ? "–" : numberText(value));

function Went({ step }: { step: StepJson | undefined }) {
  if (!step) return <span className="muted">not part of it</span>;
  return <span className="row"><Chip status={shownStatus(step)} /><span className="muted">{stepTime(step, Date.now())}</span></span>;
}

async function figures(before: readonly StepJson[], after: readonly StepJson[], signal: AbortSignal): Promise<MetricRow[] | null> {
  const some = stepsToCompare(before, after);
  if (some.length > MOST) return null;
  const logged = async (step: StepJson | undefined) => (step && step.status === "Completed" ? (await rest<{ items: Logged[] }>(`/steps/${step.id}/metrics?limit=200`, { signal })).items : []);
  const rows = await Promise.all(some.map(async ([was, is]) => metricRows((is ?? was)?.name ?? "", ...(await Promise.all([logged(was), logged(is)])))));
  return rows.flat();
}
