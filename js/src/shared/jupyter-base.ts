/** Where the page's Jupyter server is. */

/** Address of the Jupyter server that gave this page; the page's own where there is none. */
export function jupyterBase(): string {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  if (!config) return document.baseURI;
  const { baseUrl = "/" } = JSON.parse(config) as { baseUrl?: string };
  return new URL(baseUrl, location.origin).href;
}
