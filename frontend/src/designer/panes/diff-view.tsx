/** What is different, as lists with a sign and a word, never colour alone. */
import type { GraphDiff, NodeChange } from "./diff";
import { isSame } from "./diff";
import { Icon } from "./parts";

export function DiffView({ diff, same, words = ["Added", "Removed", "Changed"] }: { diff: GraphDiff; same: string; words?: [string, string, string] }) {
  if (isSame(diff)) return <p className="muted">{same}</p>;
  return (
    <div className="pane-diff">
      <Changes title={words[0]} icon="new" what="added" rows={diff.added} />
      <Changes title={words[1]} icon="close" what="removed" rows={diff.removed} />
      <Changes title={words[2]} icon="edit" what="changed" rows={diff.changed} />
      {diff.other.length > 0 && <ul className="pane-changes">{diff.other.map((one) => <li key={one}><Icon name="info" />{one}</li>)}</ul>}
    </div>
  );
}

function Changes({ title, icon, what, rows }: { title: string; icon: string; what: string; rows: readonly NodeChange[] }) {
  if (rows.length === 0) return null;
  return <section className="pane-changed"><h4>{title}</h4><ul className="pane-changes" aria-label={title}>{rows.map((one) => <li key={one.id} data-what={what}><Icon name={icon} /><span><strong dir="auto">{one.title}</strong>{one.what.length > 0 && <span className="muted">: {one.what.slice(0, 6).join("; ")}{one.what.length > 6 ? ` and ${one.what.length - 6} more` : ""}</span>}</span></li>)}</ul></section>;
}

export function marksOf(diff: GraphDiff): Map<string, "added" | "removed" | "changed"> {
  return new Map([...diff.added.map((one) => [one.id, "added"] as const), ...diff.removed.map((one) => [one.id, "removed"] as const), ...diff.changed.map((one) => [one.id, "changed"] as const)]);
}
