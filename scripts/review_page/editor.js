// The YAML editor: CodeMirror in a shadow root, where it needs no style element, so that the page can forbid them all.
import { autocompletion, completionKeymap, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { completionsFor } from "./complete.js";

const setMark = StateEffect.define();
const whyLine = Decoration.line({ class: "cm-why" });
const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    let next = marks.map(change.changes);
    for (const effect of change.effects) {
      if (!effect.is(setMark)) continue;
      const lines = change.state.doc.lines;
      const wanted = [...new Set(effect.value)].filter((number) => number >= 1 && number <= lines).sort((a, b) => a - b);
      next = Decoration.set(wanted.map((number) => whyLine.range(change.state.doc.line(number).from)));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.keyword, tags.atom], color: "var(--code-number)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--soft)" },
]);

// Colours are the page's own custom properties, which reach into a shadow root.
const look = EditorView.theme({
  "&": { height: "100%", fontSize: "0.875rem", color: "var(--ink)", backgroundColor: "var(--card)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'DejaVu Sans Mono', monospace", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active)" },
  ".cm-why": { backgroundColor: "var(--mark)", boxShadow: "inset 3px 0 0 var(--mark-line)" },
  "& .cm-selectionBackground, &.cm-focused .cm-selectionBackground": { background: "var(--select) !important" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "0.375rem" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.5rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: "0.5rem" },
  ".cm-completionDetail": { color: "inherit", fontStyle: "normal", opacity: "0.8" },
  ".cm-diagnostic": { padding: "0.3rem 0.6rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)", textUnderlineOffset: "3px" },
  ".cm-lintRange-info, .cm-lintRange-hint": { backgroundImage: "none" },
  // Drawn here: CodeMirror's own are pictures in its style, which the page does not let in.
  ".cm-lint-marker": { width: "0.55em", height: "0.55em", margin: "0.45em 0 0 0.2em", borderRadius: "50%" },
  ".cm-lint-marker-error": { content: "normal", backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": { content: "normal", backgroundColor: "var(--mark-line)" },
  ".cm-lint-marker-info, .cm-lint-marker-hint": { content: "normal", backgroundColor: "var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--card)", color: "var(--ink)" },
  ".cm-panel button, .cm-panel input": { font: "inherit" },
});

function range(doc, problem) {
  const line = doc.line(Math.min(Math.max(1, problem.line), doc.lines));
  const from = Math.min(line.from + Math.max(0, problem.column - 1), line.to);
  const word = /^[^\s:,\]}]+/.exec(line.text.slice(from - line.from));
  return { from, to: Math.max(from, from + (word ? word[0].length : 0)) };
}

export function mountEditor(place, text, { check, save, typed }) {
  const root = place.attachShadow({ mode: "open" });
  let offered = null;
  const known = async () => (offered ??= await (await fetch("/completions.json")).json());

  const source = linter(async (view) => {
    const found = await check(view.state.doc.toString());
    return (found || []).map((problem) => ({
      ...range(view.state.doc, problem),
      severity: problem.severity || "error",
      message: problem.message + (problem.hint ? ` (${problem.hint})` : ""),
    }));
  }, { delay: 350 });

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), marked, source, look, yaml(),
        syntaxHighlighting(colours), EditorView.lineWrapping, EditorState.tabSize.of(2),
        autocompletion({ override: [async (context) => completionsFor(context, await known())], icons: false }),
        EditorView.contentAttributes.of({ "aria-label": `Policy ${place.dataset.file}, YAML` }),
        EditorView.updateListener.of((update) => { if (update.docChanged) typed(update.state.doc.toString()); }),
        keymap.of([
          { key: "Mod-s", run: () => { save(); return true; }, preventDefault: true },
          ...closeBracketsKeymap, ...lintKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
      ],
    }),
  });
  return {
    goTo(number, column) {
      const line = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
      const at = Math.min(line.from + column - 1, line.to);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    mark(numbers) {
      const effects = [setMark.of(numbers)];
      if (numbers[0] >= 1 && numbers[0] <= view.state.doc.lines) {
        effects.push(EditorView.scrollIntoView(view.state.doc.line(numbers[0]).from, { y: "center" }));
      }
      view.dispatch({ effects });
    },
  };
}
