/** Whatever dialog the state asks for. */
import { useDesigner } from "../context";
import { LateDialog } from "./late";

export function Dialogs() {
  const open = useDesigner((state) => state.dialog !== null);
  return open ? <LateDialog late="AskedDialog" /> : null;
}
