/** A source on the canvas: a dataset, a path on a datastore, a pipeline parameter. */
import { memo } from "react";
import type { NodeProps } from "@xyflow/react";
import { useLevel } from "../../cards/level";
import { Icon } from "../../cards/parts";
import { PILL } from "../core/geometry";
import { SOURCE_ICON } from "../palette/groups";
import { Port } from "./Card";
import type { PillNode } from "./flow";
import { PILL_PORT } from "./places";

export const PillCard = memo(function PillCard({ id, data: { pill, fault }, selected }: NodeProps<PillNode>) {
  const level = useLevel();
  return (
    <div className={`source-card dz-pill source-${pill.kind} ${level}${selected ? " is-selected" : ""}`} title={`${pill.title}\n${fault ?? pill.detail}`} data-fault={fault ? "" : undefined} data-type={pill.type}>
      {level !== "dots" && (
        <>
          <Icon name={fault ? "warning" : SOURCE_ICON[pill.kind]} />
          <span className="source-text"><span className="card-name" dir="auto">{pill.title}</span>
            {level === "near" && <span className="source-detail" dir="auto">{pill.detail}</span>}</span>
        </>
      )}
      {level !== "dots" && <Port end={{ card: id, port: PILL_PORT, side: "out" }} port={{ name: PILL_PORT, label: pill.title, type: pill.type, required: true, known: true }} wired={pill.feeds > 0} x={PILL.width / 2} />}
    </div>
  );
});
