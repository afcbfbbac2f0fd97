/** Whatever dialog the state asks for. */
import { useCommands, useDesigner } from "../../context";
import { CodeDialog } from "./code";
import { ConflictDialog } from "./conflict";
import { HistoryDialog } from "./history";
import { PortDialog } from "./port";
import { PublishDialog } from "./publish";
import { SettingsDialog } from "./settings";
import { ShortcutsDialog } from "./shortcuts";
import { SubmitDialog } from "./submit";

export function AskedDialog() {
  const dialog = useDesigner((state) => state.dialog);
  const { open } = useCommands();
  const close = () => open(null);
  switch (dialog?.kind) {
    case "submit": return <SubmitDialog key={dialog.upTo ?? ""} upTo={dialog.upTo} onClose={close} />;
    case "publish": return <PublishDialog onClose={close} />;
    case "history": return <HistoryDialog onClose={close} />;
    case "settings": return <SettingsDialog onClose={close} />;
    case "conflict": return <ConflictDialog onClose={close} />;
    case "shortcuts": return <ShortcutsDialog onClose={close} />;
    case "port": return <PortDialog key={`${dialog.place.node}/${dialog.place.port}/${dialog.place.side}`} place={dialog.place} onClose={close} />;
    case "code": return <CodeDialog key={`${dialog.node}/${dialog.parameter}`} node={dialog.node} parameter={dialog.parameter} onClose={close} />;
    default: return null;
  }
}
