/** Every key of the designer. */
import { Modal } from "../parts";

const GROUPS: [string, [string, string][]][] = [
  ["Add and connect", [["/", "Add a module"], ["Tab", "Next card"], ["Arrows", "Walk along the wires"], ["Enter", "Properties of the card"], ["c", "Connect to…"], ["Drop a wire", "Search what fits that port"], ["Drop on a card", "Connect to its first fitting port"], ["Drop on a wire", "Put the module in between"]]],
  ["Change", [["F2", "Rename"], ["Ctrl D", "Duplicate"], ["Ctrl C", "Copy as JSON"], ["Ctrl X", "Cut"], ["Ctrl V", "Paste"], ["Delete", "Delete"], ["Ctrl Delete", "Delete and reconnect the neighbours"], ["Alt Arrows", "Move the card"], ["Ctrl G", "Group"], ["Ctrl Z", "Undo"], ["Ctrl Shift Z", "Redo"]]],
  ["Look", [["1", "Fit"], ["0", "100 %"], ["+", "Zoom in"], ["-", "Zoom out"], ["Space drag", "Move the view"], ["Ctrl F", "Search in the canvas"], ["Ctrl A", "Select all"], ["Esc", "Close, then select nothing"], ["?", "This list"]]],
  ["Forms", [["Ctrl Enter", "Submit or publish"], ["Up Down", "In a number: more or less"], ["Esc", "Close the dialog"]]],
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" wide onClose={onClose}>
      <div className="pane-shortcuts">
        {GROUPS.map(([title, rows]) => (
          <section key={title}><h3>{title}</h3><dl className="shortcuts">{rows.map(([keys, words]) => <div key={keys}><dt>{keys.split(" ").map((key, index) => <span key={index}>{index > 0 && " "}<kbd>{key}</kbd></span>)}</dt><dd>{words}</dd></div>)}</dl></section>
        ))}
      </div>
    </Modal>
  );
}
