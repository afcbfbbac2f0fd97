/** Every key of the designer, and what the mouse does beside clicking. */
import { Fragment } from "react";
import { bindings, GROUPS } from "../../canvas/keymap";
import { Modal } from "../parts";

const GESTURES: readonly (readonly [string, string])[] = [
  ["Drop a wire on nothing", "Search what fits that port"],
  ["Drop a wire on a card", "Connect to its first fitting port"],
  ["Drop a module on a wire", "Put it in between"],
  ["Alt and drag", "Cut the wires that the line crosses"],
  ["Shift and drag", "Choose what lies in the frame"],
  ["Space and drag", "Move the view"],
  ["Click a port after a run", "Its data"],
];
const FORMS: readonly (readonly [string, string])[] = [["Ctrl Enter", "Submit or publish"], ["Up Down", "In a number: more or less"], ["Esc", "Close the dialog"]];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" wide onClose={onClose}>
      <div className="pane-shortcuts" role="group" aria-label="All keys" tabIndex={0}>
        {GROUPS.map((group) => <Keys key={group} title={group} rows={bindings.filter(([, one]) => one.group === group).map(([, one]) => [one.keys, one.words, one.also] as const)} />)}
        <Keys title="Forms" rows={FORMS} />
        <section><h3>Mouse and finger</h3><dl className="shortcuts">{GESTURES.map(([what, words]) => <div key={what}><dt>{what}</dt><dd>{words}</dd></div>)}</dl></section>
      </div>
    </Modal>
  );
}

function Keys({ title, rows }: { title: string; rows: readonly (readonly [string, string, string?])[] }) {
  return (
    <section><h3>{title}</h3><dl className="shortcuts">
      {rows.map(([keys, words, also]) => <div key={keys}><dt><Press keys={keys} />{also && <> or <Press keys={also} /></>}</dt><dd>{words}</dd></div>)}
    </dl></section>
  );
}

function Press({ keys }: { keys: string }) {
  return keys.split(" ").map((key, index) => <Fragment key={index}>{index > 0 && " "}<kbd>{key === "ContextMenu" ? "Menu" : key}</kbd></Fragment>);
}
