/**
 * React Flow measures a card once it stands in the page, and looks there for handles of its own. Ours are told with the node
 * (`handles`, flow.ts) and drawn by Card.tsx, so it finds none and draws no wire until the node changes. What was told is put back.
 */
import { useEffect } from "react";
import { useStoreApi, type HandleType, type InternalNode } from "@xyflow/react";

export function OwnPorts() {
  const store = useStoreApi();
  useEffect(() => {
    const putBack = () => {
      const { nodeLookup } = store.getState();
      let changed = false;
      for (const [id, node] of nodeLookup) {
        const found = node.internals.handleBounds;
        if (!node.handles?.length || !found || found.source?.length || found.target?.length) continue;
        nodeLookup.set(id, { ...node, internals: { ...node.internals, handleBounds: { source: told(node, "source"), target: told(node, "target") } } });
        changed = true;
      }
      if (changed) store.setState({});
    };
    putBack();
    return store.subscribe(putBack);
  }, [store]);
  return null;
}

function told(node: InternalNode, type: HandleType) {
  return (node.handles ?? [])
    .filter((handle) => handle.type === type)
    .map(({ id, position, x, y, width, height }) => ({ id, nodeId: node.id, type, position, x, y, width: width ?? 1, height: height ?? 1 }));
}
