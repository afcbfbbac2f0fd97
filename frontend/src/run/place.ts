/** Positions for a model: Graphviz in the worker, the plain layering when that fails or takes too long. */
import { layeredLayout } from "../graph/layers";
import { foldWideRanks, layoutRequest, readPlain, readRoutes, type Positions, type Routes } from "../graph/layout";
import type { GraphModel } from "../graph/model";

const PATIENCE = 15_000;

/** Without a route a wire is a plain curve: where ranks were folded, and in the plain layering. */
export interface Placed { positions: Positions; routes: Routes; by: "graphviz" | "layers" }

export async function placeCards(model: GraphModel, workerUrl: string): Promise<Placed> {
  if (model.cards.length === 0) return { positions: {}, routes: {}, by: "layers" };
  try {
    const { dot, ids } = layoutRequest(model);
    const plain = await askWorker(workerUrl, dot);
    const drawn = readPlain(plain, ids);
    const positions = foldWideRanks(model, drawn);
    return { positions, routes: positions === drawn ? readRoutes(plain, model) : {}, by: "graphviz" };
  } catch (error) {
    console.info("Graphviz could not lay out the graph; a plain layering is shown.", error);
    return { positions: foldWideRanks(model, layeredLayout(model)), routes: {}, by: "layers" };
  }
}

function askWorker(url: string, dot: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(url);
    const done = (act: () => void) => {
      clearTimeout(timer);
      worker.terminate();
      act();
    };
    const timer = setTimeout(() => done(() => reject(new Error("The layout took too long."))), PATIENCE);
    worker.onerror = (event) => done(() => reject(new Error(event.message || "The layout worker did not start.")));
    worker.onmessage = (message: MessageEvent<{ plain?: string; error?: string }>) => {
      const { plain, error } = message.data;
      done(() => (plain === undefined ? reject(new Error(error)) : resolve(plain)));
    };
    worker.postMessage({ number: 1, dot });
  });
}
