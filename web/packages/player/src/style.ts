/** The styles that classes need; everything of a page's own look is inline. For browsers from Chrome 53 on. */
const RULES = `
.sb-stage { position: absolute; left: 0; top: 0; overflow: hidden; transform-origin: 0 0; background: #0b1422; cursor: none;
  -webkit-user-select: none; user-select: none; }
.sb-fill { position: absolute; left: 0; top: 0; width: 100%; height: 100%; overflow: hidden; }
.sb-layer { position: absolute; left: 0; top: 0; width: 100%; height: 100%; overflow: hidden; contain: strict; }
.sb-backdrop { position: absolute; left: 0; top: 0; width: 100%; height: 100%; overflow: hidden; background: #0b1422; }
.sb-glow { position: absolute; width: 130%; height: 150%; left: -15%; top: -25%; will-change: transform; }
.sb-glow-1 { background: radial-gradient(closest-side, rgba(46, 92, 138, 0.85), rgba(46, 92, 138, 0)); animation: sb-drift-1 67s ease-in-out infinite alternate; }
.sb-glow-2 { background: radial-gradient(closest-side, rgba(24, 112, 120, 0.6), rgba(24, 112, 120, 0)); animation: sb-drift-2 83s ease-in-out infinite alternate; }
.sb-glow-3 { background: radial-gradient(closest-side, rgba(240, 160, 48, 0.34), rgba(240, 160, 48, 0)); animation: sb-drift-3 97s ease-in-out infinite alternate; }
@keyframes sb-drift-1 { from { transform: translate(-38%, -30%) scale(0.9); } to { transform: translate(20%, 18%) scale(1.15); } }
@keyframes sb-drift-2 { from { transform: translate(36%, 26%) scale(1.1); } to { transform: translate(-26%, 34%) scale(0.85); } }
@keyframes sb-drift-3 { from { transform: translate(44%, -46%) scale(0.6); } to { transform: translate(10%, -54%) scale(0.8); } }
.sb-float { position: absolute; left: 0; top: 0; width: 100%; height: 100%; animation: sb-float 181s ease-in-out infinite alternate; }
@keyframes sb-float { 0% { transform: translate(-1.2%, -1%); } 30% { transform: translate(1.2%, 0.6%); } 65% { transform: translate(-0.6%, 1.2%); } 100% { transform: translate(1%, -1.2%); } }
`;

let added = false;

/** Adds the rules to the document, once. */
export function addStyle(): void {
  if (added) return;
  added = true;
  const node = document.createElement("style");
  node.textContent = RULES;
  document.head.appendChild(node);
}
