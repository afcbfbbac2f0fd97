/** The first rows of a table with a histogram in each head, figures of its columns, and another run's beside them. */
import { useMemo, useState } from "react";
import { useDesigner } from "../../context";
import { rest, restText } from "../page";
import { Icon, plural, useLoad, Waiting } from "../parts";
import { runsOfDraft } from "./runs-dialog";
import type { DataPlace } from "./port";
import { cellText, compareTables, numberText, profileOf, readTable, type ColumnProfile } from "./table-answer";

const READ = 10_000;
const SHOWN = 100;
const COLUMNS = 200;

const rowsPath = (place: DataPlace): string => (place.kind === "dataset" ? `/datasets/${place.id}/rows` : `/steps/${place.step}/outputs/${encodeURIComponent(place.name)}/rows`);

export function PortTable({ place, onFiles }: { place: DataPlace; onFiles?: () => void }) {
  const loaded = useLoad(async (signal) => readTable(await restText(`${rowsPath(place)}?limit=${READ}`, signal)), [JSON.stringify(place)]);
  const profile = useMemo(() => (loaded.phase === "ready" ? profileOf(loaded.value) : []), [loaded]);
  const [figures, setFigures] = useState(false);
  if (loaded.phase === "error") return <div className="stack"><Waiting state={loaded} what="the rows" />{onFiles && <p><button type="button" className="button" onClick={onFiles}>See its files</button></p>}</div>;
  if (loaded.phase !== "ready") return <Waiting state={loaded} what="the rows" />;
  const { columns, rows, total } = loaded.value;
  const part = total > rows.length;
  return (
    <div className="stack">
      <div className="row"><strong>{plural(total, "row")}, {plural(columns.length, "column")}</strong><span className="muted small">{part ? `Figures are of the first ${rows.length.toLocaleString("en")} rows.` : ""}{rows.length > SHOWN ? ` The first ${SHOWN} are shown.` : ""}</span><span className="spacer" />
        <button type="button" className="button button-small" aria-pressed={figures} onClick={() => setFigures(!figures)}><Icon name="metric" />{figures ? "Rows" : "Figures of its columns"}</button></div>
      {columns.length > COLUMNS && <p className="muted small">The first {COLUMNS} columns are shown.</p>}
      {figures ? <Figures profile={profile.slice(0, COLUMNS)} /> : (
        <div className="table-wrap pane-rows-table" tabIndex={0} role="region" aria-label="First rows">
          <table className="table small">
            <thead><tr><th scope="col" className="num"><span className="visually-hidden">Row</span></th>{profile.slice(0, COLUMNS).map((one) => <th key={one.name} scope="col"><span className="pane-th"><bdi className="ellipsis" title={one.name}>{one.name}</bdi><span className="muted">{one.type}{one.missing ? `, ${one.missing} missing` : ""}</span>{rows.length > 1 && <Bars profile={one} />}</span></th>)}</tr></thead>
            <tbody>{rows.slice(0, SHOWN).map((row, index) => <tr key={index}><td className="num muted">{index + 1}</td>{row.slice(0, COLUMNS).map((cell, at) => <td key={at} className={columns[at]?.type === "integer" || columns[at]?.type === "float" ? "num" : undefined} dir="auto" data-missing={cell === null || undefined} title={cell !== null && cellText(cell, columns[at]?.type) !== cell ? cell.slice(0, 1000) : undefined}>{cell === null ? <span className="muted">missing</span> : cellText(cell, columns[at]?.type)}</td>)}</tr>)}</tbody>
          </table>
          {rows.length === 0 && <p className="muted pane-none">The table has no rows.</p>}
        </div>
      )}
      {place.kind === "output" && <Comparison place={place} profile={profile} total={total} />}
    </div>
  );
}

/** Drawn, with the same in words for who does not see it. */
function Bars({ profile }: { profile: ColumnProfile }) {
  const most = Math.max(1, ...profile.bars.map((one) => one.count));
  if (profile.bars.length === 0) return null;
  const width = 96 / profile.bars.length;
  return (
    <svg className="pane-bars" viewBox="0 0 96 24" role="img" aria-label={profile.numbers ? `${numberText(profile.numbers.min)} to ${numberText(profile.numbers.max)}, mean ${numberText(profile.numbers.mean)}` : `${plural(profile.distinct, "value")}, most often ${profile.bars[0]?.label ?? ""}`} preserveAspectRatio="none">
      {profile.bars.map((one, index) => { const height = one.count ? Math.max(1.5, (one.count / most) * 24) : 0; return <rect key={index} x={index * width + 0.5} y={24 - height} width={Math.max(1, width - 1)} height={height}><title>{`${one.label}: ${one.count}`}</title></rect>; })}
    </svg>
  );
}

function Figures({ profile }: { profile: readonly ColumnProfile[] }) {
  const number = (value: number | undefined) => (value === undefined ? "" : numberText(value));
  return (
    <div className="table-wrap pane-rows-table" tabIndex={0} role="region" aria-label="Figures of the columns"><table className="table small">
      <thead><tr>{["Column", "Type", "Distribution", "Missing", "Distinct", "Min", "Median", "Mean", "Std dev", "Max"].map((one, index) => <th key={one} scope="col" className={index > 2 ? "num" : undefined}>{one}</th>)}</tr></thead>
      <tbody>{profile.map((one) => <tr key={one.name}><th scope="row" dir="auto">{one.name}</th><td>{one.type}</td><td><Bars profile={one} />{!one.numbers && <span className="muted small ellipsis">{one.bars.slice(0, 3).map((bar) => `${bar.label} (${bar.count})`).join(", ")}</span>}</td><td className="num">{one.missing}</td><td className="num">{one.distinct}</td><td className="num">{number(one.numbers?.min)}</td><td className="num">{number(one.numbers?.median)}</td><td className="num">{number(one.numbers?.mean)}</td><td className="num">{number(one.numbers?.deviation)}</td><td className="num">{number(one.numbers?.max)}</td></tr>)}</tbody>
    </table></div>
  );
}

/** The same port in another run of this draft. */
function Comparison({ place, profile, total }: { place: DataPlace & { kind: "output" }; profile: readonly ColumnProfile[]; total: number }) {
  const [asked, setAsked] = useState(false);
  const [run, setRun] = useState("");
  const shown = useDesigner((state) => state.run?.id);
  const runs = useLoad((signal) => (asked ? runsOfDraft("", signal) : Promise.resolve([])), [asked]);
  const others = runs.phase === "ready" ? runs.value.filter((one) => one.id !== shown) : [];
  const other = useLoad(async (signal) => {
    if (!run) return null;
    const told = await rest<{ steps: { id: string; node_id: string; status: string }[] | null }>(`/runs/${run}`, { signal });
    const step = told.steps?.find((one) => one.node_id === place.node && one.status === "Completed");
    if (!step) throw new Error("That run has no result of this step.");
    return readTable(await restText(`${rowsPath({ ...place, step: step.id })}?limit=${READ}`, signal));
  }, [run]);
  const rows = other.phase === "ready" && other.value ? compareTables(profileOf(other.value), profile) : null;
  return (
    <details className="pane-more" onToggle={(event) => { if (event.currentTarget.open) setAsked(true); }}><summary>Compare with another run</summary>
      <div className="stack">
        {runs.phase === "ready" && asked && others.length === 0 && <p className="muted">This draft has no other run.</p>}
        {others.length > 0 && <select aria-label="Run to compare with" value={run} onChange={(event) => setRun(event.target.value)}><option value="">Choose a run…</option>{others.map((one) => <option key={one.id} value={one.id}>Run {one.number}, {one.status}</option>)}</select>}
        {run && <Waiting state={other} what="its rows" />}
        {rows && other.phase === "ready" && other.value && <>
          <p>{other.value.total === total ? `Both have ${plural(total, "row")}.` : `${plural(other.value.total, "row")} then, ${plural(total, "row")} here.`}</p>
          <ul className="pane-changes">{rows.filter((one) => one.what !== "same").map((one) => <li key={one.name} data-what={one.what}><Icon name={one.what === "added" ? "new" : one.what === "removed" ? "close" : "edit"} /><span><strong dir="auto">{one.name}</strong>{one.words.length ? `: ${one.words.join("; ")}` : one.what === "added" ? " is new" : " is gone"}</span></li>)}</ul>
          {rows.every((one) => one.what === "same") && <p className="muted">Columns and their figures are the same.</p>}
        </>}
      </div>
    </details>
  );
}
