/** References of one widget to another, and what the other's module gives to the page. */
import type { AnyModel, Host } from "@anywidget/types";

/** How the kernel refers to a widget, and how the page does. */
const IN_TRAITS = "IPY_MODEL_";
const IN_PAGE = "anywidget:";

/** What the module of the widget gives that a trait refers to, as soon as it has made it. */
export async function exportsOf<T>(page: Pick<Host, "getWidget">, reference: string): Promise<T> {
  const { exports } = await page.getWidget<T>(IN_PAGE + reference.replace(IN_TRAITS, ""));
  return exports;
}

/** The page's model of the widget that a trait refers to. */
export function modelOf<T extends object>(
  page: Pick<Host, "getModel">,
  reference: string,
): Promise<AnyModel<T>> {
  return page.getModel<T>(IN_PAGE + reference.replace(IN_TRAITS, ""));
}

/** Show the widget that a trait refers to in an element, until the signal ends that. */
export async function renderWidget(
  page: Pick<Host, "getWidget">,
  reference: string,
  el: HTMLElement,
  signal: AbortSignal,
): Promise<void> {
  const { render } = await page.getWidget(IN_PAGE + reference.replace(IN_TRAITS, ""));
  await render({ el, signal });
}
