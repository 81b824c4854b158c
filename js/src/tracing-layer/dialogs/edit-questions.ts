/** The questions before edits that change more than a node, as far as the user wants to be asked. */
import type { LayerHost, QuestionContent } from "../../shared/layer";
import type { EditPreview, Kernel, SkeletonInfo } from "../data/kernel";
import { type JoinPlan, PLAIN_JOIN, PLAIN_SPLIT, type SplitPlan } from "../edit/skeletons";
import { ArborContent, type EditDetails } from "./arbor-content";
import { joinDetails } from "./join-plan";
import { isPlaceholder, rerootNotes } from "./notes";
import { splitDetails } from "./split-plan";

export type AskedBefore = "split" | "join" | "reroot" | "delete";

export interface EditQuestionsContext {
  kernel: Kernel;
  host(): LayerHost | null;
  /** The id that a temporary one has become. */
  resolve(id: number): number;
  /** Whether the questions before a split and a join show the arbors. */
  hasPreviews(): boolean;
}

export class EditQuestions {
  private unasked: readonly string[] = [];

  constructor(private readonly context: EditQuestionsContext) {}

  /** Take over which questions the user does not want. */
  show(unasked: readonly string[]): void {
    this.unasked = unasked;
  }

  /** Read from the server which questions the user does not want. */
  async load(): Promise<void> {
    // All are asked where the server does not tell.
    this.show(await this.context.kernel.unasked().catch(() => []));
  }

  /** What to do at a split; null for nothing. */
  async split(skeleton: number, treenode: number, what: string): Promise<SplitPlan | null> {
    const plan = { ...PLAIN_SPLIT };
    if (this.isUnasked("split")) return plan;
    const [info] = await this.namesOf([skeleton]);
    const { kernel } = this.context;
    const content = this.arbors(
      [skeleton, treenode],
      ([own = 0, node = 0]) => kernel.splitPreview(own, node),
      (found) => splitDetails(found, plan),
    );
    const question = `Split ${info}? ${what} becomes the root of a new neuron.`;
    return (await this.confirms("split", question, "Split", content)) ? plan : null;
  }

  /** What to do at a join of the active skeleton with another, at these nodes; null for nothing. */
  async join(skeletons: [number, number], nodes: [number, number]): Promise<JoinPlan | null> {
    const plan = { ...PLAIN_JOIN };
    if (this.isUnasked("join")) return plan;
    const infos = await this.infosOf(skeletons);
    const [own, other] = infos.map(nameAndSize);
    const { kernel } = this.context;
    const preview = ([survivor = 0, joined = 0, near = 0, far = 0]: number[]): Promise<EditPreview> =>
      kernel.joinPreview([survivor, joined], [near, far]);
    const ids = [...skeletons, ...nodes];
    const present = ids.map((id) => this.context.resolve(id));
    if (infos[1]?.nodes === 1 && present.every((id) => id > 0)) {
      const found = await preview(present).catch(() => null);
      if (found && isPlaceholder(found)) return plan;
    }
    const content = this.arbors(ids, preview, (found) => joinDetails(found, plan));
    const keeps = content ? "?" : ", which keeps its name?";
    return (await this.confirms("join", `Join ${other} to ${own}${keeps}`, "Join", content)) ? plan : null;
  }

  /** `treenode` is that which becomes the root; null if there is none yet. */
  async reroot(skeleton: number, treenode: number | null): Promise<boolean> {
    if (this.isUnasked("reroot")) return true;
    const [info] = await this.namesOf([skeleton]);
    const { kernel } = this.context;
    const content = this.arbors(
      treenode === null ? [skeleton] : [skeleton, treenode],
      ([skeleton_id = 0, treenode_id = null]) =>
        kernel.preview("skeleton_preview", { skeleton_id, treenode_id }),
      (found) => ({
        titles: ["its new root is marked:"],
        controls: [],
        notes: rerootNotes(found),
        problem: () => "",
      }),
    );
    return this.confirms("reroot", `Make the active node the root of ${info}?`, "Reroot", content);
  }

  async remove(what: string): Promise<boolean> {
    return this.isUnasked("delete") || this.confirms("delete", what, "Delete");
  }

  /** Ask for a yes that is always asked for. */
  async agrees(question: string, yes: string): Promise<boolean> {
    const host = this.context.host();
    return host !== null && (await host.ask(question, { confirm: yes })) !== null;
  }

  private isUnasked(name: AskedBefore): boolean {
    return this.unasked.includes(name);
  }

  private async confirms(
    name: AskedBefore,
    question: string,
    yes: string,
    shown: QuestionContent | null = null,
  ): Promise<boolean> {
    const host = this.context.host();
    if (!host) return false;
    const askNoMore = (): void => void this.askNoMore(name, host);
    return (await host.ask(question, { confirm: yes, askNoMore, ...(shown && { content: shown }) })) !== null;
  }

  private async askNoMore(name: AskedBefore, host: LayerHost): Promise<void> {
    this.unasked = [...this.unasked, name];
    const back = `project.ask_before(${name}=True) brings it back.`;
    try {
      await this.context.kernel.askNoMore(name);
      host.notify("info", `This question is not asked any more; ${back}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      host.notify("warning", `This question is not asked any more on this page only: ${reason}`);
    }
  }

  /** The arbors with these ids of skeletons and nodes; null while one of them is being saved, or none are wanted. */
  private arbors(
    ids: number[],
    ask: (ids: number[]) => Promise<EditPreview>,
    describe: (found: EditPreview) => EditDetails,
  ): ArborContent | null {
    const present = ids.map((id) => this.context.resolve(id));
    const areShown = this.context.hasPreviews() && present.every((id) => id > 0);
    return areShown ? new ArborContent(ask(present), describe) : null;
  }

  /** Names and sizes for a question, in the order of the ids. */
  private async namesOf(skeletonIds: number[]): Promise<string[]> {
    return (await this.infosOf(skeletonIds)).map(nameAndSize);
  }

  private async infosOf(skeletonIds: number[]): Promise<Array<SkeletonInfo | undefined>> {
    const known = skeletonIds.filter((id) => id > 0);
    const infos = await this.context.kernel.skeletons(known).catch((): SkeletonInfo[] => []);
    return skeletonIds.map((id) => infos.find(({ skeleton_id }) => skeleton_id === id));
  }
}

function nameAndSize(info: SkeletonInfo | undefined): string {
  return info ? `“${info.name}” (${info.nodes} ${info.nodes === 1 ? "node" : "nodes"})` : "a skeleton";
}
