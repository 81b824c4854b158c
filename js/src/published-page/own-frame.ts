/** A published page in a frame: it makes the frame as high as itself, and is light or dark as what is around it. */
import { onTheme } from "../shared/theme-changes";

/** Follow the page that this one is in, if there is one that lets it. */
export function followFrame(): void {
  const frame = window.frameElement as HTMLElement | null;
  if (!frame) return;
  const around = frame.ownerDocument;
  const darkRules = darkRulesOf(document);
  const followTheme = (): void => setTheme(darkRules, isDark(around));
  onTheme(followTheme, new AbortController().signal, around);
  followTheme();
  const sizes = new ResizeObserver(([entry]) => {
    const height = entry?.borderBoxSize[0]?.blockSize;
    if (height) frame.style.height = `${Math.ceil(height)}px`;
  });
  sizes.observe(document.body);
}

/** Rules for readers whose system is dark. */
function darkRulesOf(page: Document): CSSMediaRule[] {
  const rules = [...page.styleSheets].flatMap((sheet) => [...sheet.cssRules]) as CSSMediaRule[];
  return rules.filter(({ media }) => media?.mediaText.includes("prefers-color-scheme: dark"));
}

/** Let this page be light or dark, whatever the reader's system is. */
function setTheme(darkRules: readonly CSSMediaRule[], dark: boolean): void {
  for (const { media } of darkRules) media.mediaText = dark ? "all" : "not all";
  const { style, dataset } = document.documentElement;
  style.colorScheme = dark ? "dark" : "light";
  // Widgets look at their colours anew when this changes.
  dataset.theme = dark ? "dark" : "light";
}

/** Whether a page is dark: as JupyterLab or the site says, else as the reader's system is. */
function isDark({ body, documentElement, defaultView }: Document): boolean {
  const { jpThemeLight } = body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  const { classList, dataset } = documentElement;
  if (classList.contains("dark") || dataset.theme === "dark") return true;
  if (classList.contains("light") || dataset.theme === "light") return false;
  return defaultView?.matchMedia("(prefers-color-scheme: dark)").matches ?? false;
}
