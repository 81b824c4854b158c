/** The tracing layer: ties data, edits, drawing and input together for the viewers it is shown in. */
import type { AnyModel } from "@anywidget/types";
import type { KeyMap } from "../shared/bindings/help-panel";
import type { CommandName } from "../shared/bindings/keymap";
import type { Layer, LayerHost, LayerPointer, NeuronOutline, Point, View } from "../shared/layer";
import { Rpc } from "../shared/rpc";
import { Complaints } from "./complaints";
import { ActiveReading } from "./data/active-reading";
import { edgeAt } from "./data/edges";
import { distinct } from "./data/graph";
import { Kernel } from "./data/kernel";
import { linkAt } from "./data/links";
import { Loader } from "./data/loader";
import { type Change, News, touches } from "./data/news";
import { graphOf, type Payload } from "./data/payload";
import type { Slab } from "./data/section";
import { type Active, Selection } from "./data/selection";
import { EditQuestions } from "./dialogs/edit-questions";
import { Painter } from "./draw/painter";
import { LATE_MS, Patience } from "./edit/patience";
import { EditQueue, type QueueHost } from "./edit/queue";
import { Tracing } from "./edit/tracing";
import { EditRights } from "./edit-rights";
import { Hints } from "./hints";
import { exposeHook } from "./hook";
import { LayerInput } from "./input/layer-input";
import { MOUSE } from "./input/pointing";
import { EditMeter } from "./meter";
import { Neurons } from "./neurons/neurons";
import { NodeWarnings } from "./node-warnings";
import { hookOf } from "./observe";
import { Others } from "./others";
import { Outcomes } from "./outcomes";
import { PendingEdits } from "./pending-edits";
import { Presence } from "./presence";
import { Reviewing } from "./review/reviewing";
import { ServiceNotices } from "./service-notices";
import { ShownPlane } from "./shown-plane";
import { LOOKS, type TracingState } from "./state";

export class TracingLayer implements Layer {
  readonly commandKind = "tracing";
  readonly gestures = (): KeyMap => MOUSE;
  readonly cancel = (): boolean => this.input.cancel();
  readonly banner = (): string => this.rights.banner();
  readonly outline = (): NeuronOutline | null =>
    this.model.get("visible") ? this.neurons.outline.outline() : null;
  readonly meter = new EditMeter();
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly painter: Painter;
  readonly reviewing: Reviewing;
  private readonly rpc: Rpc;
  private readonly kernel: Kernel;
  private readonly loader: Loader<Payload>;
  private readonly reading: ActiveReading;
  private readonly tracing: Tracing;
  private readonly input: LayerInput;
  private readonly others: Others;
  private readonly presence: Presence;
  private readonly news: News;
  private readonly neurons: Neurons;
  private readonly questions: EditQuestions;
  private readonly rights: EditRights;
  private readonly hints: Hints;
  private readonly outcomes: Outcomes;
  private readonly pendingEdits: PendingEdits;
  private readonly stopping: Array<() => void> = [];
  private readonly hosts = new Set<LayerHost>();
  private readonly warnings: NodeWarnings;
  private readonly plane = new ShownPlane();
  /** The viewer that the person uses, or used last. */
  private host: LayerHost | null = null;
  private readonly service = new ServiceNotices({
    host: () => this.host,
    pending: () => this.queue.length,
    isBack: () => this.loader.news(),
  });
  private readonly complaints = new Complaints({
    host: () => this.host,
    isServiceDown: () => this.service.isDown,
  });
  private readonly patience = new Patience(LATE_MS, (isLate) => this.service.answerLate(isLate));

  constructor(private readonly model: AnyModel<TracingState>) {
    this.rpc = new Rpc(model as AnyModel);
    this.kernel = new Kernel(this.rpc, () => this.plane.now);
    this.queue = new EditQueue(this.queueHost());
    const position = (id: number) => this.queue.graph.position(this.queue.resolve(id));
    this.warnings = new NodeWarnings({ model, kernel: this.kernel, host: () => this.host, position });
    this.selection = new Selection(
      model,
      () => this.queue.graph,
      () => {
        this.activeChanged();
        this.invalidate();
      },
    );
    const graph = () => this.queue.graph;
    this.reading = new ActiveReading({ graph, selection: this.selection, refresh: () => this.refresh() });
    this.neurons = new Neurons({
      model,
      kernel: this.kernel,
      host: () => this.host,
      skeleton: () => this.selection.skeleton,
      active: () => this.selection.active,
      tags: () => this.input.tags,
      refresh: () => this.refresh(),
      loaded: (of) => distinct(this.queue.graph, of),
      activated: (skeleton) => this.selection.mark(skeleton),
      lookChanged: () => this.lookChanged(),
      invalidate: () => this.invalidate(),
    });
    this.loader = new Loader<Payload>({
      fetch: (box, signal) => this.kernel.nodes(box, this.reading.around(box), signal),
      isPartial: ({ limit_reached }) => limit_reached,
      asked: () => this.queue.now,
      loaded: (payload, asked) => this.loaded(payload, asked),
      failed: (error) => {
        void this.pendingEdits.unreadable();
        this.complaints.loadFailed(error);
      },
    });
    this.news = new News({
      isWriting: () => this.queue.length > 0,
      changed: (change) => this.othersChanged(change),
    });
    const host = (): LayerHost | null => this.host;
    this.rights = new EditRights({ model, kernel: this.kernel, changed: () => this.rightsChanged() });
    const { isReadOnly } = this.rights;
    const active = (): Active | null => this.selection.active;
    this.hints = new Hints({ kernel: this.kernel, active, mayEdit: () => !isReadOnly() });
    const { queue, selection, kernel, news, meter } = this;
    const hasPreviews = (): boolean => this.model.get("previews");
    this.questions = new EditQuestions({ kernel, host, resolve: queue.resolve, hasPreviews });
    const { questions, reading } = this;
    this.tracing = new Tracing({ queue, selection, kernel, host, isReadOnly, questions, reading });
    this.others = new Others({
      kernel,
      selection,
      queue,
      tracing: this.tracing,
      host,
      isOwn: (version) => this.news.isOwn(version),
      refresh: () => this.refresh(),
    });
    const stale = (): void => this.loader.news();
    this.outcomes = new Outcomes({ host, queue, selection, news, others: this.others, meter, stale });
    this.pendingEdits = new PendingEdits({
      queue,
      selection,
      host,
      place: model.get("edits_place"),
      isRepeatable: model.get("edits_repeat"),
      isReadOnly,
      kernel: model.get("kernel_id"),
      plane: () => this.plane.now,
      isLate: () => this.patience.isLate && !this.service.isDown,
    });
    const invalidate = (): void => this.invalidate();
    const perform = (command: () => unknown): void => void this.perform(command);
    this.reviewing = new Reviewing({ kernel, queue, selection, host, isReadOnly, invalidate, perform });
    const { review } = this.reviewing;
    this.input = new LayerInput({
      model,
      queue,
      kernel,
      store: () => this.neurons.store,
      review,
      selection,
      tracing: this.tracing,
      host,
      isReadOnly,
      hit: (at, reach) => this.inSection(at, (slab, x, y) => this.painter.sectionAt(slab).at(x, y, reach)),
      hitLink: (at, reach) => this.inSection(at, (slab, x, y) => linkAt(queue.graph, slab, x, y, reach)),
      hitEdge: (at, reach) =>
        this.inSection(at, (slab, x, y) => edgeAt(queue.graph, slab, x, y, reach, this.painter.isShown)),
      reading: (at) => (this.loader.has(at) ? null : this.loader.reads(at)),
      droppedLate: (hit, at, change) => this.others.dropped(hit, at, change),
      perform,
    });
    const { pointing } = this.input;
    const neurons = this.neurons.linked;
    const walk = () => review.walk;
    this.painter = new Painter({ model, queue, selection, pointing, neurons, walk, invalidate });
    const isOn = (): boolean => this.model.get("presence");
    this.presence = new Presence({ kernel, isOn, hosts: () => this.hosts });
    this.listen();
  }

  attach(host: LayerHost): void {
    if (!this.plane.takes(host, this.hosts)) return;
    this.hosts.add(host);
    const isFirst = this.hosts.size === 1;
    this.host = host;
    this.neurons.attach(host, isFirst);
    this.reviewing.attach(host);
    this.hints.attach(host);
    if (isFirst) {
      void this.questions.load();
      void this.rights.load();
      void this.hints.load();
    }
    this.presence.show();
  }

  detach(host?: LayerHost): void {
    for (const gone of host ? [host] : this.hosts) {
      this.hosts.delete(gone);
      this.neurons.detach(gone);
      this.reviewing.detach(gone);
      this.hints.detach(gone);
    }
    if (this.hosts.size === 0) {
      this.presence.leave();
      this.loader.pause();
      this.painter.release();
    }
    if (this.host && !this.hosts.has(this.host)) this.turnTo([...this.hosts].at(-1) ?? null);
  }

  dispose(): void {
    this.detach();
    this.painter.dispose();
    this.neurons.dispose();
    this.reviewing.dispose();
    for (const stop of this.stopping) stop();
    this.pendingEdits.dispose();
    this.loader.stop();
    this.presence.stop();
    this.rpc.dispose();
  }

  viewChanged(view: View): void {
    if (view.plane !== this.plane.now) return;
    this.presence.look(view);
    this.painter.viewChanged(view);
    if (this.model.get("visible")) this.loader.viewChanged(view, this.model.get("fade_sections"));
  }

  draw(ctx: CanvasRenderingContext2D, view: View): void {
    if (!this.model.get("visible") || view.plane !== this.plane.now) return;
    this.painter.draw(ctx, view);
    this.input.draw(ctx, view);
    this.meter.frameDrawn();
  }

  pointer(event: LayerPointer, host: LayerHost): boolean {
    return this.serves(host) && this.input.pointer(event);
  }

  command(name: CommandName, host: LayerHost): boolean {
    return this.serves(host) && this.input.perform(name);
  }

  view(): View | null {
    return this.host?.view() ?? null;
  }

  refresh(): Promise<void> {
    return this.loader.refresh();
  }

  /** Of several viewers, work for the one that the person uses; false if the layer is not shown in it. */
  private serves(host: LayerHost): boolean {
    if (!this.hosts.has(host)) return false;
    this.turnTo(host);
    return this.model.get("visible");
  }

  private turnTo(host: LayerHost | null): void {
    if (this.host === host) return;
    this.host = host;
    if (host) this.viewChanged(host.view());
  }

  private listen(): void {
    const follow = (name: keyof TracingState, react: () => void): void => {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    };
    follow("active_node", () => this.reading.chosen());
    follow("active_skeleton", () => this.selection.modelChanged());
    follow("selection", () => this.neurons.follow());
    follow("import_offer", () => this.neurons.offerChanged());
    follow("most_nodes", () => this.loader.news());
    follow("presence", () => this.presence.switched(this.view()));
    follow("read_only", () => this.rightsChanged());
    for (const name of LOOKS) follow(name, () => this.neurons.restyle());
    this.stopping.push(
      this.kernel.onChanged((change) => this.news.received(change)),
      this.kernel.onPresent((people) => this.presence.received(people)),
      this.kernel.onService((state) => this.service.changed(state)),
      this.kernel.onUnasked((unasked) => this.questions.show(unasked)),
      this.kernel.onReview((order) => void this.perform(() => this.reviewing.begin(order))),
      exposeHook(this.model.get("layer_id"), hookOf(this)),
    );
  }

  private queueHost(): QueueHost {
    return {
      send: (request) => this.patience.with(this.kernel.edit(request)),
      reload: () => this.loader.refresh(),
      added: (edit) => {
        this.painter.editMade();
        this.warnings.made(edit);
        this.meter.began(edit);
      },
      changed: () => {
        this.selection.follow(this.queue.resolve);
        this.activeChanged();
        this.invalidate();
      },
      confirmed: (edit, answer) => {
        this.outcomes.confirmed(edit, answer);
        this.reviewing.confirmed(edit, answer);
        const { skeleton } = this.selection;
        this.neurons.changed(skeleton === null ? [] : [skeleton]);
      },
      refused: (edit, reason, dropped) => {
        this.outcomes.refused(edit, reason, dropped);
        this.reviewing.refused(dropped);
      },
      pendingChanged: () => this.pendingEdits.keep(),
      halted: (reason) => this.pendingEdits.halted(reason),
    };
  }

  private loaded(payload: Payload, asked: number): void {
    const graph = graphOf(payload);
    const missed = this.reading.read(graph);
    this.queue.rebase(graph, asked);
    this.meter.readings++;
    this.complaints.loaded();
    this.activeChanged();
    this.neurons.loaded(payload);
    this.pendingEdits.ready();
    // It was asked for by its id, so that it does not exist any more if it is not here.
    const id = missed?.active.id;
    if (!missed || id === undefined || this.queue.graph.kind(id) || this.selection.active?.id !== id) return;
    if (!this.reviewing.leads(id)) void this.others.activeGone(missed.active, missed.parent);
  }

  /** Read again what a change that this page did not make has to do with. */
  private othersChanged(change: Change): void {
    const { active, skeleton, position } = this.selection;
    this.input.pointing.changed(change);
    this.reading.changed(change.connector_ids ?? []);
    this.reviewing.changed(change);
    this.neurons.changed(change.skeleton_ids ?? null);
    if (active?.kind === "connector" && change.connector_ids?.includes(active.id))
      void this.checkConnector(active);
    const isShown = [change.old_box, change.new_box].some((box) => box && this.loader.reaches(box));
    if (!change.is_detailed || isShown || touches(change, active, skeleton, position)) this.loader.news();
  }

  /** The active connector was changed: it may be far from what is loaded, and deleted. */
  private async checkConnector(active: Active): Promise<void> {
    const change = await this.kernel.lastChange(active.id).catch(() => null);
    if (change?.is_deleted && this.selection.active?.id === active.id) {
      await this.others.activeGone(active, null);
    }
  }

  /** Run a command; tell why if it fails. */
  private perform(command: () => unknown): Promise<void> {
    const { coming } = this.reading;
    const now = (): unknown => this.queue.together(command);
    return this.complaints.of(coming ? () => coming.then(now) : now);
  }

  private activeChanged(): void {
    this.neurons.activeChanged(this.selection.skeleton);
    this.hints.update();
  }

  private rightsChanged(): void {
    this.hints.update();
    for (const host of this.hosts) host.bannerChanged();
  }

  private lookChanged(): void {
    this.painter.lookChanged();
    const view = this.view();
    if (view) this.viewChanged(view);
    this.invalidate();
  }

  private inSection<T>([x, y, z]: Point, find: (slab: Slab, x: number, y: number) => T): T | null {
    const view = this.view();
    return view && find({ depth: z, thickness: view.sectionThickness }, x, y);
  }

  private invalidate(): void {
    for (const host of this.hosts) host.invalidate();
  }
}
