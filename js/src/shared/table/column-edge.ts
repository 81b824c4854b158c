/** Making a column wider or narrower by the right edge of its head. */
import { LEAST_WIDTH } from "./columns";

/** CSS pixels of a head that count as its edge. */
export const EDGE = 7;

/** Follow the mouse from where its button went down, until it is up. */
export function followEdge(event: MouseEvent, width: number, resized: (width: number) => void): void {
  event.preventDefault();
  event.stopPropagation();
  const stopping = new AbortController();
  const { signal } = stopping;
  const move = (now: MouseEvent): void =>
    resized(Math.max(LEAST_WIDTH, width + Math.round(now.clientX - event.clientX)));
  document.addEventListener("mousemove", move, { signal });
  document.addEventListener("mouseup", () => stopping.abort(), { signal });
}
