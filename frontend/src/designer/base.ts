/** The designer's state: opened, kept, told to whoever listens. The commands are in store.ts. */
import { Api, messageOf } from "./api";
import { Backups } from "./backups";
import { Checking } from "./checking";
import type { Designer, Load, Place } from "./contract";
import { GraphDocument } from "./document";
import type { Fields, Host } from "./host";
import { datasetItems, livingTabs, namePills, open, openingFault, palettes, recover, sayHere } from "./opening";
import { Presence } from "./presence";
import { Running } from "./running";
import { Saving } from "./saving";
import { Catalog } from "./core/catalog";
import { withUi } from "./core/edit";
import { newId } from "./core/ids";
import { sameJson } from "./core/json";
import type { DraftGraph, DraftJson, ModuleVersionJson } from "./core/types";

export abstract class DraftSession implements Host {
  readonly tab = newId("t");
  readonly api: Api;
  private load: Load = { phase: "loading" };
  private readonly listeners = new Set<() => void>();
  protected document!: GraphDocument;
  protected saving!: Saving;
  protected readonly checking = new Checking(this);
  protected readonly running = new Running(this);
  protected readonly backups: Backups;

  constructor(readonly place: Place) {
    this.api = new Api(place.api);
    this.backups = new Backups(place.draft, place.user, this.tab, place.pages);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): Load => this.load;

  get catalog(): Catalog { return this.document.catalog; }

  state(): Designer {
    if (this.load.phase !== "ready") throw new Error("The draft is not there yet.");
    return this.load.state;
  }

  set(change: Partial<Designer>): void {
    this.show({ phase: "ready", state: { ...this.state(), ...change } });
  }

  recheck(): void {
    this.checking.again();
  }

  private show(load: Load): void {
    this.load = load;
    for (const listener of this.listeners) listener();
  }

  // Opening and leaving.

  async start(): Promise<void> {
    this.show({ phase: "loading" });
    const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`forebay.draft.${this.place.draft}`);
    sayHere(channel, this.tab);
    try {
      const opened = await open(this.api, this.place);
      const recovery = this.place.editable ? await recover(this.backups, opened.draft, livingTabs(channel)) : { kind: "none" as const };
      this.ready(opened, recovery.kind === "none" ? null : recovery.backup.graph);
      if (recovery.kind !== "none") this.bringBack(opened.draft, recovery);
      if (opened.missing.length) this.say(`${opened.missing.join(" ")} Load the page again to try once more.`, "warning");
    } catch (error) {
      this.show({ phase: "error", message: openingFault(error) });
      return;
    }
    new Presence(this, this.saving, this.running).start();
    addEventListener("pagehide", () => { this.document.keep(); this.saving.leave(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) void this.saving.flush(); else this.saving.wake(); });
    addEventListener("online", () => this.saving.wake());
    addEventListener("focus", () => { this.saving.wake(); void this.refreshPalette(true); });
    addEventListener("beforeunload", (event) => { if (!this.saving.backup()) event.preventDefault(); });
    await Promise.all([this.learn(), this.running.showLast()]);
  }

  private ready(opened: Awaited<ReturnType<typeof open>>, unsaved: DraftGraph | null): void {
    const { graph, ...draft } = opened.draft;
    const datasets = new Map(opened.datasets.map((item) => [item.id, item]));
    this.document = new GraphDocument(unsaved ?? graph, this.place.draft, new Catalog(opened.modules), datasets);
    this.saving = new Saving(this, this.backups, opened.draft, unsaved ? this.document.prepare(graph) : this.document.graph);
    this.show({
      phase: "ready",
      state: {
        ...this.document.drawn, draft, modules: opened.modules.filter((one) => one.status === "Active"), groups: opened.groups,
        datasets: opened.datasets, computes: opened.computes, selection: new Set(), problems: [], checking: false, schema: null,
        save: { kind: "saved", at: draft.updated_at }, run: null, people: [], editable: this.place.editable, dialog: null, said: null,
      },
    });
    this.checking.changed();
  }

  private bringBack(draft: DraftJson, recovery: { kind: "apply" | "conflict"; backup: { tab: string; fields: Fields; graph: DraftGraph } }): void {
    const { tab, fields } = recovery.backup;
    this.set({ draft: { ...this.state().draft, ...fields } });
    if (recovery.kind === "conflict") {
      this.saving.conflict(draft);
    } else {
      if (!this.document.steps) { // so that it can be undone
        const unsaved = this.document.graph;
        this.document.clear(draft.graph);
        this.saving.rebase(draft, this.document.graph);
        this.document.commit({ graph: unsaved, name: "Bring back unsaved changes" });
        this.set(this.document.drawn);
      }
      this.saving.changed();
      this.say("Changes that were not saved when this draft was last open are here again.");
    }
    if (this.saving.backup()) this.backups.clear(tab);
  }

  /** Versions of modules that the palette does not have, and names of datasets. */
  protected async learn(): Promise<void> {
    const graph = this.document.graph;
    const unknown = new Set([...this.document.view.faces.values()].flatMap((face) => (face.kind === "loading" && face.module ? [face.module.id] : [])));
    const asked = [...unknown].map((id) => this.learnVersions(id).catch(() => undefined));
    const names = await namePills(this.api, graph, this.document.datasets);
    if (names.size) {
      const sources = (this.document.graph.ui?.sources ?? []).map((pill) => ("dataset" in pill.source ? { ...pill, ...names.get(pill.source.dataset) } : pill));
      this.amend(withUi(this.document.graph, { sources }));
    }
    await Promise.all(asked);
  }

  protected async learnVersions(module: string): Promise<ModuleVersionJson[]> {
    const { versions } = await this.api.get<{ versions: ModuleVersionJson[] }>(`/modules/${module}`);
    this.relearn(this.document.catalog.withVersions(module, versions));
    return versions;
  }

  protected relearn(catalog: Catalog): void {
    this.document.catalog = catalog;
    this.document.redraw();
    this.set(this.document.drawn);
    this.checking.again();
  }

  /** What was added to the workspace meanwhile, here or in another tab. */
  async refreshPalette(quietly = false): Promise<void> {
    try {
      const [palette, datasets] = await Promise.all([palettes(this.api), datasetItems(this.api)]);
      const before = this.state();
      if (sameJson(datasets, before.datasets) && sameJson(palette.items, this.catalog.modules)) return;
      this.document.datasets = new Map(datasets.map((item) => [item.id, item]));
      this.set({ modules: palette.items.filter((one) => one.status === "Active"), groups: palette.groups, datasets });
      this.relearn(this.catalog.withModules(palette.items));
      void this.learn();
    } catch (error) {
      if (!quietly) this.say(`The palette could not be loaded: ${messageOf(error)}`, "warning");
    }
  }

  private amend(graph: DraftGraph): void {
    const before = this.document.graph;
    this.document.amend(graph);
    this.saving.amended(before, graph);
    this.set(this.document.drawn);
  }

  say(text: string, tone: "info" | "warning" = "info"): void {
    this.set({ said: { text, tone, count: (this.state().said?.count ?? 0) + 1 } });
  }

  prepare(graph: DraftGraph): DraftGraph { return this.document.prepare(graph); }

  takeOver(theirs: DraftJson): void {
    const { graph, ...draft } = theirs;
    this.document.clear(graph);
    this.saving.rebase(theirs, this.document.graph);
    this.set({ ...this.document.drawn, draft: { ...this.state().draft, ...draft }, selection: this.document.existing(this.state().selection), save: { kind: "saved", at: theirs.updated_at } });
    this.changed();
    void this.learn();
  }

  protected changed(): void {
    this.checking.changed();
    this.saving.changed();
  }
}
