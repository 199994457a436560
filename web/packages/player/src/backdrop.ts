/** The moving ground of every screen of our own: dark, never white, never quite still. */
export function backdrop(): HTMLElement {
  const node = document.createElement("div");
  node.className = "sb-backdrop";
  for (const glow of ["sb-glow-1", "sb-glow-2", "sb-glow-3"]) {
    const light = document.createElement("div");
    light.className = `sb-glow ${glow}`;
    node.appendChild(light);
  }
  return node;
}
