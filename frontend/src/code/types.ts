/** What code.js gives to the page that loads it. */
export interface CodeOptions {
  text: string; language: string; label: string; readOnly: boolean;
  onChange: (text: string) => void; onSave: () => void;
  /** Escape in the editor, when nothing of its own is open. */
  onLeave: () => void;
}
export interface CodeEditor { text(): string; focus(): void; end(): void }
export type MountCode = (place: HTMLElement, options: CodeOptions) => CodeEditor;
