/** The first lines of a script, and the way into the editor. */
import { useCommands } from "../../context";
import { Icon, plural } from "../parts";
import type { ValueProps } from "./scalar";

const LINES = 8;

export function CodeField({ spec, value, ids, disabled, node }: ValueProps & { node: string }) {
  const { open } = useCommands();
  const text = typeof value === "string" ? value : "";
  const lines = text.replace(/\n$/, "").split("\n");
  return (
    <div className="pane-code">
      <pre className="code" aria-label={`${spec.label}, its beginning`} tabIndex={0}>{lines.slice(0, LINES).join("\n") || " "}{lines.length > LINES ? "\n…" : ""}</pre>
      <div className="row"><span className="muted small">{text === "" ? "Empty" : plural(lines.length, "line")}</span><span className="spacer" />
        <button type="button" {...ids} aria-invalid={undefined} aria-label={`${disabled ? "View" : "Edit"} ${spec.label}`} className="button button-small" onClick={() => open({ kind: "code", node, parameter: spec.name })}><Icon name={disabled ? "code" : "edit"} />{disabled ? "View" : "Edit"}</button></div>
    </div>
  );
}
