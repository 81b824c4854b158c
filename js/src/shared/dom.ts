/** Elements made in one expression. */

type Attributes = Record<string, string | number | boolean>;

/** Make an element; an attribute of `true` is set empty, of `false` left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Array<Node | string>
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** A button with a spoken label, shown on hover too. */
export function button(label: string, content: Node | string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", title: label, "aria-label": label }, content);
  made.addEventListener("click", onClick);
  return made;
}

/** A button that is called what it shows. */
export function textButton(text: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** Mark what asks the kernel for something: published pages are shown without it. */
export function needsKernel<E extends HTMLElement>(made: E): E {
  made.dataset.needs = "kernel";
  return made;
}

/** A 16 by 16 line drawing. */
export function icon(path: string): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(namespace, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** Listen to changes of device pixels per CSS pixel, as on another screen. */
export function onPixelRatio(changed: () => void, signal: AbortSignal): void {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  const react = (): void => {
    changed();
    onPixelRatio(changed, signal);
  };
  query.addEventListener("change", react, { once: true, signal });
}
