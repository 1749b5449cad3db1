// What can be read on the page, from the DOM: for each [data-pii] its words, for every other word its box. CSS pixels.
(() => {
  const clip = (element, r) => {
    let left = r.left, top = r.top, right = r.right, bottom = r.bottom;
    for (let e = element; e && e !== document.documentElement; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.display === "none" || style.visibility === "hidden") return null;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const c = e.getBoundingClientRect();
      left = Math.max(left, c.left); top = Math.max(top, c.top);
      right = Math.min(right, c.right); bottom = Math.min(bottom, c.bottom);
    }
    left = Math.max(left, 0); top = Math.max(top, 0);
    right = Math.min(right, innerWidth); bottom = Math.min(bottom, innerHeight);
    // Less than a third of a line's height, or of a letter's width, shows no text; something on top hides it.
    if (right - left < 3 || bottom - top < r.height / 3) return null;
    // A window in front may hide a part of the word: what is left is from the first to the last point that is on top.
    let from = null, to = null;
    for (let x = left + 0.5, step = Math.min(4, (right - left) / 3); x < right; x += step) {
      const over = document.elementFromPoint(x, (top + bottom) / 2);
      if (!over || (over !== element && !element.contains(over) && !over.contains(element))) continue;
      from ??= x; to = x;
    }
    if (from === null || to - from < Math.min(3, (right - left) / 2)) return null;
    if (from > left + 1) left = from;
    if (to < right - 5) right = to;
    return [left, top, right - left, bottom - top];
  };
  const whole = /\S/, values = new Map(), lost = new Set(), words = [];
  const neighbour = (node, step) => {
    const other = node[step];
    return other && other.nodeType === 1 && other.dataset && other.dataset.pii !== undefined;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const parent = node.parentElement;
    if (!whole.test(node.data) || parent.closest("script, style, template")) continue;
    const holder = parent.closest("[data-pii]");
    for (const match of node.data.matchAll(/\S+/g)) {
      const range = document.createRange();
      range.setStart(node, match.index); range.setEnd(node, match.index + match[0].length);
      // A word broken over two lines has a rectangle on each.
      for (const r of range.getClientRects()) {
        if (r.width < 1) continue;
        const box = clip(parent, r);
        if (!box) { if (holder) lost.add(holder); continue; }
        if (!holder) {
          const glued = (match.index === 0 && neighbour(node, "previousSibling")) ||
            (match.index + match[0].length === node.length && neighbour(node, "nextSibling"));
          words.push({text: match[0], box, glued});
          continue;
        }
        if (!values.has(holder)) values.set(holder, {
          text: holder.textContent.trim().replace(/\s+/g, " "), label: holder.dataset.pii,
          layout: holder.dataset.layout || "plain", clipped: false, words: []});
        const value = values.get(holder);
        value.clipped ||= box[2] < r.width - 1 || box[3] < r.height - 1;
        value.words.push({text: match[0], box});
      }
    }
  }
  for (const code of document.querySelectorAll("svg[data-pii]")) {
    const box = clip(code, code.getBoundingClientRect());
    if (box) values.set(code, {text: code.dataset.text, label: "QR", layout: "picture", clipped: false,
      words: [{text: code.dataset.text, box}]});
  }
  // A value of which a whole word is out of sight is clipped too.
  for (const [holder, value] of values) value.clipped ||= lost.has(holder);
  return {values: [...values.values()], words};
})()
