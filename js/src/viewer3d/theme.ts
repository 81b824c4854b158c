/** Colours of what is written and drawn over the picture: the page's, or such as can be read on a background of its own. */
import { Color } from "three";

export interface Theme {
  ink: string;
  faint: string;
  paper: string;
  line: string;
  accent: string;
}

/** On brighter backgrounds dark letters are read better; relative luminance. */
const BRIGHT = 0.18;
const ON_BRIGHT = { ink: "#212121", faint: "#616161", line: "#9e9e9e" };
const ON_DARK = { ink: "#f5f5f5", faint: "#bdbdbd", line: "#757575" };

/** @param background - CSS colour; empty: that of the page */
export function themeOf(root: HTMLElement, background: string): Theme {
  const style = getComputedStyle(root);
  const color = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const accent = color("--cj-accent", "#1976d2");
  if (background) return { ...(isBright(background) ? ON_BRIGHT : ON_DARK), paper: background, accent };
  return {
    ink: color("--cj-ink", "#212121"),
    faint: color("--cj-faint", "#616161"),
    paper: color("--cj-paper", "#fff"),
    line: color("--cj-line", "#bdbdbd"),
    accent,
  };
}

export function isBright(css: string): boolean {
  const { r, g, b } = new Color().setStyle(css);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > BRIGHT;
}
