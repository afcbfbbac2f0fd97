import { zipSync, strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { entryOf, findSpec, frames, tidy, unzip } from "../src/modules/files";

const file = (path: string, text = path) => ({ path, bytes: strToU8(text) });

describe("files of a module", () => {
  it("a folder around everything goes, and what is no source", () => {
    const found = tidy(["mine/run.py", "mine/lib/a.py", "mine/.git/HEAD", "mine/__pycache__/run.pyc", "mine/.DS_Store"].map((path) => file(path)));
    expect(found.map((one) => one.path)).toEqual(["lib/a.py", "run.py"]);
    expect(tidy([file("run.py"), file("lib/a.py")]).map((one) => one.path)).toEqual(["lib/a.py", "run.py"]);
    expect(tidy([file("./run.py"), file("a\\b.py")]).map((one) => one.path)).toEqual(["a/b.py", "run.py"]);
  });

  it("a ZIP is what it holds, and something else is refused by its name", () => {
    const bytes = zipSync({ mine: { "run.py": strToU8("print(1)"), "module.yaml": strToU8("name: Mine") } });
    expect(tidy(unzip(bytes, "mine.zip")).map((one) => one.path)).toEqual(["module.yaml", "run.py"]);
    expect(() => unzip(strToU8("no zip"), "mine.zip")).toThrow("mine.zip can't be read as a ZIP file.");
  });

  it("the spec is found by its name, or as the only YAML file at the top", () => {
    expect(findSpec([file("run.py"), file("module.json"), file("a.yaml")])?.path).toBe("module.json");
    expect(findSpec([file("run.py"), file("scale.yml")])?.path).toBe("scale.yml");
    expect(findSpec([file("a.yml"), file("b.yaml")])).toBeNull();
    expect(findSpec([file("deep/module.yaml")])).toBeNull();
  });

  it("blobs are framed once each, by their SHA-256", async () => {
    const files = [file("a", "abc"), file("b", "abc"), file("c", "")];
    const entries = files.map(entryOf);
    expect(entries[0]).toEqual({ path: "a", sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", size: 3, executable: false });
    const body = frames(files, entries, new Set(entries.map((one) => one.sha256)));
    expect(await body.text()).toBe(`${entries[0]?.sha256} 3\nabc${entries[2]?.sha256} 0\n`);
  });
});
