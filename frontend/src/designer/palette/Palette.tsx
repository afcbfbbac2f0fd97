/** What can be put on the canvas: search, what was used lately, groups. Drag it, tap it, or press Enter. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Icon } from "../../cards/parts";
import { useCommands, useDesigner, usePlace } from "../context";
import type { Designer } from "../contract";
import { useDesk } from "../canvas/parts";
import { rest } from "../panes/page";
import { useLoad } from "../panes/parts";
import { DATASETS, levelsOf, OWN_GROUP } from "./groups";
import { datasetItem, findItems, moduleItem, type Found, type Item } from "./items";
import { ItemRow, type Tip } from "./ItemRow";
import { recentIds } from "./recent";
import { ItemTip } from "./ItemTip";

const parts = ({ modules, datasets, groups }: Designer) => ({ modules, datasets, groups });
const OPEN_KEY = "forebay:designer-groups";
/** Datasets that are shown before "Show all". */
const FEW = 12;
/** Rows of a search. */
const MOST = 100;

interface Section { group: string; title: string; parent: string; items: Item[] }

export function Palette() {
  const { modules, datasets, groups } = useDesigner(parts);
  const [query, setQuery] = useState("");
  const [tip, setTip] = useState<Tip | null>(null);
  const [all, setAll] = useState(false);
  const open = useOpen();
  const root = useRef<HTMLDivElement>(null);
  const desk = useDesk();
  const items = useMemo(() => [...datasets.map(datasetItem), ...modules.map(moduleItem)], [modules, datasets]);
  const sections = useMemo(() => sectionsOf(items, groups), [items, groups]);
  const found = useMemo(() => (query.trim() ? findItems(items, query) : null), [items, query]);
  const recent = useRecent(items);

  const pick = (item: Item) => {
    setTip(null);
    desk.addHere(item.addition);
  };
  const row = (one: Found, key = one.item.id) => <ItemRow key={key} found={one} onPick={pick} onTip={setTip} />;
  const plain = (item: Item): Found => ({ item, match: { score: 0, ranges: [] } });
  const rowsOf = (section: Section) => {
    const long = section.group === DATASETS && section.items.length > FEW + 4;
    return (
      <>
        {(long && !all ? section.items.slice(0, FEW) : section.items).map((item) => row(plain(item)))}
        {long && <li><button type="button" className="dz-showall" onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${section.items.length}`}</button></li>}
      </>
    );
  };
  return (
    <aside ref={root} className="dz-palette" aria-label="Modules and datasets" onKeyDown={(event) => walk(event, root.current)} onPointerLeave={() => setTip(null)}>
      <div className="dz-palette-head">
        <div className="search"><Icon name="search" />
          <input type="search" aria-label="Search modules and datasets" placeholder="Search modules" value={query} autoComplete="off" spellCheck={false} onChange={(event) => setQuery(event.target.value.replace(/^\//, ""))}
            onKeyDown={(event) => {
              if (event.key === "Enter" && found?.[0]) pick(found[0].item);
              if (event.key === "Escape") { if (query) { event.stopPropagation(); setQuery(""); } else desk.root?.focus(); }
            }} /></div>
      </div>
      <div className="dz-palette-list" onScroll={() => setTip(null)}>
        {found ? (
          <>
            <p className="dz-palette-count" role="status">{found.length === 1 ? "1 result" : `${found.length} results`}</p>
            <ul className="dz-items">{found.slice(0, MOST).map((one) => row(one))}</ul>
            {found.length > MOST && <p className="dz-none">These are the best {MOST}. More letters find the others.</p>}
            {found.length === 0 && <div className="dz-none">Nothing is called that.<br /><button type="button" className="button button-small" onClick={() => setQuery("")}>Clear the search</button></div>}
          </>
        ) : (
          <>
            {recent.length > 0 && <Group title="Recently used" count={null} open={open.is("recent")} onToggle={() => open.toggle("recent")}><ul className="dz-items">{recent.map((item) => row(plain(item), `recent:${item.id}`))}</ul></Group>}
            {sections.map((section, index) => (
              <div key={section.group}>
                {section.parent && section.parent !== sections[index - 1]?.parent && <h2 className="dz-parent">{section.parent}</h2>}
                <Group title={section.title} count={section.items.length} open={open.is(section.group)} onToggle={() => open.toggle(section.group)} inner={section.parent !== ""}>
                  {section.items.length > 0 && <ul className="dz-items">{rowsOf(section)}</ul>}
                  {section.group === DATASETS && <SampleData />}
                  {section.group === OWN_GROUP ? <OwnModules some={section.items.length > 0} /> : section.items.length === 0 && <Nothing group={section.group} />}
                </Group>
              </div>
            ))}
          </>
        )}
      </div>
      {tip && <ItemTip tip={tip} />}
    </aside>
  );
}

function Group({ title, count, open, onToggle, inner = false, children }: { title: string; count: number | null; open: boolean; onToggle: () => void; inner?: boolean; children: React.ReactNode }) {
  return (
    <section className="dz-group" data-inner={inner || undefined}>
      <button type="button" className="dz-group-head" aria-expanded={open} onClick={onToggle}><Icon name={open ? "chevron-down" : "chevron-right"} /><span>{title}</span>{count !== null && <span className="count">{count}</span>}</button>
      {open && children}
    </section>
  );
}

function Nothing({ group }: { group: string }) {
  if (group === DATASETS) return <p className="dz-none">Your own come here by the SDK (<code>dataset.register(ws, name)</code>) and from a port after a run. Or begin with Import Data or Enter Data Manually.</p>;
  return <p className="dz-none">Nothing here.</p>;
}

/** For who has no data at hand: what the sample pipelines work on. */
function SampleData() {
  const datasets = useDesigner((state) => state.datasets);
  const { addSampleData } = useCommands();
  const [adding, setAdding] = useState(false);
  const samples = useLoad((signal) => rest<{ items: { datasets: string[] }[] }>("/samples", { signal }), []);
  const names = samples.phase === "ready" ? samples.value.items.flatMap((one) => one.datasets) : [];
  const there = new Set(datasets.map((one) => one.name));
  if (names.every((name) => there.has(name))) return null;
  const some = names.some((name) => there.has(name));
  const add = async () => {
    if (adding) return;
    setAdding(true);
    await addSampleData();
    setAdding(false);
  };
  return <button type="button" className="dz-showall dz-samples" aria-disabled={adding || undefined} onClick={() => void add()}><Icon name="sample" />{adding ? "Adding…" : some ? "Add the other sample datasets" : "Add the sample datasets"}</button>;
}

/** The way to the page of own modules: its list where there are some, else its upload for those who may add one. */
function OwnModules({ some }: { some: boolean }) {
  const { pages } = usePlace();
  const editable = useDesigner((state) => state.editable);
  if (some) return <p className="dz-none"><a href={`${pages}/modules/`}>Manage my modules</a></p>;
  return <p className="dz-none">None yet: a folder with a script and a spec becomes one. {editable && <a href={`${pages}/modules/new/`}>Add a module</a>}</p>;
}

/** Datasets first, then the server's groups in their order; empty ones only where something can be done about it. */
function sectionsOf(items: readonly Item[], groups: readonly string[]): Section[] {
  const byGroup = new Map<string, Item[]>();
  for (const item of items) byGroup.set(item.group, [...(byGroup.get(item.group) ?? []), item]);
  const names = [DATASETS, ...groups.filter((one) => one !== DATASETS && one !== OWN_GROUP), ...[...byGroup.keys()].filter((one) => one !== DATASETS && one !== OWN_GROUP && !groups.includes(one)), OWN_GROUP];
  return names.flatMap((group): Section[] => {
    const own = byGroup.get(group) ?? [];
    if (own.length === 0 && group !== DATASETS && group !== OWN_GROUP) return [];
    const [parent, part] = levelsOf(group);
    return [{ group, title: part || parent, parent: part ? parent : "", items: own }];
  });
}

function useOpen() {
  const [closed, setClosed] = useState<readonly string[]>(() => {
    try {
      const read: unknown = JSON.parse(localStorage.getItem(OPEN_KEY) ?? "[]");
      return Array.isArray(read) ? read.filter((one): one is string => typeof one === "string") : [];
    } catch {
      return [];
    }
  });
  return {
    is: (group: string) => !closed.includes(group),
    toggle: (group: string) => setClosed((before) => {
      const now = before.includes(group) ? before.filter((one) => one !== group) : [...before, group];
      try {
        localStorage.setItem(OPEN_KEY, JSON.stringify(now));
      } catch {
        // Forgotten at the next visit.
      }
      return now;
    }),
  };
}

const graphOf = (state: Designer) => state.graph.nodes.length + (state.graph.ui?.sources?.length ?? 0);

function useRecent(items: readonly Item[]): Item[] {
  const size = useDesigner(graphOf);
  const [ids, setIds] = useState(recentIds);
  useEffect(() => setIds(recentIds()), [size]);
  return useMemo(() => ids.flatMap((id) => items.find((item) => item.id === id) ?? []), [ids, items]);
}

/** Arrows walk over rows and heads. */
function walk(event: KeyboardEvent<HTMLElement>, root: HTMLElement | null): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [...(root?.querySelectorAll<HTMLElement>("input[type='search'], .dz-group-head, .dz-item, .dz-showall") ?? [])];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  const next = stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
  event.preventDefault();
  event.stopPropagation();
  next?.focus();
}
