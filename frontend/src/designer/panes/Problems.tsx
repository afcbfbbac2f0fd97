/** Stands here until the panes are built. */
export function Problems() {
  return null;
}
