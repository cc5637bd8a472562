// What a person would stumble over: text of too little contrast, targets too small for a thumb.
() => {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    if (!element) return { r: 255, g: 255, b: 255, a: 1 };
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, ground(element.parentElement));
  };
  const contrast = (colour, element) => {
    const below = ground(element);
    const [a, b] = [light(over(rgba(colour), below)), light(below)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !shown(element)) continue;
    texts.push({ text: node.textContent.trim().slice(0, 60), ratio: contrast(getComputedStyle(element).color, element) });
  }
  for (const field of document.querySelectorAll("input[placeholder]")) {
    const colour = getComputedStyle(field, "::placeholder").color;
    texts.push({ text: field.placeholder, ratio: contrast(colour, field) });
    texts.push({ text: "typed", ratio: contrast(getComputedStyle(field).color, field) });
  }
  const targets = [...document.querySelectorAll("button, a:not(.skip), input:not([type=hidden])")]
    .filter(shown)
    .map((element) => {
      const { width, height } = element.getBoundingClientRect();
      return { text: element.textContent.trim() || element.id, width, height };
    });
  const sideways = Math.max(0, ...[document.documentElement, document.body, document.querySelector("main")]
    .map((element) => element.scrollWidth - element.clientWidth));
  return { texts, targets, sideways };
}
