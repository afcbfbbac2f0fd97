/** Stands here until the panes are built. */
export function Dialogs() {
  return null;
}
