/** What React Flow itself costs here: the same cards and wires as canvas.py's draft, and nothing of the designer. */
import "@xyflow/react/dist/style.css";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { ReactFlow, ReactFlowProvider, useReactFlow, useStore, type Edge, type Node } from "@xyflow/react";

interface Step { id: string; inputs: { name: string; source: { node: string } }[]; ui: { x: number; y: number } }
const steps = JSON.parse(document.getElementById("steps")?.textContent ?? "[]") as Step[];
const [width, height] = [248, 88];
const nodes = steps.map(({ id, ui }): Node => ({ id, position: ui, width, height, data: { label: id } }));
const edges = steps.flatMap(({ id, inputs }): Edge[] => inputs.map(({ name, source }) => ({ id: `${id} ${name}`, source: source.node, target: id })));

function Floor() {
  const flow = useReactFlow();
  const ready = useStore((store) => store.width > 0 && store.panZoom !== null);
  useEffect(() => {
    if (!ready) return;
    (window as unknown as { fit: () => void }).fit = () => void flow.fitView();
    void flow.setCenter(400, 300, { zoom: 0.75 });
  }, [ready, flow]);
  return <ReactFlow defaultNodes={nodes} defaultEdges={edges} onlyRenderVisibleElements panOnDrag={[0, 1]} minZoom={0.05} />;
}

createRoot(document.getElementById("root") as HTMLElement).render(<ReactFlowProvider><Floor /></ReactFlowProvider>);
