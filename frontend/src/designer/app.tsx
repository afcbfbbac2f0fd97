/** The designer's page: the frame around canvas, palette and panes. */
import { ReactFlowProvider } from "@xyflow/react";
import { Component, useEffect, type ReactNode } from "react";
import { LevelProvider } from "../cards/level";
import { Icon } from "../cards/parts";
import { Canvas } from "./canvas/Canvas";
import { useKeys } from "./canvas/keys";
import { CanvasParts } from "./canvas/parts";
import { Said } from "./canvas/Said";
import { Toolbar } from "./canvas/Toolbar";
import { useUi } from "./canvas/ui";
import { useDesigner, useLoad } from "./context";
import type { Designer } from "./contract";
import { Palette } from "./palette/Palette";
import { dropAim, useAim } from "./panes/aim";
import { Dialogs } from "./panes/Dialogs";
import { Problems } from "./panes/Problems";
import { RightPane } from "./panes/RightPane";
import { Title } from "./panes/Title";

export function App() {
  const load = useLoad();
  if (load.phase === "loading") return <div className="dz-failed" role="status"><Icon name="status-running" large /><p>Opening the draft…</p></div>;
  if (load.phase === "error") {
    return <div className="dz-failed" role="alert"><Icon name="error" large /><p>The draft could not be opened. {load.message}</p><button type="button" className="button" onClick={() => location.reload()}>Try again</button></div>;
  }
  return (
    <Kept>
      <ReactFlowProvider>
        <LevelProvider><CanvasParts><Editor /></CanvasParts></LevelProvider>
      </ReactFlowProvider>
    </Kept>
  );
}

const frame = ({ editable, selection }: Designer) => ({ editable, chosen: selection.size > 0 });

function Editor() {
  const { editable, chosen } = useDesigner(frame);
  const left = useUi((ui) => ui.left);
  const wires = useUi((ui) => ui.wires.size > 0);
  const draftAsked = useAim()?.node === null;
  useEffect(() => { if (chosen && draftAsked) dropAim(); }, [chosen, draftAsked]);
  useKeys();
  return (
    <div className="dz">
      <Title />
      <Toolbar />
      {!editable && <div className="banner" data-tone="info" role="note"><Icon name="info" /><div className="banner-body">You can look at everything here, and copy from it. Changing a draft needs the role Contributor in this workspace.</div></div>}
      <div className="dz-body" data-chosen={chosen || wires || draftAsked || undefined}>
        {editable && left && <Palette />}
        <div className="dz-middle">
          <div className="dz-stage"><Canvas /><Said /></div>
          <Problems />
        </div>
        <RightPane />
      </div>
      <Dialogs />
    </div>
  );
}

/** When a part of the page fails, what was edited is in the store and saved: loading again goes on from there. */
class Kept extends Component<{ children: ReactNode }, { message: string | null }> {
  override state = { message: null as string | null };
  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
  override render() {
    if (this.state.message === null) return this.props.children;
    return (
      <div className="dz-failed" role="alert"><Icon name="error" large /><p>The editor stopped: {this.state.message}<br />Your changes are kept. Load the page again to go on.</p>
        <button type="button" className="button button-primary" onClick={() => location.reload()}>Load again</button></div>
    );
  }
}
