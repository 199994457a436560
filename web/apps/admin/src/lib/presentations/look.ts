/** How an element looks, as CSS: the same rules as the player's, so that what is edited is what will be seen. */
import type { Element, ShapeElement, TextStyle } from "@signboard/api";

export type Css = Record<string, string | number | undefined>;

const FITS = { contain: "contain", cover: "cover", stretch: "fill" } as const;
const VALIGN = { top: "flex-start", middle: "center", bottom: "flex-end" } as const;

export function styled(css: Css): string {
  return Object.entries(css)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}:${value}`)
    .join(";");
}

export function placeOf(element: Element): Css {
  const { x, y, w, h } = element.frame;
  return {
    left: `${x}px`,
    top: `${y}px`,
    width: `${w}px`,
    height: `${h}px`,
    transform: element.rotation ? `rotate(${element.rotation}deg)` : undefined,
    opacity: element.opacity === undefined ? undefined : element.opacity / 100,
  };
}

export function textOf(style: TextStyle): Css {
  const size = style.size ?? 48;
  return {
    "font-family": `"${style.font ?? "Inter"}", "${style.font ?? "Inter"} Variable", sans-serif`,
    "font-size": `${size}px`,
    "font-weight": style.weight ?? 400,
    "font-style": style.italic ? "italic" : "normal",
    color: style.colour ?? "#ffffff",
    "text-align": style.align ?? "start",
    "justify-content": VALIGN[style.valign ?? "top"],
    "line-height": `${(style.line_height ?? 120) / 100}`,
    "letter-spacing": `${(style.letter_spacing ?? 0) / 1000}em`,
    background: style.fill ?? undefined,
    padding: `${style.padding ?? 0}px`,
    "border-radius": `${style.radius ?? 0}px`,
  };
}

export function pictureCss(element: { fit?: keyof typeof FITS; radius?: number }): Css {
  return { "object-fit": FITS[element.fit ?? "cover"], "border-radius": `${element.radius ?? 0}px` };
}

export function shapeCss(shape: ShapeElement): Css {
  return {
    background: shape.gradient ? `linear-gradient(${shape.gradient.angle}deg, ${shape.gradient.from}, ${shape.gradient.to})` : (shape.fill ?? undefined),
    border: shape.stroke ? `${shape.stroke.width}px solid ${shape.stroke.colour}` : undefined,
    "border-radius": shape.shape === "ellipse" ? "50%" : `${shape.radius ?? 0}px`,
  };
}
