/** What the widgets of a course share: lines of state, buttons that ask the kernel, and how they follow the course. */
import type { AnyModel } from "@anywidget/types";
import { element, textButton } from "../dom";
import panelCss from "../panel.css";
import { PanelLines } from "../panel-lines";
import type { Rpc } from "../rpc";
import widgetCss from "../widget.css";
import courseCss from "./course.css";
import { oneAtATime } from "./one-at-a-time";
import type { CourseMessage } from "./state";

export interface CoursePanelState<Content> {
  content: Content;
  has_viewer: boolean;
}

export abstract class CoursePanel<Content> {
  abstract readonly root: HTMLElement;
  protected readonly lines = new PanelLines();
  protected readonly title = element("h3", {});
  private readonly stopping: Array<() => void> = [];

  constructor(
    protected readonly model: AnyModel<CoursePanelState<Content>>,
    protected readonly rpc: Rpc,
    /** How long the kernel may take. */
    protected readonly lateMs: number,
  ) {}

  /** What is asked about: parameters of all calls. */
  protected abstract get keys(): Record<string, unknown>;

  protected abstract show(): void;

  start(): void {
    const react = (): void => this.show();
    for (const name of ["content", "has_viewer"] as const) {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    }
    this.stopping.push(
      this.rpc.on("failed", (news) => this.lines.fail(new Error((news as { message: string }).message))),
      this.lines.followService(this.rpc, () => undefined),
    );
    this.show();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.root.remove();
  }

  protected get content(): Content {
    return this.model.get("content");
  }

  protected get hasViewer(): boolean {
    return this.model.get("has_viewer");
  }

  /** The section of the widget, with its state at the end. */
  protected section(
    attributes: Record<string, string>,
    css: string,
    head: Node[],
    ...parts: Node[]
  ): HTMLElement {
    return element(
      "section",
      { ...attributes, "data-lm-suppress-shortcuts": "true" },
      element("style", {}, widgetCss + panelCss + courseCss + css),
      this.lines.service,
      element("div", { class: "cj-head" }, this.title, ...head),
      ...parts,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
  }

  /** A button that does one thing at a time: a second click meanwhile is the same one. */
  protected button(title: string, run: () => Promise<unknown>): HTMLButtonElement {
    return textButton(title, oneAtATime(run));
  }

  /** Have the kernel do something, and say what it answers; whether it did. */
  protected async ask(method: string, params: Record<string, unknown> = {}): Promise<boolean> {
    try {
      const sent = { ...this.keys, ...params };
      const { result } = await this.rpc.call<string>(method, sent, { timeoutMs: this.lateMs });
      this.lines.say(result);
      return true;
    } catch (error) {
      this.lines.fail(error);
      return false;
    }
  }

  /** Leads to the node that a message is about, where there is a viewer. */
  protected get goToNode(): ((message: CourseMessage) => void) | undefined {
    if (!this.hasViewer) return undefined;
    return ({ treenode_id }) => void this.ask("go_to_node", { treenode_id });
  }
}
