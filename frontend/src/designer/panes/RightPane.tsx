/** Stands here until the panes are built. */
export function RightPane() {
  return null;
}
