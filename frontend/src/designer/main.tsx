/** designer.js: the editor of a pipeline draft. */
import "@xyflow/react/dist/base.css";
import "./designer.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { DesignerProvider } from "./context";
import type { Place } from "./contract";
import { DesignerStore } from "./store";

function readPlace(element: HTMLElement): Place {
  const { draft = "", api = "", pages = "", liveUrl, workerUrl = "/static/dist/layout-worker.js", codeUrl = "/static/dist/code.js", user = "", editable } = element.dataset;
  return { draft, api, pages, liveUrl, workerUrl, codeUrl, user, editable: editable === "true" };
}

const element = document.getElementById("designer");
if (element) {
  element.setAttribute("data-loaded", "");
  const store = new DesignerStore(readPlace(element));
  createRoot(element).render(<DesignerProvider source={store}><App /></DesignerProvider>);
  void store.start();
}
