/** Draw the outline of a volume. */
import type { View } from "../shared/layer";
import type { Rings } from "./outlines";

export interface OutlineLook {
  color: string;
  opacity: number;
  fillOpacity: number;
  /** CSS pixels. */
  lineWidth: number;
  /** Empty for none. */
  label: string;
}

const FONT = "12px sans-serif";
/** CSS pixels between a label and its outline. */
const LABEL_GAP = 4;

export function drawOutline(
  ctx: CanvasRenderingContext2D,
  view: View,
  rings: Rings,
  look: OutlineLook,
): void {
  if (rings.length === 0) return;
  ctx.beginPath();
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      const [px, py] = view.toScreen(ring[at] as number, ring[at + 1] as number);
      if (at === 0) ctx.moveTo(px, py);
      else ctx.lineTo(px, py);
    }
    ctx.closePath();
  }
  ctx.globalAlpha = look.fillOpacity;
  ctx.fillStyle = look.color;
  ctx.fill("evenodd");
  ctx.globalAlpha = look.opacity;
  ctx.strokeStyle = look.color;
  ctx.lineWidth = look.lineWidth;
  ctx.lineJoin = "round";
  if (look.lineWidth > 0) ctx.stroke();
  if (look.label) drawLabel(ctx, view, rings, look.label);
}

/** The label, white in the outline's colour, stands above its highest point that is in the picture. */
function drawLabel(ctx: CanvasRenderingContext2D, view: View, rings: Rings, label: string): void {
  let highest: [number, number] | undefined;
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      const [px, py] = view.toScreen(ring[at] as number, ring[at + 1] as number);
      const isInside = px >= 0 && px <= view.width && py >= 0 && py <= view.height;
      if (isInside && (!highest || py < highest[1])) highest = [px, py];
    }
  }
  if (!highest) return;
  const [px, py] = highest;
  ctx.font = FONT;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.lineWidth = 4;
  ctx.fillStyle = "white";
  const top = Math.max(py - LABEL_GAP, 12);
  ctx.strokeText(label, px, top);
  ctx.fillText(label, px, top);
}
