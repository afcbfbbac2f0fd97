/** The designer's commands. The work is in core/ (graphs), saving, checking, running and presence. */
import { messageOf } from "./api";
import { DraftSession } from "./base";
import type { Addition, Commands, DatasetItem, Dialog, Forecast, From, PublishForm, Refusal, RunView, SubmitForm } from "./contract";
import type { DesignerSource } from "./context";
import { FIELDS, type Fields } from "./host";
import { addition, addNote, firstOutput, group, move, setGroup, setNode, setNote, setSetting } from "./core/adding";
import { layoutModel } from "./core/arrange";
import { copyText, cut, putIn, readText } from "./core/clipboard";
import { sameJson } from "./core/json";
import { refused, type Edit, type Outcome } from "./core/edit";
import { detach, detachSource, promote, promoteSource, setParameters } from "./core/parameters";
import { withRoom } from "./core/room";
import { typeFits } from "./core/rules";
import { replaceModule, replaceSource } from "./core/replacing";
import { upgrade } from "./core/upgrades";
import { buildView } from "./core/view";
import { connect, connectToNode, disconnect, refusal, remove, spliceNode, type InputPlace, type Scene } from "./core/wiring";
import type { DraftGraph, DraftJson, DraftNode, DraftVersionJson, Group, ModuleVersionJson, Note, ParameterJson, Problem, Setting, XY } from "./core/types";
import { placeCards } from "../run/place";

const FIELD_STEPS: Readonly<Record<keyof Fields, string>> = {
  name: "Rename the draft", description: "Change the description", experiment: "Change the experiment", default_compute: "Change the default compute target",
  parameters: "Change values of parameters", tags: "Change tags", properties: "Change properties",
};
const READ_ONLY = "You may look at this draft, but not change it: ask an Owner of the workspace for the role of a Contributor.";

/** Commands may be taken out of their object: `const { undo } = useCommands()`. The same functions each time. */
function bound(store: DesignerStore): Commands {
  const commands: Record<string, unknown> = {};
  for (let of: object = DesignerStore.prototype; of !== Object.prototype; of = Object.getPrototypeOf(of) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (typeof value === "function" && name !== "constructor" && !(name in commands)) commands[name] = (value as (...given: unknown[]) => unknown).bind(store);
    }
  }
  return commands as unknown as Commands;
}

export class DesignerStore extends DraftSession implements Commands, DesignerSource {
  readonly commands: Commands = bound(this);

  // What every command of the graph goes through.

  private do(outcome: Outcome): Refusal {
    if (!this.state().editable) return this.refuse(READ_ONLY);
    if (refused(outcome)) return this.refuse(outcome.refusal);
    const changed = this.document.commit(outcome);
    if (changed || outcome.select) {
      const ids = outcome.select ?? this.state().selection;
      this.set({ ...this.document.drawn, selection: this.document.existing(ids) });
    }
    if (changed) this.changed();
    if (outcome.say) this.say(outcome.say);
    return null;
  }

  private refuse(sentence: string): string {
    this.say(sentence, "warning");
    return sentence;
  }

  private scene(graph: DraftGraph): Scene {
    return { graph, view: buildView(graph, this.catalog, this.document.view) };
  }

  private chosen(ids?: Iterable<string>): ReadonlySet<string> {
    return this.document.existing(ids ?? this.state().selection);
  }

  // Steps, sources and wires.

  add(what: Addition, at: XY, wire?: { from: From } | { to: InputPlace }): string {
    const { edit, id } = addition(this.document.graph, what, at);
    this.do(wire ? this.connected(edit, id, wire) : edit);
    return id;
  }

  private connected(edit: Edit, id: string, wire: { from: From } | { to: InputPlace }): Edit {
    const scene = this.scene(edit.graph);
    let outcome: Outcome;
    if ("from" in wire) {
      outcome = connectToNode(scene, wire.from, id);
    } else {
      const wanted = scene.view.faces.get(wire.to.node)?.inputs.find((port) => port.name === wire.to.port)?.type ?? "any";
      const from = firstOutput(scene, id, (made) => typeFits(made, wanted)) ?? firstOutput(scene, id, () => true);
      outcome = from ? connect(scene, from, wire.to) : { refusal: "This makes nothing that could be connected." };
    }
    return refused(outcome) ? { ...edit, say: outcome.refusal } : { ...edit, graph: outcome.graph };
  }

  splice(what: Addition | { node: string }, wire: InputPlace, at: XY): Refusal {
    if ("node" in what) return this.do(this.between(this.document, what.node, wire, at));
    if ("source" in what) return this.refuse("A source begins wires; it can't go in between two steps.");
    const { edit, id } = addition(this.document.graph, what, at);
    const outcome = this.between(this.scene(edit.graph), id, wire, at);
    return this.do(refused(outcome) ? outcome : { ...outcome, name: edit.name });
  }

  private between(scene: Scene, id: string, wire: InputPlace, at: XY): Outcome {
    const outcome = spliceNode(scene, id, wire);
    return refused(outcome) ? outcome : { ...outcome, graph: withRoom({ graph: outcome.graph, view: scene.view }, id, at) };
  }

  refusal(from: From, to: InputPlace): Refusal { return refusal(this.document, from, to); }
  connect(from: From, to: InputPlace): Refusal { return this.do(connect(this.document, from, to)); }
  rewire(old: InputPlace, from: From, to: InputPlace): Refusal {
    const made = connect(this.document, from, to);
    if (refused(made)) return this.do(made);
    const after = disconnect(this.scene(made.graph), [old]);
    return this.do(refused(after) ? after : { ...after, name: made.name });
  }
  connectToNode(from: From, node: string): Refusal { return this.do(connectToNode(this.document, from, node)); }
  disconnect(inputs: readonly InputPlace[]): void { if (inputs.length) this.do(disconnect(this.document, inputs)); }
  move(places: Readonly<Record<string, XY>>): void { this.do(move(this.document, places)); }

  remove(ids?: Iterable<string>, options?: { reconnect?: boolean }): void {
    const chosen = this.chosen(ids);
    if (chosen.size) this.do(remove(this.document, chosen, options?.reconnect));
  }

  duplicate(ids?: Iterable<string>): void {
    const part = cut(this.document.graph, this.chosen(ids));
    if (!part.nodes.length && !part.ui?.notes?.length) this.refuse("Select the steps that are to be duplicated.");
    else this.do(putIn(this.document.graph, part, null, this.catalog, "Duplicate"));
  }

  rename(node: string, name: string): void {
    const outcome = setNode(this.document, node, { name: name.trim() || undefined });
    this.do(refused(outcome) ? outcome : { ...outcome, name: `Rename ${this.document.view.faces.get(node)?.title ?? "a step"}` });
  }

  setSetting(node: string, name: string, value: Setting | undefined): void { this.do(setSetting(this.document, node, name, value)); }
  setNode(node: string, change: Partial<DraftNode>): void { this.do(setNode(this.document, node, change)); }
  setNodes(nodes: readonly string[], change: Partial<DraftNode>): void {
    let graph = this.document.graph;
    for (const node of nodes) {
      const outcome = setNode({ graph, view: this.document.view }, node, change);
      if (!refused(outcome)) ({ graph } = outcome);
    }
    this.do({ graph, name: nodes.length === 1 ? "Change a step" : `Change ${nodes.length} steps` });
  }
  promote(node: string, name: string, parameter: string): Refusal { return this.do(promote(this.document, node, name, parameter)); }
  promoteSource(pill: string, parameter: string): Refusal { return this.do(promoteSource(this.document, pill, parameter)); }
  detach(node: string, name: string): void { this.do(detach(this.document, node, name)); }
  detachSource(pill: string): Refusal { return this.do(detachSource(this.document, pill, this.document.told, this.document.datasetId)); }
  setParameters(parameters: ParameterJson[]): void { this.do(setParameters(this.document.graph, parameters)); }

  async upgrade(node: string, version: string): Promise<void> {
    const found = this.catalog.find(this.document.graph.nodes.find((one) => one.id === node)?.module);
    if (!found) return void this.refuse("The module of this step is not in this workspace.");
    try {
      if (!this.catalog.spec(found.module, version)) await this.learnVersions(found.module.id);
    } catch (error) {
      return void this.refuse(messageOf(error));
    }
    const spec = this.catalog.spec(found.module, version);
    this.do(spec ? upgrade(this.document, node, found.module, version, spec) : { refusal: `There is no version ${version} of ${found.module.name}.` });
  }

  replaceModule(node: string, module: string): Refusal {
    const found = this.catalog.modules.find((one) => one.id === module);
    return this.do(found ? replaceModule(this.document, node, found) : { refusal: "This module is not in this workspace." });
  }
  replaceSource(pill: string, { id, name, version, kind }: DatasetItem): Refusal {
    return this.do(replaceSource(this.document, pill, { source: { dataset: id }, name, version, kind }));
  }

  // Notes, groups, places.

  addNote(at: XY): string {
    const { edit, id } = addNote(this.document.graph, at);
    this.do(edit);
    return id;
  }
  setNote(id: string, change: Partial<Note>): void { this.do(setNote(this.document.graph, id, change)); }
  group(ids?: Iterable<string>): string | null {
    const made = group(this.document.graph, this.chosen(ids));
    if ("refusal" in made) {
      this.refuse(made.refusal);
      return null;
    }
    return this.do(made.edit) === null ? made.id : null;
  }
  setGroup(id: string, change: Partial<Group>): void { this.do(setGroup(this.document.graph, id, change)); }

  async tidy(): Promise<void> {
    const before = this.document.graph;
    const { positions } = await placeCards(layoutModel(before, this.document.view), this.place.workerUrl);
    if (this.document.graph !== before) return void this.say("The graph changed while it was tidied up: try again.");
    this.do({ ...move(this.document, positions), name: "Tidy up", merge: undefined });
  }

  undo(): void { this.turn(this.document.undo(), "Undone"); }
  redo(): void { this.turn(this.document.redo(), "Done again"); }
  private turn(name: string | null, word: string): void {
    if (name === null) return;
    const { draft, selection } = this.state();
    // A field that somebody else changed since keeps what they gave it.
    const { from, to } = this.document.turnedFields ?? { from: {}, to: {} };
    const back = Object.fromEntries(Object.entries(to).filter(([field]) => sameJson(draft[field as keyof Fields], from[field])));
    this.set({ ...this.document.drawn, draft: { ...draft, ...back }, selection: this.document.existing(selection) });
    this.changed();
    if ("default_compute" in back) this.checking.again();
    this.say(`${word}: ${name}.`);
  }

  copyText(ids?: Iterable<string>): string { return copyText(this.document.graph, this.chosen(ids)); }
  paste(text: string, at?: XY): Refusal {
    const part = readText(text);
    if (typeof part === "string") return this.refuse(part);
    return this.do(putIn(this.document.graph, part, at ?? null, this.catalog, "Paste"));
  }

  select(ids: Iterable<string>): void {
    this.document.pause();
    this.set({ selection: this.document.existing(ids) });
  }
  open(dialog: Dialog | null): void {
    const { save, dialog: before } = this.state();
    const asked: Dialog | null = save.kind === "conflict" && before && before.kind !== "conflict" ? { kind: "conflict" } : null;
    this.set({ dialog: dialog ?? asked });
  }

  // The draft beside its graph.

  setDraft(change: Partial<Fields>): void {
    if (!this.state().editable) return void this.refuse(READ_ONLY);
    const { draft } = this.state();
    const changed = FIELDS.filter((field) => change[field] !== undefined && !sameJson(change[field], draft[field]));
    if (!changed.length) return;
    const pick = (of: Partial<Fields>) => Object.fromEntries(changed.map((field) => [field, of[field]]));
    const fields = { before: pick(draft), after: pick(change) };
    this.document.commit({ graph: this.document.graph, name: FIELD_STEPS[changed[0] as keyof Fields], merge: `draft ${changed.join(" ")}`, fields });
    this.set({ ...this.document.drawn, draft: { ...draft, ...fields.after } });
    this.saving.changed();
    if (change.default_compute !== undefined || change.parameters !== undefined) this.checking.again();
  }

  saveNow(note?: string): Promise<boolean> { return this.saving.flush(note); }

  async resolveConflict(way: "theirs" | "mine" | "copy"): Promise<void> {
    const { save, draft } = this.state();
    if (way === "copy") return this.keepCopy();
    if (save.kind !== "conflict") return;
    const { theirs } = save;
    this.set({ dialog: null });
    if (way === "theirs") {
      this.takeOver(theirs);
      this.say(`This is ${theirs.updated_by}'s version now. What you did before can't be undone any more.`);
      return;
    }
    this.saving.rebase(theirs, this.prepare(theirs.graph));
    this.set({ save: { kind: "unsaved" }, draft: { ...draft, revision: theirs.revision } });
    if (await this.saving.flush(`Saved over ${theirs.updated_by}'s version`)) this.say(`Saved over ${theirs.updated_by}'s version; theirs is in the history.`);
  }

  private async keepCopy(): Promise<void> {
    const { draft, graph } = this.state();
    const fields = Object.fromEntries(FIELDS.map((field) => [field, draft[field]]));
    try {
      const made = await this.api.post<DraftJson>("/drafts", { ...fields, name: `${draft.name.slice(0, 240)} (mine)`, graph }, { once: true });
      this.saving.rebase({ ...draft, graph }, graph);
      this.backups.clear();
      location.assign(`${this.place.pages}/designer/${made.id}`);
    } catch (error) {
      throw new Error(this.refuse(`The copy was not made: ${messageOf(error)}`));
    }
  }

  async versions(before?: string): Promise<{ items: DraftVersionJson[]; next: string | null }> {
    return this.api.get(`/drafts/${this.place.draft}/versions${before ? `?cursor=${encodeURIComponent(before)}` : ""}`);
  }
  async versionGraph(version: number): Promise<DraftGraph> {
    const { graph } = await this.api.get<{ graph: DraftGraph }>(`/drafts/${this.place.draft}/versions/${version}`);
    return this.prepare(graph);
  }

  async restore(version: number): Promise<void> {
    if (!(await this.saving.flush())) return void this.refuse("The draft has to be saved before another version takes its place.");
    try {
      const restored = await this.api.post<DraftJson>(`/drafts/${this.place.draft}/versions/${version}/restore`, { revision: this.saving.revision, tab: this.tab });
      const { graph, ...draft } = restored;
      this.document.commit({ graph: this.prepare(graph), name: `Restore version ${version}` });
      this.saving.rebase(restored, this.document.graph);
      this.set({ ...this.document.drawn, draft, selection: new Set(), save: { kind: "saved", at: draft.updated_at } });
      this.checking.changed();
      this.say(`Version ${version} is the draft again. Undo brings back what was there.`);
    } catch (error) {
      this.refuse(`The version was not restored: ${messageOf(error)}`);
    }
  }

  async moduleVersions(node: string): Promise<ModuleVersionJson[]> {
    const module = this.document.view.faces.get(node)?.module;
    return module ? this.learnVersions(module.id) : [];
  }

  // Running.

  forecast(form: Pick<SubmitForm, "parameters" | "upTo" | "forceNodes" | "regenerate" | "experiment">): Promise<Forecast> { return this.running.forecast(form); }
  async submit(form: SubmitForm): Promise<{ problems: Problem[] } | { run: RunView }> {
    return (await this.saving.flush()) ? this.running.submit(form, this.saving.revision) : { problems: [this.unsaved()] };
  }
  async publish(form: PublishForm): Promise<{ problems: Problem[] } | { url: string }> {
    return (await this.saving.flush()) ? this.running.publish(form, this.saving.revision) : { problems: [this.unsaved()] };
  }
  private unsaved(): Problem {
    const { save } = this.state();
    const why = save.kind === "failed" ? ` ${save.message}` : save.kind === "conflict" ? " Somebody else saved it: settle that first." : "";
    return { node: null, field: "", code: "unsaved", message: `The draft could not be saved.${why}` };
  }
  showRun(id: string | null): Promise<void> { return this.running.show(id); }
  cancelRun(): Promise<void> { return this.running.cancel(); }

  async addSampleData(): Promise<void> {
    try {
      const { items } = await this.api.post<{ items: unknown[] }>("/samples/datasets", {});
      await this.refreshPalette();
      this.say(`${items.length} sample datasets are in the palette.`);
    } catch (error) {
      this.refuse(`The sample datasets could not be added: ${messageOf(error)}`);
    }
  }
}
