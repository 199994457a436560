/** How content of one shape fills an area of another. */
export type Fit = "contain" | "cover" | "stretch";

export interface Size {
  width: number;
  height: number;
}

/** Where content lands: its upper left corner in the area, and its scales. */
export interface Placement {
  x: number;
  y: number;
  scaleX: number;
  scaleY: number;
}

/** Places `content` in the middle of `area`. Sides below one pixel count as one, so that no scale is infinite. */
export function place(fit: Fit, area: Size, content: Size): Placement {
  const width = Math.max(1, content.width);
  const height = Math.max(1, content.height);
  const across = area.width / width;
  const down = area.height / height;
  if (fit === "stretch") return { x: 0, y: 0, scaleX: across, scaleY: down };
  const scale = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  return { x: (area.width - width * scale) / 2, y: (area.height - height * scale) / 2, scaleX: scale, scaleY: scale };
}

/** The area that a person sees upright when a screen of `screen` pixels hangs turned by `rotation` degrees clockwise. */
export function upright(screen: Size, rotation: number): Size {
  return quarterTurns(rotation) % 2 === 1 ? { width: screen.height, height: screen.width } : { width: screen.width, height: screen.height };
}

/** The CSS transform that turns an upright area, its origin in the upper left, onto the screen. */
export function turn(screen: Size, rotation: number): string {
  switch (quarterTurns(rotation)) {
    case 1:
      return `translate(${screen.width}px, 0) rotate(90deg)`;
    case 2:
      return `translate(${screen.width}px, ${screen.height}px) rotate(180deg)`;
    case 3:
      return `translate(0, ${screen.height}px) rotate(270deg)`;
    default:
      return "none";
  }
}

/** 0 to 3; other angles go to the nearest quarter. */
function quarterTurns(rotation: number): number {
  return ((Math.round(rotation / 90) % 4) + 4) % 4;
}

/** The object-fit of a picture or film. */
export function objectFit(fit: Fit | undefined): string {
  return fit === "stretch" ? "fill" : fit === "contain" ? "contain" : "cover";
}
