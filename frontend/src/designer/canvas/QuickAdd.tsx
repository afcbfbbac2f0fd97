/** The quick search: what fits the wire in hand, what goes into a wire, or anything at all. */
import { useCallback, useMemo } from "react";
import { Icon } from "../../cards/parts";
import { useDesigner } from "../context";
import type { Designer } from "../contract";
import { CARD } from "../core/geometry";
import { typeFits, typeWords } from "../core/rules";
import { pillGives } from "../core/sources";
import { inputKey } from "../core/view";
import type { PortType, SpecPort } from "../core/types";
import { datasetItem, findItems, moduleItem, type Item } from "../palette/items";
import { Marked } from "../palette/Marked";
import { Chooser, type Row } from "./Chooser";
import type { Desk } from "./desk";
import { useDesk } from "./parts";
import { PortWord } from "./ports";
import { useUi, type Quick } from "./ui";

const parts = (state: Designer) => ({ modules: state.modules, datasets: state.datasets, view: state.view });

export function QuickAdd() {
  const quick = useUi((ui) => ui.quick);
  return quick && <Open key={`${quick.screen.x}/${quick.screen.y}`} quick={quick} />;
}

function Open({ quick }: { quick: Quick }) {
  const desk = useDesk();
  const { modules, datasets, view } = useDesigner(parts);
  const need = useMemo(() => needOf(quick, view), [quick, view]);
  const items = useMemo(() => [...modules.map(moduleItem), ...datasets.map(datasetItem)].filter((item) => suits(item, need)), [modules, datasets, need]);
  const close = useCallback(() => { desk.ui.change({ quick: null }); if (desk.current) desk.focus(desk.current); }, [desk]);
  const rows = useCallback((query: string): Row[] => findItems(items, query).map(({ item, match }): Row => ({
    id: item.id, group: query.trim() ? "" : item.group, pick: () => pick(desk, quick, item),
    body: (
      <>
        <span className="dz-look" data-look={item.look.tone}><Icon name={item.look.icon} /></span>
        <span className="dz-text"><span className="card-name" dir="auto"><Marked text={item.name} ranges={match.ranges} /></span><span className="dz-line"><span dir="auto">{item.detail || item.description}</span></span></span>
        {need && <span className="dz-fit">{fitting(item, need).map((port) => <PortWord key={port.name} type={port.type} label={port.label} />)}</span>}
      </>
    ),
  })), [items, desk, quick, need]);
  return (
    <Chooser label={titleOf(need)} placeholder={titleOf(need)} rows={rows} screen={quick.screen} onClose={close}
      empty={items.length ? "Nothing has these letters." : "Nothing in this workspace fits here."} foot={<><kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Enter</kbd> add{quick.connect || quick.wire ? " and connect" : ""} <kbd>Esc</kbd> close</>} />
  );
}

/** What the new card has to take or give. */
interface Need { takes: PortType | null; gives: PortType | null }

function needOf({ connect, wire }: Quick, view: Designer["view"]): Need | null {
  if (wire) {
    const found = view.byInput.get(inputKey(wire.node, wire.port));
    return { takes: found?.type ?? "any", gives: inputType(wire, view) };
  }
  if (!connect) return null;
  if ("to" in connect) return { takes: null, gives: inputType(connect.to, view) };
  const { from } = connect;
  if ("pill" in from) return { takes: pillTakes(from.pill, view), gives: null };
  return { takes: view.faces.get(from.node)?.outputs.find((port) => port.name === from.output)?.type ?? "any", gives: null };
}

/** Files may be anything that a module reads. */
function pillTakes(key: string, view: Designer["view"]): PortType {
  const pill = view.pills.get(key);
  return pill ? pillGives(pill) : "any";
}

const inputType = (to: { node: string; port: string }, view: Designer["view"]): PortType => view.faces.get(to.node)?.inputs.find((port) => port.name === to.port)?.type ?? "any";

const takesIt = (item: Item, need: Need): SpecPort[] => (need.takes === null ? [] : item.inputs.filter((port) => typeFits(need.takes as PortType, port.type)));
const givesIt = (item: Item, need: Need): SpecPort[] => (need.gives === null ? [] : item.outputs.filter((port) => typeFits(port.type, need.gives as PortType)));
const suits = (item: Item, need: Need | null): boolean => !need || ((need.takes === null || takesIt(item, need).length > 0) && (need.gives === null || givesIt(item, need).length > 0));
const fitting = (item: Item, need: Need): SpecPort[] => [takesIt(item, need)[0], givesIt(item, need)[0]].filter((port): port is SpecPort => port !== undefined);

function titleOf(need: Need | null): string {
  if (!need) return "Add a module or dataset";
  if (need.takes !== null && need.gives !== null) return "Add a module into this wire";
  return need.takes !== null ? `Add what takes ${typeWords(need.takes)}` : `Add what makes ${typeWords(need.gives as PortType)}`;
}

function pick(desk: Desk, quick: Quick, item: Item): void {
  desk.ui.change({ quick: null });
  if (quick.wire) return desk.splice(item.addition, quick.wire, quick.at);
  if (quick.connect) return void desk.add(item.addition, { x: quick.at.x, y: quick.at.y + ("to" in quick.connect ? 20 - CARD.height : 20) }, quick.connect);
  desk.add(item.addition, quick.at, slashFrom(desk, quick, item));
}

/** `/` with a card chosen: connected when it fits. */
function slashFrom(desk: Desk, { end }: Quick, item: Item): Quick["connect"] {
  if (!end) return null;
  const { view } = desk.read();
  const face = view.faces.get(end.card);
  const type = face ? face.outputs.find((port) => port.name === end.port)?.type : pillTakes(end.card, view);
  if (!type || !item.inputs.some((port) => typeFits(type, port.type))) return null;
  return { from: face ? { node: end.card, output: end.port } : { pill: end.card } };
}
