/** A small table that is typed or pasted from a spreadsheet; kept as CSV. */
import { useLayoutEffect, useRef, useState, type ChangeEvent, type ClipboardEvent, type KeyboardEvent } from "react";
import { Icon, plural } from "../parts";
import { MOST_CELLS, pastedCells, readCsv, squared, withCells, writeCsv } from "../table-text";
import type { ValueProps } from "./scalar";

export function TableField({ spec, value, set, ids, disabled }: ValueProps) {
  const text = typeof value === "string" ? value : "";
  const rows = squared(readCsv(text));
  const cells = rows.length * (rows[0]?.length ?? 1);
  const [raw, setRaw] = useState(false);
  const big = cells > MOST_CELLS;
  return (
    <div className="pane-table">
      {raw || big
        ? <textarea {...ids} className="mono" rows={8} wrap="off" disabled={disabled} aria-required={spec.required} value={text} spellCheck={false} onChange={(event) => set(event.target.value)} />
        : <Grid rows={text === "" ? [[""]] : rows} set={(next) => set(writeCsv(next))} id={ids.id} describedBy={ids["aria-describedby"]} disabled={disabled} label={spec.label} />}
      <div className="row">
        <span className="muted small">{text === "" ? "Empty" : `${plural(rows.length, "line")}, ${plural(rows[0]?.length ?? 0, "column")}`}</span><span className="spacer" />
        {!big && <button type="button" className="button button-quiet button-small" aria-pressed={raw} onClick={() => setRaw(!raw)}><Icon name="code" />CSV</button>}
      </div>
    </div>
  );
}

function Grid({ rows, set, id, describedBy, disabled, label }: { rows: string[][]; set: (rows: string[][]) => void; id: string; describedBy: string | undefined; disabled: boolean; label: string }) {
  const box = useRef<HTMLTableElement>(null);
  const width = rows[0]?.length ?? 1;
  /** A cell that is not drawn yet gets the focus once it is. */
  const wanted = useRef("");
  const focus = (row: number, column: number) => { wanted.current = `${row},${column}`; reach(); };
  const reach = () => {
    const cell = wanted.current && box.current?.querySelector<HTMLElement>(`[data-cell="${wanted.current}"]`);
    if (!cell) return;
    wanted.current = "";
    cell.focus();
  };
  useLayoutEffect(reach);
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const cells = pastedCells(event.clipboardData.getData("text/plain"));
    if (!cells) return;
    event.preventDefault();
    set(withCells(rows, row, column, cells));
  };
  const keys = (event: KeyboardEvent<CellElement>, row: number, column: number) => {
    const field = event.currentTarget;
    const go = (down: number, right: number) => { event.preventDefault(); focus(row + down, column + right); };
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      if (row === rows.length - 1) set([...rows, Array.from({ length: width }, () => "")]);
      return go(1, 0);
    }
    if (event.key === "ArrowDown") return go(1, 0);
    if (event.key === "ArrowUp") return go(-1, 0);
    if (event.key === "ArrowRight" && field.selectionStart === field.value.length) return go(0, 1);
    if (event.key === "ArrowLeft" && field.selectionEnd === 0) return go(0, -1);
  };
  return (
    <div className="pane-grid" role="region" aria-label={`${label}: table`} tabIndex={0}>
      <table ref={box}><tbody>
        {rows.map((row, down) => (
          <tr key={down}>
            {row.map((cell, right) => (
              <td key={right}><Cell text={cell} id={down === 0 && right === 0 ? id : undefined} aria-describedby={down === 0 && right === 0 ? describedBy : undefined} aria-label={down === 0 && right === 0 ? undefined : `Line ${down + 1}, column ${right + 1}`} data-cell={`${down},${right}`} disabled={disabled}
                onChange={(event) => set(withCells(rows, down, right, [[event.target.value]]))} onPaste={(event) => paste(event, down, right)} onKeyDown={(event) => keys(event, down, right)} /></td>
            ))}
            {!disabled && <td className="pane-grid-act"><button type="button" className="button button-quiet button-small icon-only" aria-label={`Remove line ${down + 1}`} disabled={rows.length === 1} onClick={() => set(rows.filter((_, index) => index !== down))}><Icon name="close" /></button></td>}
          </tr>
        ))}
        {!disabled && <tr className="pane-grid-act">{(rows[0] ?? []).map((_, right) => <td key={right}><button type="button" className="button button-quiet button-small icon-only" aria-label={`Remove column ${right + 1}`} disabled={width === 1} onClick={() => set(rows.map((row) => row.filter((__, index) => index !== right)))}><Icon name="close" /></button></td>)}<td /></tr>}
      </tbody></table>
      {!disabled && <div className="row pane-quick">
        <button type="button" className="button button-quiet button-small" onClick={() => { set([...rows, Array.from({ length: width }, () => "")]); focus(rows.length, 0); }}><Icon name="new" />Line</button>
        <button type="button" className="button button-quiet button-small" onClick={() => { set(rows.map((row) => [...row, ""])); focus(0, width); }}><Icon name="new" />Column</button>
        <span className="muted small">Paste from a spreadsheet into any cell.</span>
      </div>}
    </div>
  );
}

type CellElement = HTMLInputElement | HTMLTextAreaElement;
interface CellProps {
  text: string; id: string | undefined; disabled: boolean; "aria-describedby": string | undefined; "aria-label": string | undefined; "data-cell": string;
  onChange: (event: ChangeEvent<CellElement>) => void; onKeyDown: (event: KeyboardEvent<CellElement>) => void; onPaste: (event: ClipboardEvent) => void;
}

/** A text of several lines keeps them: a plain input would drop them. */
function Cell({ text, ...props }: CellProps) {
  return text.includes("\n") ? <textarea {...props} dir="auto" rows={Math.min(4, text.split("\n").length)} value={text} /> : <input {...props} type="text" dir="auto" autoComplete="off" value={text} />;
}
