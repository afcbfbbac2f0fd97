/** The modules that a draft may name, with the versions that were fetched. Never changed: what is learned makes a new one. */
import type { DraftNode, Face, ModuleSpec, ModuleVersionJson, PaletteModule } from "./types";

export type Found = { module: PaletteModule; version: string; spec: ModuleSpec } | { module: PaletteModule; version: string; spec: null } | null;

export class Catalog {
  readonly modules: readonly PaletteModule[];
  /** Faces of nodes that were asked for with this catalog. */
  readonly faces = new WeakMap<DraftNode, Face>();
  private readonly byId: ReadonlyMap<string, PaletteModule>;
  private readonly byKey: ReadonlyMap<string, PaletteModule>;
  private readonly versions: ReadonlyMap<string, readonly ModuleVersionJson[]>;

  constructor(modules: readonly PaletteModule[] = [], versions: ReadonlyMap<string, readonly ModuleVersionJson[]> = new Map()) {
    this.modules = modules;
    this.versions = versions;
    this.byId = new Map(modules.map((one) => [one.id, one]));
    this.byKey = new Map(modules.filter((one) => one.key).map((one) => [one.key as string, one]));
  }

  /** As the server finds it: by id, else by the key of a built-in. */
  module(reference: DraftNode["module"]): PaletteModule | null {
    if (!reference) return null;
    return this.byId.get(reference.id ?? "") ?? this.byKey.get(reference.key ?? "") ?? null;
  }

  /** Null: no such module. A spec of null: a version that was not fetched, or is not there (`knows` tells). */
  find(reference: DraftNode["module"]): Found {
    const module = this.module(reference);
    if (!module) return null;
    const version = reference?.version || module.default_version;
    return { module, version, spec: this.spec(module, version) };
  }

  spec(module: PaletteModule, version: string): ModuleSpec | null {
    if (version === module.version) return module.spec;
    return this.versions.get(module.id)?.find((one) => one.version === version)?.spec ?? null;
  }

  /** Whether all versions of this module were fetched. */
  knows(module: string): boolean {
    return this.versions.has(module);
  }

  versionsOf(module: string): readonly ModuleVersionJson[] | undefined {
    return this.versions.get(module);
  }

  withModules(modules: readonly PaletteModule[]): Catalog {
    return new Catalog(modules, this.versions);
  }

  withVersions(module: string, versions: readonly ModuleVersionJson[]): Catalog {
    return new Catalog(this.modules, new Map(this.versions).set(module, versions));
  }
}
