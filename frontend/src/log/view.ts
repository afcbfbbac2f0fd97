/** The virtual list: draws the rows in view (and a few around), keeps row elements while their text stays. */
import { parseAnsi } from "./ansi";
import { afterReturns, scrollScale, type LineStore, type Scale } from "./lines";
import { splitHits } from "./search";

export const ROW = 20;
const AROUND = 12;
/** Never more rows than the tallest screen shows, whatever height a page's layout gives. */
const MOST = 300;
/** Longer lines are cut on screen; the download has them whole. */
const LONGEST = 20_000;

export class LogRows {
  wrap = false;
  needle = "";
  marked = -1;
  private readonly rows = document.createElement("div");
  private readonly sizer = document.createElement("div");
  private readonly shown = new Map<number, { element: HTMLElement; key: string }>();
  private scale: Scale = scrollScale(0, ROW, 1);

  constructor(private readonly view: HTMLElement, private store: LineStore) {
    this.sizer.className = "log-sizer";
    this.rows.className = "log-rows";
    this.sizer.append(this.rows);
    view.append(this.sizer);
  }

  use(store: LineStore): void {
    this.store = store;
    this.clear();
  }

  clear(): void {
    this.shown.clear();
    this.rows.replaceChildren();
  }

  get atEnd(): boolean {
    return this.view.scrollTop + this.view.clientHeight >= this.view.scrollHeight - 4;
  }

  get first(): number {
    return this.scale.first(this.view.scrollTop);
  }

  toEnd(): void {
    this.view.scrollTop = this.view.scrollHeight;
  }

  /** Brings a line into the upper third; does nothing when it is comfortably in view. */
  show(index: number): void {
    const visible = this.view.clientHeight / ROW;
    if (index >= this.first + 1 && index <= this.first + visible - 2 && !this.wrap) return;
    this.view.scrollTop = this.scale.top(Math.max(0, index - visible / 3));
  }

  resize(): void {
    const count = this.store.count;
    this.scale = scrollScale(count, ROW, this.view.clientHeight);
    this.sizer.style.height = `${this.scale.height}px`;
    const digits = Math.max(3, String(count).length);
    this.view.style.setProperty("--log-digits", `${digits}ch`);
  }

  /** `added` lines came in front: the same lines stay in view. */
  shifted(added: number): void {
    const first = this.first;
    this.clear();
    this.resize();
    this.view.scrollTop = this.scale.top(first + added);
  }

  draw(): void {
    const count = this.store.count;
    const first = Math.min(this.first, Math.max(0, count - 1));
    const top = Math.floor(first);
    const visible = Math.min(MOST, Math.ceil(this.view.clientHeight / ROW) + 1);
    const from = Math.max(0, top - AROUND);
    const to = Math.min(count, top + visible + AROUND);
    for (const [index, row] of this.shown) {
      if (index >= from && index < to) continue;
      row.element.remove();
      this.shown.delete(index);
    }
    let before: Element | null = null;
    for (let index = from; index < to; index += 1) {
      const element = this.row(index);
      if (before ? before.nextElementSibling !== element : this.rows.firstElementChild !== element) {
        if (before) before.after(element);
        else this.rows.prepend(element);
      }
      before = element;
    }
    this.place(first, top, from);
  }

  private place(first: number, top: number, from: number): void {
    const { scrollTop } = this.view;
    let y = scrollTop - (first - from) * ROW;
    const anchor = this.shown.get(top)?.element;
    if (this.wrap && anchor) {
      const end = this.atEnd ? this.scale.height - this.rows.offsetHeight : Infinity;
      y = this.atEnd ? end : scrollTop - anchor.offsetTop - (first - top) * anchor.offsetHeight;
    }
    this.rows.style.transform = `translateY(${Math.round(y)}px)`;
  }

  private row(index: number): HTMLElement {
    const text = afterReturns(this.store.line(index)).slice(0, LONGEST);
    const number = this.store.whole ? String(index + 1) : "";
    const key = `${number}|${this.needle}|${index === this.marked}|${text}`;
    const kept = this.shown.get(index);
    if (kept?.key === key) return kept.element;
    const element = kept?.element ?? document.createElement("div");
    element.className = index === this.marked ? "log-row is-marked" : "log-row";
    const gutter = document.createElement(number ? "a" : "span");
    gutter.className = "log-number";
    gutter.textContent = number;
    if (gutter instanceof HTMLAnchorElement) {
      gutter.href = `#L${number}`;
      gutter.tabIndex = -1;
      gutter.setAttribute("aria-label", `Line ${number}`);
    }
    const content = document.createElement("span");
    content.className = "log-text";
    content.dir = "auto";
    content.append(...pieces(text, this.needle));
    element.replaceChildren(gutter, content);
    this.shown.set(index, { element, key });
    return element;
  }
}

function pieces(text: string, needle: string): Node[] {
  return parseAnsi(text).map((piece) => {
    const parts = splitHits(piece.text, needle);
    if (!piece.classes && !piece.color && !piece.background && parts.length === 1) return document.createTextNode(piece.text);
    const span = document.createElement("span");
    span.className = piece.classes;
    if (piece.color) span.style.color = piece.color;
    if (piece.background) span.style.backgroundColor = piece.background;
    span.append(...parts.map((part, index) => {
      if (index % 2 === 0) return document.createTextNode(part);
      const mark = document.createElement("mark");
      mark.textContent = part;
      return mark;
    }));
    return span;
  });
}
