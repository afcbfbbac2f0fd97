/** A text field with a list below it: search, arrows, Enter; free text where that is allowed. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Icon } from "../../cards/parts";

export interface Option { value: string; label?: string; detail?: string; group?: string }

interface Props {
  id?: string | undefined;
  /** Named by a <label> of `id`, or by this. */
  label?: string;
  value: string;
  options: readonly Option[];
  onPick: (value: string) => void;
  /** What is typed counts even when it is in no option. */
  free?: boolean;
  /** Empties itself after each pick: for adding to a list. */
  adding?: boolean;
  placeholder?: string;
  empty?: string;
  disabled?: boolean;
  required?: boolean;
  onText?: (text: string) => void;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
}

const MOST = 200;

export function Combobox(props: Props) {
  const { value, options, onPick, free, adding, onText } = props;
  const list = useId();
  const shownValue = adding ? "" : (options.find((one) => one.value === value)?.label ?? value);
  const [text, setText] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const popup = useRef<HTMLUListElement>(null);
  const found = useMemo(() => search(options, text), [options, text]);

  useEffect(() => {
    const box = popup.current;
    if (!open || !box || !input.current) return;
    const frame = input.current.getBoundingClientRect();
    const below = innerHeight - frame.bottom;
    const height = Math.min(260, Math.max(below, frame.top) - 12);
    Object.assign(box.style, { left: `${frame.left}px`, minWidth: `${frame.width}px`, maxWidth: `${Math.max(frame.width, Math.min(420, innerWidth - frame.left - 8))}px`, maxHeight: `${height}px`, top: "auto", bottom: "auto" });
    if (below < 180 && frame.top > below) box.style.bottom = `${innerHeight - frame.top + 4}px`;
    else box.style.top = `${frame.bottom + 4}px`;
    if (!box.matches(":popover-open")) box.showPopover();
    const hide = (event: Event) => { if (event.target !== box) setOpen(false); };
    addEventListener("scroll", hide, true);
    addEventListener("resize", hide);
    return () => {
      removeEventListener("scroll", hide, true);
      removeEventListener("resize", hide);
      if (box.isConnected && box.matches(":popover-open")) box.hidePopover();
    };
  }, [open, found.length]);

  useEffect(() => { if (open && at >= 0) document.getElementById(`${list}-${at}`)?.scrollIntoView({ block: "nearest" }); }, [open, at, list]);

  const show = () => { if (!props.disabled) { setOpen(true); setAt(-1); } };
  const close = () => { setOpen(false); setAt(-1); };
  const pick = (next: string) => {
    setText(null);
    close();
    if (adding || next !== value) onPick(next);
  };
  const leave = () => {
    close();
    const typed = text;
    if (typed === null) return;
    setText(null);
    const exact = options.find((one) => (one.label ?? one.value) === typed || one.value === typed);
    if (exact) { if (exact.value !== value || adding) onPick(exact.value); }
    else if (free && (typed !== "" || !adding) && typed !== value) onPick(typed);
    else if (typed === "" && !props.required && !adding && value !== "") onPick("");
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return show();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => (now < 0 ? (step > 0 ? 0 : found.length - 1) : (now + step + found.length) % Math.max(1, found.length)));
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      const chosen = found[at] ?? (free ? undefined : text ? found[0] : undefined);
      if (!open && text === null) return;
      event.preventDefault();
      if (chosen) pick(chosen.value);
      else leave();
    } else if (event.key === "Escape" && (open || text !== null)) {
      event.preventDefault();
      event.stopPropagation();
      setText(null);
      close();
    }
  };
  return (
    <div className="pane-combo">
      <input ref={input} id={props.id} type="text" role="combobox" autoComplete="off" spellCheck={false} aria-label={props.label} aria-autocomplete="list" aria-expanded={open} aria-controls={list}
        aria-activedescendant={open && at >= 0 ? `${list}-${at}` : undefined} aria-describedby={props["aria-describedby"]} aria-invalid={props["aria-invalid"]} aria-required={props.required}
        disabled={props.disabled} placeholder={props.placeholder} dir="auto" value={text ?? shownValue} title={text ?? shownValue}
        onChange={(event) => { setText(event.target.value); onText?.(event.target.value); setOpen(true); setAt(-1); }} onClick={show} onBlur={leave} onKeyDown={keys} />
      <span className="pane-combo-arrow" aria-hidden="true" onMouseDown={(event) => { event.preventDefault(); input.current?.focus(); if (open) close(); else show(); }}><Icon name="chevron-down" /></span>
      <ul ref={popup} id={list} role="listbox" aria-label={props.label ?? "Choices"} popover="manual" className="pane-options" hidden={!open} onMouseDown={(event) => event.preventDefault()}>
        {open && found.map((one, index) => (
          <li key={`${one.group ?? ""}/${one.value}`} id={`${list}-${index}`} role="option" aria-selected={index === at} data-chosen={one.value === value || undefined} onClick={() => pick(one.value)} onMouseMove={() => setAt(index)}>
            <span className="ellipsis" dir="auto">{one.label ?? one.value}</span>{one.detail && <span className="pane-option-detail">{one.detail}</span>}
          </li>
        ))}
        {open && found.length === 0 && <li role="option" aria-selected={false} aria-disabled="true" className="muted">{free && text ? `Use “${text}”` : props.empty ?? "Nothing fits."}</li>}
      </ul>
    </div>
  );
}

/** Those that begin with the text stand before those that have it somewhere. */
function search(options: readonly Option[], text: string | null): readonly Option[] {
  const wanted = text?.trim().toLowerCase();
  if (!wanted) return options.slice(0, MOST);
  const words = wanted.split(/\s+/);
  const name = (one: Option) => (one.label ?? one.value).toLowerCase();
  const fits = options.filter((one) => words.every((word) => `${name(one)} ${one.detail ?? ""}`.toLowerCase().includes(word)));
  return fits.sort((a, b) => Number(name(b).startsWith(wanted)) - Number(name(a).startsWith(wanted))).slice(0, MOST);
}
