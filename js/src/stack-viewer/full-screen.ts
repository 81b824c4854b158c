/** A viewer that fills the screen, with its tool bar, lines and questions. */
import type { Messages } from "../shared/messages";

const REFUSED = "This page may not fill the screen: the browser, or the page around it, does not let it.";

/** Chromium's, with which Escape closes a question before it leaves the full screen. */
interface LockableKeyboard {
  lock?(keys: string[]): Promise<void>;
}

export class FullScreen {
  /** Told whether the viewer fills the screen now. */
  changed: (isFull: boolean) => void = () => {};

  constructor(
    private readonly root: HTMLElement,
    private readonly messages: Pick<Messages, "notify">,
    signal: AbortSignal,
  ) {
    document.addEventListener("fullscreenchange", () => this.changed(this.isFull), { signal });
  }

  /** Fill the screen, or give it back. */
  async toggle(): Promise<void> {
    if (this.isFull) return document.exitFullscreen();
    try {
      await this.root.requestFullscreen();
    } catch {
      this.messages.notify("info", REFUSED);
      return;
    }
    const { keyboard } = navigator as { keyboard?: LockableKeyboard };
    await keyboard?.lock?.(["Escape"]).catch(() => {});
  }

  private get isFull(): boolean {
    return document.fullscreenElement === this.root;
  }
}
