/** One module or dataset of the palette. */
import { memo, useRef, type DragEvent } from "react";
import { Icon } from "../../cards/parts";
import { useUiStore } from "../canvas/ui";
import type { Found, Item } from "./items";
import { Marked } from "./Marked";

export interface Tip { item: Item; top: number; left: number }
export const DRAG_TYPE = "application/x-forebay-module";
const PATIENCE = 350;

export const ItemRow = memo(function ItemRow({ found: { item, match }, onPick, onTip }: { found: Found; onPick: (item: Item) => void; onTip: (tip: Tip | null) => void }) {
  const ui = useUiStore();
  const timer = useRef(0);
  const tell = (element: HTMLElement) => {
    const { top, right } = element.getBoundingClientRect();
    onTip({ item, top, left: right });
  };
  const hide = () => {
    clearTimeout(timer.current);
    onTip(null);
  };
  const start = (event: DragEvent<HTMLButtonElement>) => {
    hide();
    event.dataTransfer.setData(DRAG_TYPE, item.id);
    event.dataTransfer.setData("text/plain", item.name);
    event.dataTransfer.effectAllowed = "copy";
    const picture = pictureOf(event.currentTarget);
    event.dataTransfer.setDragImage(picture, 124, 20);
    setTimeout(() => picture.remove(), 0);
    ui.close();
    ui.change({ dragged: item.addition });
  };
  return (
    <li>
      <button type="button" className="dz-item" draggable data-item={item.id} onClick={() => { hide(); onPick(item); }} onDragStart={start} onDragEnd={() => ui.change({ dragged: null, over: null })}
        onPointerEnter={(event) => { if (event.pointerType !== "mouse") return; const element = event.currentTarget; clearTimeout(timer.current); timer.current = window.setTimeout(() => tell(element), PATIENCE); }}
        onPointerLeave={hide} onFocus={(event) => { if (event.currentTarget.matches(":focus-visible")) tell(event.currentTarget); }} onBlur={hide} aria-description={`${item.description} Enter adds it.`}>
        <span className="dz-look" data-look={item.look.tone}><Icon name={item.look.icon} /></span>
        <span className="dz-text"><span className="card-name" dir="auto"><Marked text={item.name} ranges={match.ranges} /></span>{item.detail && <span className="dz-line"><span>{item.detail}</span></span>}</span>
        <span className="dz-grip" aria-hidden="true"><Icon name="grip" /></span>
      </button>
    </li>
  );
});

/** What hangs at the pointer while it is dragged: the card that it will be. */
function pictureOf(row: HTMLElement): HTMLElement {
  const picture = document.createElement("div");
  picture.className = "dz-picture designer";
  picture.innerHTML = row.innerHTML;
  document.body.append(picture);
  return picture;
}
