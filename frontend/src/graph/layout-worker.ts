/** Runs Graphviz (WebAssembly, inlined) away from the page's thread. */
import { Graphviz } from "@hpcc-js/wasm-graphviz";

interface Ask { number: number; dot: string }
const ready = Graphviz.load();

self.onmessage = (message: MessageEvent<Ask>) => {
  const { number, dot } = message.data;
  ready
    .then((graphviz) => postMessage({ number, plain: graphviz.layout(dot, "plain", "dot") }))
    .catch((error: unknown) => postMessage({ number, error: String(error) }));
};
