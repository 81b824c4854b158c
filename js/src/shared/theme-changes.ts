/** The page's theme, which JupyterLab or the system changes. */

/** Call a function when the theme is another one. */
export function onTheme(changed: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"],
  });
  // Sites other than JupyterLab have it there.
  observer.observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", changed, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}
