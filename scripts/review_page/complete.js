// What can stand at a place of a policy: worked out from the indentation, since a policy being typed is rarely whole.

const option = (entry) => ({
  label: entry.name,
  apply: entry.apply ?? `${entry.name}: `,
  detail: entry.default ? `default ${entry.default}` : "",
  info: entry.told || undefined,
});
const word = (name, told) => ({ label: name, info: told || undefined });
const indent = (line) => /^ */.exec(line)[0].length;

// The keys above a line, outermost first: [{key, indent, line}].
export function pathOf(lines, number, column) {
  const path = [];
  let limit = column;
  for (let at = number - 1; at >= 0 && limit > 0; at -= 1) {
    const line = lines[at];
    if (!line.trim() || line.trim().startsWith("#")) continue;
    const item = /^( *)- +(.*)$/.exec(line);
    const own = indent(line);
    if (own < limit) {
      const key = /^ *(?:- +)?([A-Za-z0-9_.-]+):/.exec(line);
      path.unshift({ key: key ? key[1] : "", indent: own, line: at, item: Boolean(item) });
      limit = own;
    }
  }
  return path;
}

// The step that an entry of a list, or a mapping of ``change``, uses.
function stepAt(lines, number, column) {
  const here = /use:\s*([\w.]+)/;
  const same = here.exec(lines[number]);
  if (same) return same[1];
  for (let at = number - 1; at >= 0; at -= 1) {
    const line = lines[at];
    if (!line.trim()) continue;
    const own = /^( *)- /.exec(line);
    if (own && own[1].length < column) return here.exec(line)?.[1] ?? null;
    if (indent(line) < column && !own) return null;
    const found = here.exec(line);
    if (found && indent(line) === column) return found[1];
  }
  return null;
}

export function completionsFor(context, known) {
  const lines = context.state.doc.toString().split("\n");
  const line = context.state.doc.lineAt(context.pos);
  const number = line.number - 1, before = line.text.slice(0, context.pos - line.from);
  const typing = /[\w.@*-]*$/.exec(before)[0];
  const from = context.pos - typing.length;
  if (!typing && !context.explicit && !/[:\s[{,-]$/.test(before)) return null;
  const path = pathOf(lines, number, indent(line.text) + (/^ *- /.test(line.text) ? 1 : 0));
  const section = path[0]?.key ?? "", inner = path[1]?.key ?? "";
  const answer = (options) => (options.length ? { from, options, validFor: /^[\w.@*-]*$/ } : null);

  const value = /([\w.-]+):\s*(?:\[[^\]]*)?([\w.@*-]*)$/.exec(before);
  const phase = known.steps[inner] ? inner : inner === "steps" ? "verify" : section || "find";
  const steps = known.steps[phase] ?? [];
  if (value) {
    const key = value[1];
    if (key === "use") return answer(steps.map((step) => word(step.name, step.told)));
    if (key === "extends") return answer(known.shipped.map((name) => word(name)));
    if (["entities", "labels", "label"].includes(key)) return answer(known.labels.map((name) => word(name)));
    const step = steps.find((one) => one.name === stepAt(lines, number, indent(line.text)));
    const place = step?.options ?? known.keys[inner || section] ?? known.sections;
    const found = place.find((one) => one.name === key);
    return answer((found?.values ?? []).map((name) => word(name)));
  }
  if (/^\s*-\s*[\w.-]*$/.test(before)) {
    if (["entities", "labels", "ignore"].includes(inner)) return answer(known.labels.map((name) => word(name)));
    if (!steps.length) return answer((known.keys[inner || section] ?? []).map(option));
    return answer([{ label: "use", apply: "use: ", info: "the step's name" }, ...steps.map((step) => ({ ...word(step.name, step.told), apply: `use: ${step.name}` }))]);
  }
  if (!path.length) return answer(known.sections.map(option));
  const step = steps.find((one) => one.name === stepAt(lines, number, indent(line.text)));
  if (step || /[{,]\s*[\w.-]*$/.test(before)) {
    const options = step ? step.options.map(option) : [];
    return answer(/[{]\s*[\w.-]*$/.test(before) && !step ? [{ label: "use", apply: "use: " }] : options);
  }
  if (section === "admit") {
    const names = known.steps.admit.map((one) => ({ name: one.name.replace("admit.", ""), told: one.told, options: one.options }));
    return answer((path.length === 1 ? names : names.find((one) => one.name === inner)?.options ?? []).map(option));
  }
  if (section === "link") return answer((known.steps.link[0]?.options ?? []).map(option));
  return answer((known.keys[path.length === 1 ? section : inner] ?? []).map(option));
}
