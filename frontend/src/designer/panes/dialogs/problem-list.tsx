/** Problems inside of a dialog: each closes it and goes to its field. */
import type { Problem } from "../../core/types";
import { useDesigner } from "../../context";
import { Icon } from "../parts";
import { useJump } from "../jump";

export function ProblemList({ problems, onJump, title }: { problems: readonly Problem[]; onJump: () => void; title: string }) {
  const jump = useJump();
  const faces = useDesigner((state) => state.view.faces);
  return (
    <div className="pane-problems"><h4>{title}</h4>
      <ul>{problems.slice(0, 30).map((one, index) => (
        <li key={index}><button type="button" className="problem" onClick={() => { onJump(); setTimeout(() => jump(one)); }}><Icon name="error" /><span dir="auto">{one.node && <strong>{faces.get(one.node)?.title ?? one.node_name ?? one.node}: </strong>}{one.message}</span></button></li>
      ))}</ul>
      {problems.length > 30 && <p className="muted small">and {problems.length - 30} more</p>}
    </div>
  );
}
