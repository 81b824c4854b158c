/** A published page in a frame of its own, as high as it is. */
import { element } from "./dom";
import { onTheme } from "./theme-changes";

/** On the window of a published page: the last pictures of its views, in `detail`. */
export const PICTURES = "cj-pictures";

/**
 * Show a page, until the signal.
 *
 * A frame is a whole document: in the shadow trees of some sites, widgets would not know what has the keyboard.
 *
 * @param page - HTML that needs nothing else
 * @param title - of the frame, for screen readers
 * @param pictured - called with the last pictures of its views, when they are others
 */
export function showPage(
  el: HTMLElement,
  page: string,
  title: string,
  signal: AbortSignal,
  pictured?: (pictures: string[]) => void,
): void {
  const address = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  const frame = element("iframe", {
    title,
    style: "display: block; width: 100%; height: 480px; border: 0",
  });
  let darkRules: CSSMediaRule[] = [];
  const followTheme = (): void => {
    const page = frame.contentDocument?.documentElement;
    if (page) setTheme(page, darkRules, isDark());
  };
  onTheme(followTheme, signal);
  const sizes = new ResizeObserver(([entry]) => {
    const height = entry?.borderBoxSize[0]?.blockSize;
    if (height) frame.style.height = `${Math.ceil(height)}px`;
  });
  frame.addEventListener("load", () => {
    const { contentDocument: page } = frame;
    if (!page) return;
    darkRules = darkRulesOf(page);
    followTheme();
    sizes.observe(page.body);
    frame.contentWindow?.addEventListener(PICTURES, (event) =>
      pictured?.((event as CustomEvent<string[]>).detail),
    );
  });
  frame.src = address;
  el.append(frame);
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    frame.remove();
    URL.revokeObjectURL(address);
  });
}

/** Rules of a page for readers whose system is dark. */
function darkRulesOf(page: Document): CSSMediaRule[] {
  const rules = [...page.styleSheets].flatMap((sheet) => [...sheet.cssRules]) as CSSMediaRule[];
  return rules.filter(({ media }) => media?.mediaText.includes("prefers-color-scheme: dark"));
}

/** Let a page be light or dark, whatever the reader's system is. */
function setTheme(page: HTMLElement, darkRules: readonly CSSMediaRule[], dark: boolean): void {
  for (const { media } of darkRules) media.mediaText = dark ? "all" : "not all";
  page.style.colorScheme = dark ? "dark" : "light";
  // Widgets look at their colours anew when this changes.
  page.dataset.theme = dark ? "dark" : "light";
}

/** Whether what is around the frame is dark: as JupyterLab or the site says, else as the reader's system is. */
function isDark(): boolean {
  const { jpThemeLight } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  const { classList, dataset } = document.documentElement;
  if (classList.contains("dark") || dataset.theme === "dark") return true;
  if (classList.contains("light") || dataset.theme === "light") return false;
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
