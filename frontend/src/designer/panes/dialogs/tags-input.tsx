/** Tags as one line of "name: value" each. */
import { useState } from "react";
import { Field } from "../parts";

export function TagsInput({ tags, set }: { tags: Readonly<Record<string, string>>; set: (tags: Record<string, string>) => void }) {
  const [text, setText] = useState(() => Object.entries(tags).map(([name, value]) => (value ? `${name}: ${value}` : name)).join("\n"));
  const change = (next: string) => {
    setText(next);
    const read: Record<string, string> = {};
    for (const line of next.split("\n")) {
      const cut = line.search(/[:=]/);
      const name = (cut < 0 ? line : line.slice(0, cut)).trim();
      if (name) read[name] = cut < 0 ? "" : line.slice(cut + 1).trim();
    }
    set(read);
  };
  return <Field label="Tags" help="One a line, as name: value.">{(ids) => <textarea {...ids} rows={2} dir="auto" value={text} onChange={(event) => change(event.target.value)} />}</Field>;
}
