// Where the given values can be seen in the page: [[value, left, top, width, height], ...] in pixels of the viewport.
// Texts are measured with ranges, inputs with the metrics of their own font, clipped by what hides them.
(values => {
  const found = [];
  const clip = (element, box) => {
    let [left, top, right, bottom] = box;
    for (let e = element; e && e !== document.documentElement; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.display === "none" || style.visibility === "hidden") return null;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const r = e.getBoundingClientRect();
      left = Math.max(left, r.left); top = Math.max(top, r.top);
      right = Math.min(right, r.right); bottom = Math.min(bottom, r.bottom);
    }
    left = Math.max(left, 0); top = Math.max(top, 0);
    right = Math.min(right, innerWidth); bottom = Math.min(bottom, innerHeight);
    // Less than a third of a line's height shows no text; something opaque on top hides it.
    if (right - left < 4 || bottom - top < (box[3] - box[1]) / 3) return null;
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    if (over && over !== element && !element.contains(over) && !over.contains(element)) return null;
    return [left, top, right - left, bottom - top];
  };
  const add = (value, element, r) => {
    const box = clip(element, [r.left, r.top, r.right, r.bottom]);
    if (box) found.push([value, ...box]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const groups = new Map();
  for (let node; (node = walker.nextNode());) {
    const parent = node.parentElement;
    if (parent.closest("script, style, template")) continue;
    if (!groups.has(parent)) groups.set(parent, []);
    groups.get(parent).push(node);
  }
  for (const [parent, nodes] of groups) {
    const text = nodes.map(n => n.data).join("");
    const spot = at => {
      for (const n of nodes) { if (at <= n.length) return [n, at]; at -= n.length; }
    };
    for (const value of values) {
      for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
        const range = document.createRange();
        range.setStart(...spot(at)); range.setEnd(...spot(at + value.length));
        for (const r of range.getClientRects()) if (r.width > 1) add(value, parent, r);
      }
    }
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const input of document.querySelectorAll("input")) {
    if (input.type === "password") continue;
    const style = getComputedStyle(input), r = input.getBoundingClientRect();
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const origin = r.left + parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft) - input.scrollLeft;
    const line = parseFloat(style.fontSize) * 1.3, middle = (r.top + r.bottom) / 2;
    for (const value of values) {
      const at = input.value.indexOf(value);
      if (at < 0) continue;
      const left = origin + pen.measureText(input.value.slice(0, at)).width;
      const right = origin + pen.measureText(input.value.slice(0, at + value.length)).width;
      add(value, input, {left, right, top: middle - line / 2, bottom: middle + line / 2});
    }
  }
  return found;
})
