/** Shows saved widgets: makes their models, and runs their modules as anywidget does. */
import type { AnyModel, Experimental, Host, Initialize, Render, ResolvedWidget } from "@anywidget/types";
import { messageOf } from "../shared/panel-lines";
import { ownMethods } from "./own-methods";
import { PageModel } from "./page-model";
import { replyTo } from "./saved-answers";
import type { SavedPage } from "./saved-page";

interface WidgetModule {
  initialize?: Initialize;
  render?: Render;
}

const IN_PAGE = "anywidget:";
const IN_TRAITS = "IPY_MODEL_";

export class SavedWidgets implements Host {
  private readonly models = new Map<string, PageModel>();
  private readonly modules = new Map<string, Promise<WidgetModule>>();
  private readonly exports = new Map<string, Promise<unknown>>();
  /** The page ends with its window. */
  private readonly signal = new AbortController().signal;

  constructor(private readonly page: SavedPage) {
    for (const [id, saved] of Object.entries(page.models)) {
      const answer = (content: unknown) => replyTo(content, saved, page, (...asked) => own(...asked));
      const model = new PageModel(id, saved.state, answer, (other) => this.getModel(other));
      const own = ownMethods(model, (other) => this.models.get(idOf(other)));
      this.models.set(id, model);
    }
    // All at once: the browser reads them beside each other, and widgets wait for those of others.
    for (const id of this.models.keys()) void this.moduleOf(id);
  }

  async getModel<T extends Record<string, unknown>>(reference: string): Promise<AnyModel<T>> {
    const model = this.models.get(idOf(reference));
    if (!model) throw new Error("This part was not saved with the page.");
    return model as unknown as AnyModel<T>;
  }

  async getWidget<T>(reference: string): Promise<ResolvedWidget<T>> {
    const id = idOf(reference);
    const exports = (await this.exportsOf(id)) as T;
    return { exports, render: ({ el, signal = this.signal }) => this.render(id, el, signal) };
  }

  /** Show a widget in an element; a sentence if that fails. */
  async show(id: string, element: HTMLElement): Promise<void> {
    try {
      await this.render(id, element, this.signal);
    } catch (error) {
      element.textContent = `This cannot be shown here. ${messageOf(error)}`;
    }
  }

  private async render(id: string, el: HTMLElement, signal: AbortSignal): Promise<void> {
    const model = await this.getModel(id);
    await this.exportsOf(id);
    const { render } = await this.moduleOf(id);
    await render?.({ model, el, signal, host: this, experimental: NO_EXPERIMENTS });
  }

  /** What the module of a widget gives to others, made when somebody first asks for it. */
  private exportsOf(id: string): Promise<unknown> {
    const known = this.exports.get(id) ?? this.initialize(id);
    this.exports.set(id, known);
    return known;
  }

  private async initialize(id: string): Promise<unknown> {
    const [model, { initialize }] = await Promise.all([this.getModel(id), this.moduleOf(id)]);
    return initialize?.({ model, signal: this.signal, experimental: NO_EXPERIMENTS });
  }

  private moduleOf(id: string): Promise<WidgetModule> {
    const name = this.page.models[id]?.module ?? "";
    const known = this.modules.get(name) ?? this.load(name);
    this.modules.set(name, known);
    return known;
  }

  private async load(name: string): Promise<WidgetModule> {
    const span = this.page.modules[name];
    if (!span) throw new Error("Its program was not saved with the page.");
    const address = URL.createObjectURL(new Blob([this.page.bytes(span)], { type: "text/javascript" }));
    try {
      return ((await import(address)) as { default: WidgetModule }).default;
    } finally {
      URL.revokeObjectURL(address);
    }
  }
}

const NO_EXPERIMENTS: Experimental = {
  invoke: () => Promise.reject(new Error("There is no kernel behind this page.")),
};

function idOf(reference: string): string {
  return reference.replace(IN_PAGE, "").replace(IN_TRAITS, "");
}
