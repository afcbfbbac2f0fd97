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

  it("a ZIP that would be too large is refused before anything of it is unpacked", () => {
    const bytes = zipSync({ "broken.py": strToU8("print(1)".repeat(40)), "zeros.bin": new Uint8Array(1000) });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const places = (mark: number) => [...bytes.keys()].filter((at) => at + 4 <= bytes.length && view.getUint32(at, true) === mark);
    view.setUint8((places(0x04034b50)[0] ?? 0) + 30 + "broken.py".length, 0xff); // no data that can be inflated
    expect(() => unzip(bytes, "mine.zip")).toThrow("mine.zip can't be read as a ZIP file.");
    view.setUint32((places(0x02014b50)[1] ?? 0) + 24, 400 * 1024 * 1024, true); // what it says of its size
    expect(() => unzip(bytes, "mine.zip")).toThrow("mine.zip holds more than 300 MB.");
  });

  it("names that leave the folder stay as they are: the studio refuses them by name", () => {
    const bytes = zipSync({ "run.py": strToU8("1"), "../up.py": strToU8("2"), "..\\win.py": strToU8("3"), "/etc/passwd": strToU8("4") });
    expect(tidy(unzip(bytes, "mine.zip")).map((one) => one.path)).toEqual(["../up.py", "../win.py", "etc/passwd", "run.py"]);
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
