/** An empty canvas says what to do first. */
import { Icon } from "../../cards/parts";
import { useDesigner, usePlace } from "../context";
import type { Designer } from "../contract";
import { useDesk } from "./parts";
import { useUi } from "./ui";

const isEmpty = ({ graph, view }: Designer) => graph.nodes.length === 0 && view.pills.size === 0 && !graph.ui?.notes?.length;
const mayEdit = (state: Designer) => state.editable;

export function EmptyHint() {
  const empty = useDesigner(isEmpty);
  const editable = useDesigner(mayEdit);
  const desk = useDesk();
  const { pages } = usePlace();
  const dragged = useUi((ui) => ui.dragged !== null);
  if (!empty) return null;
  if (!editable) return <div className="dz-empty"><Icon name="designer" large /><h2>Nothing is here yet</h2></div>;
  return (
    <div className="dz-empty" data-dragged={dragged || undefined}>
      <Icon name="designer" large />
      <h2>Start your pipeline</h2>
      <p>Data goes in at the top and flows down from card to card.</p>
      <ol>
        <li><span className="dz-look" data-look="blue"><Icon name="grip" /></span><span><strong>Drag a module</strong> or a dataset from the left<br /><span className="dz-small">a tap or Enter adds it too</span></span></li>
        <li><button type="button" onClick={() => desk.openSlash()}><span className="dz-look" data-look="violet"><Icon name="search" /></span><span><strong>Press <kbd>/</kbd></strong> and type what you need<br /><span className="dz-small">then pull a wire from its port: what fits comes up</span></span></button></li>
        <li><a href={`${pages}/designer/#samples`}><span className="dz-look" data-look="teal"><Icon name="sample" /></span><span><strong>Open a sample</strong> and change it<br /><span className="dz-small">finished pipelines on data that comes along</span></span></a></li>
      </ol>
    </div>
  );
}
