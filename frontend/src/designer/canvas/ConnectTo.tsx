/** Wiring without a mouse: every port that a card's ports may be connected with. */
import { useCallback, useMemo } from "react";
import { useDesigner } from "../context";
import type { Designer, From } from "../contract";
import { inputKey } from "../core/view";
import { match } from "../palette/match";
import { Chooser, type Row } from "./Chooser";
import { useDesk } from "./parts";
import { PILL_PORT } from "./places";
import { PortShape } from "./ports";
import { useUi } from "./ui";

interface Choice { own: string; side: "in" | "out"; from: From; to: { node: string; port: string }; other: string; otherPort: string; type: Parameters<typeof PortShape>[0]["type"]; used: boolean }
const viewOf = (state: Designer) => state.view;

export function ConnectTo() {
  const connecting = useUi((ui) => ui.connecting);
  return connecting && <Open key={connecting.node} node={connecting.node} screen={connecting.screen} />;
}

function Open({ node, screen }: { node: string; screen: { x: number; y: number } }) {
  const desk = useDesk();
  const view = useDesigner(viewOf);
  const choices = useMemo(() => choicesOf(node, view, (from, to) => desk.commands.refusal(from, to)), [node, view, desk]);
  const close = useCallback(() => { desk.ui.change({ connecting: null }); desk.focus(node); }, [desk, node]);
  const title = view.faces.get(node)?.title ?? view.pills.get(node)?.title ?? "";
  const rows = useCallback((query: string): Row[] => found(choices, query)
    .map((choice): Row => ({
      id: `${choice.side}/${choice.own}/${choice.other}/${JSON.stringify(choice.from)}/${choice.to.node}/${choice.to.port}`,
      group: choice.side === "out" ? `Output ${choice.own} goes to` : `Input ${choice.own} comes from`,
      pick: () => {
        const refusal = desk.commands.connect(choice.from, choice.to);
        if (!refusal) desk.commands.say(choice.side === "out" ? `${choice.own} connected with ${choice.otherPort} of ${choice.other}.` : `${choice.own} comes from ${choice.otherPort} of ${choice.other}.`);
        close();
      },
      body: (
        <>
          <PortShape type={choice.type} wired={choice.used} />
          <span className="dz-text"><span className="card-name" dir="auto">{choice.other}</span><span className="dz-line"><span dir="auto">{choice.otherPort}{choice.used ? ", replaces what comes in" : ""}</span></span></span>
        </>
      ),
    })), [choices, desk, close]);
  return <Chooser label={`Connect ${title} to`} placeholder="Connect to…" rows={rows} screen={screen} onClose={close} empty="No other card has a port that fits." foot={<><kbd>Enter</kbd> connect <kbd>Esc</kbd> close</>} />;
}

function found(choices: readonly Choice[], query: string): Choice[] {
  const hits = choices.flatMap((choice) => {
    const hit = match(query, { name: `${choice.other} ${choice.otherPort} ${choice.own}`, description: "", group: "" });
    return hit ? [{ choice, score: hit.score }] : [];
  });
  if (query.trim()) hits.sort((a, b) => Math.round(b.score) - Math.round(a.score));
  return hits.map((hit) => hit.choice);
}

/** Outputs first, free inputs before used ones. */
function choicesOf(id: string, view: Designer["view"], refusal: (from: From, to: { node: string; port: string }) => string | null): Choice[] {
  const face = view.faces.get(id);
  const outs = face ? face.outputs.map((port) => ({ own: port.label, type: port.type, from: { node: id, output: port.name } as From })) : [{ own: view.pills.get(id)?.title ?? "", type: view.pills.get(id)?.type ?? ("any" as const), from: { pill: id } as From }];
  const found: Choice[] = [];
  for (const { own, type, from } of outs) {
    for (const other of view.faces.values()) {
      if (other.node === id) continue;
      for (const port of other.inputs) {
        const to = { node: other.node, port: port.name };
        if (refusal(from, to) === null) found.push({ own, side: "out", from, to, other: other.title, otherPort: port.label, type, used: view.byInput.has(inputKey(other.node, port.name)) });
      }
    }
  }
  found.sort((a, b) => outs.findIndex((one) => one.own === a.own) - outs.findIndex((one) => one.own === b.own) || Number(a.used) - Number(b.used));
  for (const port of face?.inputs ?? []) {
    const to = { node: id, port: port.name };
    const used = view.byInput.has(inputKey(id, port.name));
    const add = (from: From, other: string, otherPort: string, type: Choice["type"]) => {
      if (refusal(from, to) === null) found.push({ own: port.label, side: "in", from, to, other, otherPort, type, used });
    };
    for (const pill of view.pills.values()) add({ pill: pill.key }, pill.title, pill.detail || PILL_PORT, pill.type);
    for (const other of view.faces.values()) if (other.node !== id) for (const one of other.outputs) add({ node: other.node, output: one.name }, other.title, one.label, one.type);
  }
  return found;
}
