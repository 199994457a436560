// For whoever measures by a screencast: a page that never rests.

/** Runs in the page: a pixel that never rests. A screencast drops frames that come while one is on its way, and the last one would be missed. */
export function keepDrawing() {
  const pixel = document.createElement("div");
  let turn = 0;
  requestAnimationFrame(function draw() {
    if (!pixel.parentNode && document.body) document.body.appendChild(pixel);
    pixel.style.cssText = `position:fixed;right:0;bottom:0;width:1px;height:1px;z-index:2147483647;background:rgb(${(turn += 1) % 2 ? "9,9,9" : "8,8,8"})`;
    requestAnimationFrame(draw);
  });
}
