/** The line that cuts wires. */
import { useStore } from "@xyflow/react";
import { useUi } from "./ui";

export function Slice() {
  const slice = useUi((ui) => ui.slice);
  const [x, y, zoom] = useStore((store) => store.transform);
  if (!slice) return null;
  return (
    <svg className="dz-held dz-slice" aria-hidden="true">
      <polyline points={slice.line.map((point) => `${point.x * zoom + x},${point.y * zoom + y}`).join(" ")} fill="none" />
    </svg>
  );
}
