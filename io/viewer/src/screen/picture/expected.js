(() => {
  const WIDTH = 64;
  const HEIGHT = 36;
  /** What letters cover of the box that holds them. */
  const INK = 0.15;
  const stage = document.querySelector(".sb-stage");
  if (!stage) return null;
  const opaque = (node) => Number(getComputedStyle(node).opacity) > 0.5;
  const layers = Array.from(stage.children).filter((node) => node.matches(".sb-layer, .own") && opaque(node));
  layers.sort((a, b) => (Number(a.style.zIndex) || 2e9) - (Number(b.style.zIndex) || 2e9));
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const paint = (node, inherited) => {
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") return;
    const alpha = inherited * Number(style.opacity);
    const box = node.getBoundingClientRect();
    const rect = [(box.left / innerWidth) * WIDTH, (box.top / innerHeight) * HEIGHT, (box.width / innerWidth) * WIDTH, (box.height / innerHeight) * HEIGHT];
    context.globalAlpha = alpha;
    context.fillStyle = style.backgroundColor;
    context.fillRect(...rect);
    const loaded = node instanceof HTMLImageElement ? node.complete && node.naturalWidth > 0 : node instanceof HTMLVideoElement && node.readyState >= 2;
    if (loaded) context.drawImage(node, ...rect);
    if (Array.from(node.childNodes).some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim())) {
      context.globalAlpha = alpha * INK;
      context.fillStyle = style.color;
      context.fillRect(...rect);
    }
    for (const child of node.children) paint(child, alpha);
  };
  context.fillStyle = "#000";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (const layer of layers) paint(layer, 1);
  const data = context.getImageData(0, 0, WIDTH, HEIGHT).data;
  let bright = 0;
  for (let at = 0; at < data.length; at += 4) if (0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2] >= 32) bright++;
  return bright / (WIDTH * HEIGHT);
})();
