/** The page's theme, which JupyterLab or the system changes. */

/** Call a function when the theme is another one, of this page or of another that is open. */
export function onTheme(changed: () => void, signal: AbortSignal, page: Document = document): void {
  const observer = new MutationObserver(changed);
  observer.observe(page.body, {
    attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"],
  });
  // Sites other than JupyterLab have it there.
  observer.observe(page.documentElement, { attributeFilter: ["data-theme", "class"] });
  const query = (page.defaultView ?? window).matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", changed, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}
