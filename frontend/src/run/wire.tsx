/** A wire along the way that the layout found for it. */
import { BaseEdge, type Edge, type EdgeProps } from "@xyflow/react";
import { routePath, type Point } from "../graph/layout";

export type RoutedWire = Edge<{ route: Point[] }, "routed">;

export function Wire({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<RoutedWire>) {
  return data ? <BaseEdge path={routePath(data.route, { x: sourceX, y: sourceY }, { x: targetX, y: targetY })} interactionWidth={0} /> : null;
}
