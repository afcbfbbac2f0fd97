/** A small picture of a graph: where its cards stand and how they are wired. */
import type { DraftGraph } from "../core/types";
import type { Named } from "./diff";

const WIDTH = 248;
const HEIGHT = 76;

export function Picture({ graph, titleOf, marks, label }: { graph: DraftGraph; titleOf: Named; marks?: ReadonlyMap<string, "added" | "removed" | "changed">; label: string }) {
  const places = new Map(graph.nodes.map((node, index) => [node.id, { x: node.ui?.x ?? (index % 4) * 300, y: node.ui?.y ?? Math.floor(index / 4) * 140 }]));
  if (places.size === 0) return <div className="pane-picture pane-picture-empty"><span className="muted">No steps</span></div>;
  const all = [...places.values()];
  const left = Math.min(...all.map((one) => one.x)) - 20;
  const top = Math.min(...all.map((one) => one.y)) - 20;
  const width = Math.max(...all.map((one) => one.x)) + WIDTH + 20 - left;
  const height = Math.max(...all.map((one) => one.y)) + HEIGHT + 20 - top;
  const named = graph.nodes.length <= 24;
  return (
    <svg className="pane-picture" viewBox={`${left} ${top} ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="xMidYMid meet">
      {graph.nodes.flatMap((node) => (node.inputs ?? []).map((input) => {
        const from = input.source && "node" in input.source ? places.get(input.source.node) : undefined;
        const to = places.get(node.id);
        if (!from || !to) return null;
        const [x1, y1, x2, y2] = [from.x + WIDTH / 2, from.y + HEIGHT, to.x + WIDTH / 2, to.y];
        const bend = Math.max(30, Math.abs(y2 - y1) / 2);
        return <path key={`${node.id}/${input.name}`} className="pane-picture-wire" d={`M${x1},${y1} C${x1},${y1 + bend} ${x2},${y2 - bend} ${x2},${y2}`} />;
      }))}
      {graph.nodes.map((node) => {
        const at = places.get(node.id) ?? { x: 0, y: 0 };
        const title = titleOf(node);
        return (
          <g key={node.id} data-mark={marks?.get(node.id)} className="pane-picture-card">
            <rect x={at.x} y={at.y} width={WIDTH} height={HEIGHT} rx="10" />
            {named && <text x={at.x + WIDTH / 2} y={at.y + HEIGHT / 2 + 8} textAnchor="middle">{title.length > 18 ? `${title.slice(0, 17)}…` : title}</text>}
          </g>
        );
      })}
    </svg>
  );
}
