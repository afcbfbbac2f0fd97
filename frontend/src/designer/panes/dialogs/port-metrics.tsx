/** What a step logged, drawn as on the run's page: figures, curves, confusion matrix. */
import { pageText, rest } from "../page";
import { useLoad, Waiting } from "../parts";

/** Whether there is anything to draw; asked before a tab is offered. */
export async function hasMetrics(step: string, signal: AbortSignal): Promise<boolean> {
  return (await rest<{ items: unknown[] }>(`/steps/${step}/metrics?limit=1`, { signal })).items.length > 0;
}

/** The part of the step's panel that the server drew; its text is escaped there. */
export function PortMetrics({ run, step }: { run: string; step: string }) {
  const drawn = useLoad(async () => {
    const panel = await pageText(`/runs/${run}/steps/${step}/panel?panel=metrics`);
    return new DOMParser().parseFromString(panel, "text/html").getElementById("step-metrics")?.innerHTML ?? "";
  }, [run, step]);
  if (drawn.phase !== "ready") return <Waiting state={drawn} what="the metrics" />;
  return <div className="stack" dangerouslySetInnerHTML={{ __html: drawn.value }} />;
}
