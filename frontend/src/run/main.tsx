/** run.js: the graph island and the log view. */
import "@xyflow/react/dist/base.css";
import "./run.css";
import "../log/log.css";
import { createRoot } from "react-dom/client";
import { defineLog } from "../log/element";
import { Island } from "./island";
import { StepPanel } from "./panel";
import { RunStore } from "./store";

function mount(place: HTMLElement): void {
  const { run = "", graphUrl = "", liveUrl, workerUrl = "/static/dist/layout-worker.js", panelUrl = "", panel = "", step = "" } = place.dataset;
  const store = new RunStore({ runUrl: graphUrl, runId: run, liveUrl, workerUrl });
  createRoot(place).render(<Island store={store} panel={new StepPanel({ urlTemplate: panelUrl, selector: panel })} first={step} />);
  void store.start();
}

/** On the other tabs the panel is part of the page; closing it needs no island. */
function closePlainPanel(): void {
  const panel = new StepPanel({ urlTemplate: "", selector: "#step-panel" });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a[data-panel-close]") === null && event.target.closest("[data-panel-close]")) panel.close();
  });
}

defineLog();
const place = document.getElementById("graph-island");
if (place) mount(place);
else closePlainPanel();
