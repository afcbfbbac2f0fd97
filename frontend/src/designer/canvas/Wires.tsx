/** All wires in one picture below the cards. React Flow would give each an SVG of its own, which is most of what a frame of a thousand steps costs. */
import { memo, useCallback, useMemo, useRef } from "react";
import { useStore, ViewportPortal } from "@xyflow/react";
import { useLevel } from "../../cards/level";
import type { Line } from "./flow";
import { lineBox, overlaps, reach, wirePath, type Box } from "./places";
import { useUi } from "./ui";
import { WireLine } from "./WireLine";

/** Above this many wires a view from far away has a few long paths instead of one for each. */
const SHEET = 200;

export const Wires = memo(function Wires({ lines, many }: { lines: readonly Line[]; many: boolean }) {
  const sheet = useLevel() === "dots" && lines.length > SHEET;
  const near = useReach(many && !sheet);
  const seen = useMemo(() => (near ? lines.filter((line) => overlaps(lineBox(line.from, line.to), near)) : lines), [lines, near]);
  return (
    <ViewportPortal>
      <svg className="dz-wires" aria-hidden="true">{sheet ? <Sheet lines={lines} /> : seen.map((line) => <WireLine key={line.wire.id} line={line} />)}</svg>
    </ViewportPortal>
  );
});

const NOTHING: Box = { x: NaN, y: NaN, width: 0, height: 0 };

/** The part of the canvas for which wires are drawn: more than what is seen, so that it is another one only now and then. */
function useReach(some: boolean): Box | null {
  const last = useRef<Box | null>(null);
  return useStore(useCallback(({ transform: [x, y, zoom], width, height }) => {
    if (!some) return null;
    if (!width) return NOTHING;
    last.current = reach(last.current, { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom });
    return last.current;
  }, [some]));
}

const paths = new WeakMap<Line, string>();

function pathOf(line: Line): string {
  let path = paths.get(line);
  if (path === undefined) paths.set(line, (path = wirePath(line.from, line.to)));
  return path;
}

/** One path for each look; what is chosen or about to be cut lies on top. */
function Sheet({ lines }: { lines: readonly Line[] }) {
  const chosen = useUi((ui) => ui.wires);
  const cut = useUi((ui) => ui.slice?.wires);
  const looks = useMemo(() => {
    const found = new Map<string, { look: string; type: string; paths: string[] }>();
    for (const line of lines) {
      const { look, wire: { type } } = line;
      const key = `${type} ${look}`;
      const one = found.get(key);
      if (one) one.paths.push(pathOf(line));
      else found.set(key, { look, type, paths: [pathOf(line)] });
    }
    return [...found].map(([key, { look, type, paths: all }]) => ({ key, look, type, path: all.join("") }));
  }, [lines]);
  const marked = chosen.size || cut?.size ? lines.filter(({ wire: { id } }) => chosen.has(id) || cut?.has(id)) : [];
  return (
    <>
      {looks.map(({ key, look, type, path }) => <g key={key} className={look}><path className="dz-wire-path" d={path} data-type={type} /></g>)}
      {marked.map((line) => <WireLine key={line.wire.id} line={line} />)}
    </>
  );
}
