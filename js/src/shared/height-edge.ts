/** The edge below a picture that changes its height, by mouse or keyboard. */
import { element } from "./dom";

const SMALLEST = 120;
const LARGEST = 4_000;
const KEY_STEP = 20;

export class HeightEdge {
  readonly node = element("div", {
    class: "cj-resize",
    role: "separator",
    tabindex: 0,
    "aria-orientation": "horizontal",
    "aria-label": "height of the picture",
    "aria-valuemin": SMALLEST,
    "aria-valuemax": LARGEST,
    title: "drag to resize",
    "data-testid": "resize",
  });

  constructor(
    private readonly stage: HTMLElement,
    private readonly resized: (height: number) => void,
  ) {
    this.node.addEventListener("pointerdown", (event) => this.drag(event));
    this.node.addEventListener("keydown", (event) => this.step(event));
  }

  setHeight(height: number): void {
    const clamped = clampHeight(height);
    this.stage.style.height = `${clamped}px`;
    this.node.setAttribute("aria-valuenow", String(clamped));
  }

  private drag(start: PointerEvent): void {
    start.preventDefault();
    this.node.setPointerCapture(start.pointerId);
    const offset = this.stage.clientHeight - start.clientY;
    const drag = (event: PointerEvent): void => this.setHeight(offset + event.clientY);
    const drop = (): void => {
      this.node.removeEventListener("pointermove", drag);
      this.resized(clampHeight(this.stage.clientHeight));
    };
    this.node.addEventListener("pointermove", drag);
    this.node.addEventListener("lostpointercapture", drop, { once: true });
  }

  private step(event: KeyboardEvent): void {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    this.resized(clampHeight(this.stage.clientHeight + (event.key === "ArrowDown" ? KEY_STEP : -KEY_STEP)));
  }
}

function clampHeight(height: number): number {
  return Math.round(Math.min(Math.max(height, SMALLEST), LARGEST));
}
