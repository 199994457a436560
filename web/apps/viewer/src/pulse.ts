/** What is to be done again and again while the page lives. */
export interface PulsePorts {
  /** With every frame, and now and then on a hidden page. */
  tick(): void;
  /** A frame is drawn; `at` as the browser gives it, in milliseconds. */
  frame(at: number): void;
  /** Twice a second, with whether the page can be seen. */
  look(visible: boolean): void;
  /** Every few seconds: what a sudden end must not lose. */
  note(): void;
  /** Now and then: what takes its time. */
  measure(): void;
  resized(): void;
  online(): void;
  /** The page is shown or hidden. */
  turned(): void;
}

/** Milliseconds between two of each. */
const LOOK = 500;
const NOTE = 5_000;
const MEASURE = 15_000;

/** Starts the beat of the page's life; it ends with the page. */
export function startPulse(ports: PulsePorts): void {
  const visible = () => document.visibilityState !== "hidden";
  const frame = (at: number) => {
    ports.frame(at);
    ports.tick();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  setInterval(() => {
    // Hidden pages get no frames, but their time goes on.
    if (!visible()) ports.tick();
    ports.look(visible());
  }, LOOK);
  setInterval(() => ports.note(), NOTE);
  setInterval(() => ports.measure(), MEASURE);
  ports.measure();
  window.addEventListener("resize", () => ports.resized());
  window.addEventListener("online", () => ports.online());
  window.addEventListener("pagehide", () => ports.note());
  document.addEventListener("visibilitychange", () => ports.turned());
}
