/** Colours of the page, which follow JupyterLab's theme. */

export interface Theme {
  ink: string;
  faint: string;
  paper: string;
  line: string;
  accent: string;
}

export function themeOf(root: HTMLElement): Theme {
  const style = getComputedStyle(root);
  const color = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  return {
    ink: color("--cj-ink", "#212121"),
    faint: color("--cj-faint", "#616161"),
    paper: color("--cj-paper", "#fff"),
    line: color("--cj-line", "#bdbdbd"),
    accent: color("--cj-accent", "#1976d2"),
  };
}

/** Listen to changes of the theme. */
export function onTheme(changed: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"],
  });
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", changed, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}
