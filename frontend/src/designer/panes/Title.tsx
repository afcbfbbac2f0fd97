/** Stands here until the panes are built. */
export function Title() {
  return null;
}
