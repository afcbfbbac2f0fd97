/** code.js: the editor of scripts, loaded only when one is opened. It lives in a shadow root, where its styles need no inline <style>. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { sql } from "@codemirror/lang-sql";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { crosshairCursor, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers, rectangularSelection } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { CodeEditor, CodeOptions } from "./types";

/** Colours are tokens, so that both themes look right; they pass through the shadow root. */
const LOOK = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--log)", color: "var(--log-text)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--log)", color: "var(--log-gutter)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)", color: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels input, .cm-panels button": { backgroundColor: "var(--surface)", backgroundImage: "none", color: "var(--text)", border: "1px solid var(--control-line)", borderRadius: "4px", padding: "2px 8px" },
  ".cm-searchMatch": { backgroundColor: "var(--mark)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--mark-now)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--selected)", color: "var(--text)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", border: "0", color: "var(--text-2)" },
});
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--ansi-5)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ansi-2)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--ansi-3)" },
  { tag: [tags.comment], color: "var(--log-gutter)", fontStyle: "italic" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--ansi-4)", fontWeight: "600" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--ansi-4)" },
  { tag: [tags.typeName, tags.className, tags.self], color: "var(--ansi-6)" },
  { tag: [tags.meta, tags.annotation], color: "var(--ansi-3)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

function language(name: string): Extension {
  if (name === "python") return [python(), indentUnit.of("    ")];
  return name === "sql" ? sql() : [];
}

function mountCode(place: HTMLElement, options: CodeOptions): CodeEditor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open", delegatesFocus: true });
  const view = new EditorView({
    parent: root as unknown as Element,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(), foldGutter(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), EditorState.allowMultipleSelections.of(true), rectangularSelection(), crosshairCursor(),
        indentOnInput(), bracketMatching(), closeBrackets(), autocompletion(), highlightActiveLine(), highlightSelectionMatches(), syntaxHighlighting(COLOURS), LOOK, language(options.language),
        EditorState.readOnly.of(options.readOnly), EditorState.tabSize.of(4),
        EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", "aria-readonly": String(options.readOnly) }),
        EditorView.domEventHandlers({ beforeinput: replaceChosen }),
        EditorView.updateListener.of((update) => { if (update.docChanged) options.onChange(update.state.doc.toString()); }),
        // Escape goes to the dialog's buttons, so that Tab may indent and nobody is caught in the editor.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, { key: "Mod-Enter", run: () => act(options.onSave) }, { key: "Mod-s", run: () => act(options.onSave) }, { key: "Escape", run: () => act(options.onLeave) }, ...defaultKeymap, ...historyKeymap, ...foldKeymap, indentWithTab]),
      ],
    }),
  });
  view.focus();
  return { text: () => view.state.doc.toString(), focus: () => view.focus(), end: () => view.destroy() };
}

/** Typing over a selection: Chromium would give the new line a style attribute, which the page's policy refuses. */
function replaceChosen(event: InputEvent, view: EditorView): boolean {
  const { state } = view;
  if (event.inputType !== "insertText" || !event.data || state.selection.main.empty || state.readOnly || view.composing || /[[({"'`]/.test(event.data)) return false;
  event.preventDefault();
  view.dispatch(state.update(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true }));
  return true;
}

function act(what: () => void): true {
  what();
  return true;
}

(window as unknown as { forebayCode: typeof mountCode }).forebayCode = mountCode;
