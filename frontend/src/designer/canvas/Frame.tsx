/** A frame around cards, with its name; it moves them all. */
import { memo, useEffect, useRef } from "react";
import type { NodeProps } from "@xyflow/react";
import { Icon } from "../../cards/parts";
import { useCommands, useDesigner } from "../context";
import type { FrameNode } from "./flow";
import { useUi, useUiStore } from "./ui";

export const GroupFrame = memo(function GroupFrame({ id, data: { group }, selected }: NodeProps<FrameNode>) {
  const commands = useCommands();
  const ui = useUiStore();
  const editable = useDesigner((state) => state.editable);
  const naming = useUi((now) => now.renaming === id);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { if (naming) field.current?.select(); }, [naming]);
  const end = (keep: boolean) => {
    const name = field.current?.value.trim() ?? "";
    if (keep && name && name !== group.name) commands.setGroup(id, { name });
    ui.change({ renaming: null });
  };
  return (
    <div className={`dz-frame${selected ? " is-selected" : ""}`} data-tone={group.tone ?? "blue"}>
      <div className="frame-head" onDoubleClick={() => { if (editable) ui.change({ renaming: id }); }}>
        <Icon name="group" />
        {naming
          ? <input ref={field} className="dz-rename nodrag nopan" aria-label="Name of the group" defaultValue={group.name} autoFocus maxLength={255} dir="auto" onBlur={() => end(true)}
            onKeyDown={(event) => { event.stopPropagation(); if (event.key === "Enter") end(true); else if (event.key === "Escape") end(false); }} />
          : <span className="card-name" dir="auto" title={group.name}>{group.name}</span>}
        <span className="dz-small">{group.nodes.length}</span>
        {selected && editable && !naming && (
          <button type="button" tabIndex={-1} className="dz-more nodrag nopan" aria-label="Ungroup" title="Ungroup: the cards stay" onClick={(event) => { event.stopPropagation(); commands.remove([id]); }}><Icon name="close" /></button>
        )}
      </div>
    </div>
  );
});
