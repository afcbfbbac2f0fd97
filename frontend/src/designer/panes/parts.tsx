/** Small pieces that all panes share: fields, menus, dialogs, times. */
import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Icon } from "../../cards/parts";
import { relativeText } from "../../studio/time";
import { messageOf } from "./page";

export { Chip, Icon } from "../../cards/parts";

/** A moment as the rest of the studio shows it; studio.js keeps it fresh. */
export function When({ at }: { at: string }) {
  const fill = useCallback((time: HTMLTimeElement | null) => {
    if (time && !time.textContent) time.textContent = relativeText(Date.parse(at), Date.now());
  }, [at]);
  return <time key={at} ref={fill} dateTime={at} data-relative="" />;
}

export interface FieldIds { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined }

/** A labelled control with help and what is wrong with it. */
export function Field({ label, help, error, required, children, action, className }: {
  label: ReactNode; help?: ReactNode; error?: string | undefined; required?: boolean; action?: ReactNode; className?: string; children: (ids: FieldIds) => ReactNode;
}) {
  const id = useId();
  const described = [help ? `${id}-help` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <div className={`field${className ? ` ${className}` : ""}`}>
      <div className="pane-label"><label htmlFor={id}>{label}{required && <span className="pane-required" aria-hidden="true"> *</span>}</label>{action}</div>
      {children({ id, "aria-describedby": described, "aria-invalid": error ? true : undefined })}
      {error && <p className="error pane-error" id={`${id}-error`}><Icon name="error" />{error}</p>}
      {help && <p className="help" id={`${id}-help`}>{help}</p>}
    </div>
  );
}

/** A menu of buttons and links behind a quiet button; studio.js closes it on Escape and on a click elsewhere. */
export function Menu({ label, icon = "more", children, small = true, className }: { label: string; icon?: string; children: ReactNode; small?: boolean; className?: string }) {
  const walk = (event: KeyboardEvent<HTMLDetailsElement>) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".menu-list a[href], .menu-list button:not(:disabled)")];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape" && event.currentTarget.open) {
      event.stopPropagation();
      event.preventDefault();
      event.currentTarget.open = false;
      event.currentTarget.querySelector("summary")?.focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.open = true;
    rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length]?.focus();
  };
  return (
    <details className={`menu${className ? ` ${className}` : ""}`} onKeyDown={walk}>
      <summary className={`button button-quiet icon-only${small ? " button-small" : ""}`} aria-label={label} title={label}><Icon name={icon} /></summary>
      <div className="menu-list">{children}</div>
    </details>
  );
}

export function MenuItem({ icon, children, onPick, disabled, why }: { icon: string; children: ReactNode; onPick: () => void; disabled?: boolean; why?: string | undefined }) {
  return <button type="button" onClick={onPick} disabled={disabled} title={disabled ? why : undefined}><Icon name={icon} /><span>{children}</span></button>;
}

/** The browser's own dialog: it keeps the focus inside and gives it back. `onClose` may refuse by answering false. */
export function Modal({ title, onClose, children, wide, actions, className, onSubmit }: {
  title: ReactNode; onClose: () => boolean | void; children: ReactNode; wide?: boolean | undefined; actions?: ReactNode; className?: string | undefined; onSubmit?: (() => void) | undefined;
}) {
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    const dialog = box.current;
    before.current = document.activeElement;
    if (dialog && !dialog.open) {
      dialog.showModal();
      // The first field, not the button that closes.
      (dialog.querySelector<HTMLElement>("[data-first]") ?? dialog.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea):not(:disabled)"))?.focus();
    }
    return () => {
      dialog?.close();
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation(); // the canvas listens for single keys
    if (onSubmit && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSubmit();
    }
  };
  const body = (
    <>
      <div className="dialog-head"><h2 id={id}>{title}</h2><button type="button" className="button button-quiet icon-only" aria-label="Close" onClick={() => void onClose()}><Icon name="close" /></button></div>
      <div className="dialog-body">{children}</div>
      {actions && <div className="dialog-actions">{actions}</div>}
    </>
  );
  return (
    <dialog ref={box} className={`dialog pane-dialog${wide ? " pane-dialog-wide" : ""}${className ? ` ${className}` : ""}`} aria-labelledby={id} onKeyDown={keys}
      onCancel={(event) => { if (event.target !== box.current) return; event.preventDefault(); void onClose(); }}>
      {onSubmit ? <form className="pane-dialog-form" noValidate onSubmit={(event) => { event.preventDefault(); onSubmit(); }}>{body}</form> : body}
    </dialog>
  );
}

/** What was asked of the server: loading, there, or refused with a sentence. `again` asks once more. */
export type Loaded<T> = { phase: "loading" } | { phase: "ready"; value: T } | { phase: "error"; message: string };

export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Loaded<T> & { again: () => void } {
  const [state, setState] = useState<Loaded<T>>({ phase: "loading" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState({ phase: "loading" });
    load(stop.signal).then(
      (value) => { if (!stop.signal.aborted) setState({ phase: "ready", value }); },
      (error: unknown) => { if (!stop.signal.aborted) setState({ phase: "error", message: messageOf(error) }); },
    );
    return () => stop.abort();
    // eslint-style lists of dependencies are the caller's: `keys` says when to load again.
  }, [...keys, round]);
  return { ...state, again: useCallback(() => setRound((count) => count + 1), []) };
}

/** Loading and refusal look alike everywhere. */
export function Waiting({ state, what }: { state: Loaded<unknown> & { again?: () => void }; what: string }) {
  if (state.phase === "loading") return <p className="muted pane-wait" role="status"><Icon name="status-running" />Loading {what}…</p>;
  if (state.phase === "error") return <p className="error pane-error" role="alert"><Icon name="error" /><span>{state.message}</span>{state.again && <button type="button" className="button button-small" onClick={state.again}>Try again</button>}</p>;
  return null;
}

export function Banner({ tone, children, icon, actions }: { tone: "info" | "success" | "warning" | "danger"; children: ReactNode; icon?: string; actions?: ReactNode }) {
  return <div className="banner" data-tone={tone}><Icon name={icon ?? (tone === "danger" ? "error" : tone)} /><div className="banner-body">{children}</div>{actions && <div className="banner-actions">{actions}</div>}</div>;
}

export function Empty({ icon, title, children }: { icon: string; title: string; children?: ReactNode }) {
  return <div className="empty pane-empty"><Icon name={icon} large /><h3>{title}</h3>{children}</div>;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
