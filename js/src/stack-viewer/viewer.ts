/** One view of a stack viewer: ties camera, tiles, layers, controls and synced state together. */
import type { AnyModel, Host } from "@anywidget/types";
import { helpOf } from "../shared/bindings/help-panel";
import { companyOf, Keymap } from "../shared/bindings/keymap";
import { type KeysState, UserKeys } from "../shared/bindings/user-keys";
import { onPixelRatio } from "../shared/dom";
import { TileLoader } from "../shared/image/loader";
import { LOOK_NAMES } from "../shared/image/look";
import { ImagePainter, type PaintReport } from "../shared/image/painter";
import type { LayerHost, Point } from "../shared/layer";
import { Messages } from "../shared/messages";
import { turned } from "../shared/planes";
import type { Rpc } from "../shared/rpc";
import { depthOf, landingSection } from "../shared/stack";
import { TileSource } from "../shared/tile-transport";
import { fittingZoom, type StackView } from "../shared/view";
import { exportsOf } from "../shared/widget-reference";
import { askBigStep } from "./big-step";
import { Camera } from "./camera";
import { GESTURES } from "./commands";
import { CropPanel } from "./crop-panel";
import { paintCrosshair, paintOtherCursor } from "./crosses";
import { DrawingTools } from "./drawing-tools";
import { Frame } from "./frame";
import { FullScreen } from "./full-screen";
import { hookOf } from "./hook";
import type { ImagesPanelHost, StackChoice } from "./images-panel";
import { Input } from "./input";
import { Layers } from "./layers";
import { LinkedViews } from "./linked-views";
import { MiniMap } from "./mini-map";
import { OwnPicture } from "./own-picture";
import { People } from "./people";
import { Pictures } from "./pictures";
import { pixelText } from "./pixel";
import { Readout } from "./readout";
import { SnapshotImage, takeSnapshot } from "./snapshot";
import type { ViewerState } from "./state";
import { FrameMeter } from "./stats";
import { accountOf } from "./status";
import { syncCamera } from "./sync";
import { Toolbar } from "./toolbar";

const SNAPSHOT_IDLE_MS = 1_500;
const KERNEL_GONE =
  "The kernel that this viewer belonged to is gone: nothing is saved here. Run the cell again.";

export class StackViewer {
  readonly root: HTMLElement;
  private readonly frame: Frame;
  private readonly camera: Camera;
  private readonly loader: TileLoader;
  private readonly painter: ImagePainter;
  private readonly layers: Layers;
  private readonly toolbar: Toolbar;
  private readonly messages: Messages;
  private readonly people: People;
  private readonly keys: UserKeys;
  private readonly input: Input;
  private readonly meter: FrameMeter;
  private readonly linked: LinkedViews;
  private readonly tools: DrawingTools;
  private readonly miniMap: MiniMap;
  private readonly pictures = new Pictures(() => this.picturesChanged());
  private readonly readout = new Readout(() => this.pictures.shown);
  private becomeReady: () => void = () => {};
  private readonly ready = new Promise<void>((resolve) => {
    this.becomeReady = resolve;
  });
  private readonly stopping = new AbortController();
  private snapshot: SnapshotImage | null;
  private scheduled = 0;
  private isKernelGone = false;
  private snapshotTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: AnyModel<ViewerState>,
    private readonly rpc: Rpc,
    jupyterBase: string,
    page: Host,
  ) {
    const stack = model.get("stack");
    this.frame = new Frame(stack.title, this.pictures.node);
    this.root = this.frame.root;
    const size = { width: 800, height: model.get("height"), dpr: window.devicePixelRatio };
    const place = model.get("position");
    const center = place && turned(stack.plane ?? "xy", place);
    this.camera = new Camera(stack, center, model.get("nm_per_pixel"), size);
    const source = new TileSource(rpc, jupyterBase, (way) => this.save({ way }));
    this.loader = new TileLoader(source, () => this.invalidate());
    this.painter = new ImagePainter(this.frame.image, stack, this.loader);
    this.meter = new FrameMeter(this.loader, () => source.kind);
    this.messages = new Messages(() => this.frame.stage.focus({ preventScroll: true }));
    this.people = new People((point) => this.camera.moveTo(point));
    this.tools = new DrawingTools({
      model,
      rpc,
      camera: this.camera,
      messages: this.messages,
      stage: this.frame.stage,
      showBoxDrawing: (isArmed) => this.toolbar.showDrawing(isArmed),
      invalidate: () => this.invalidate(),
    });
    this.layers = new Layers(model as AnyModel, this.layerHost(page), page, this.tools, (layers) =>
      this.pictures.order(layers),
    );
    this.miniMap = new MiniMap({
      camera: this.camera,
      loader: this.loader,
      isOn: () => model.get("mini_map"),
      outline: () => this.layers.outline(),
      done: () => this.frame.stage.focus({ preventScroll: true }),
    });
    const toggleMap = (): void => this.save({ mini_map: !model.get("mini_map") });
    const screen = new FullScreen(this.root, this.messages, this.stopping.signal);
    screen.changed = (isFull) => this.toolbar.showFullScreen(isFull);
    const actions = {
      help: () => this.toggleHelp(),
      box: () => this.tools.box.toggle(),
      regions: this.tools.panel.opener,
      map: toggleMap,
      screen: () => void screen.toggle(),
      images: this.imagesHost(),
      done: () => this.frame.stage.focus({ preventScroll: true }),
    };
    this.toolbar = new Toolbar(stack, this.camera, actions, this.readout.node);
    this.snapshot = new SnapshotImage(model.get("snapshot"), () => this.invalidate());
    this.frame.stage.append(this.people.node, this.miniMap.node);
    this.frame.assemble(this.toolbar, this.messages, (height) => this.save({ height }));
    const crop = new CropPanel(model, rpc, this.messages, this.stopping.signal).node;
    this.toolbar.node.after(this.tools.panel.node, crop);
    const keymap = new Keymap(companyOf("view"));
    this.keys = new UserKeys(model as unknown as AnyModel<KeysState>, rpc, keymap, () =>
      this.toolbar.nameKeys(keymap),
    );
    this.input = new Input(
      this.frame.stage,
      this.camera,
      this.layers,
      {
        keymap,
        bigStep: () => model.get("big_step"),
        askBigStep: () => void this.askBigStep(),
        tellPixel: () => this.tellPixel(),
        toggleMap,
        toggleScreen: () => void screen.toggle(),
        help: () => this.toggleHelp(),
        leave: () => this.leave(),
        pointed: () => this.pointed(),
        questions: this.messages,
      },
      this.stopping.signal,
    );
    this.linked = new LinkedViews(
      {
        camera: this.camera,
        group: () => model.get("link_group"),
        cursorMoved: () => this.invalidate(),
      },
      this.stopping.signal,
    );
    Object.assign(this.root, { catmaid: hookOf(this.camera, this.meter, this.ready) });
  }

  /** Start, once the root element is in the page. */
  start(): void {
    for (const name of ["crosshair", "box", "regions"] as const) this.follow(name, () => this.tools.update());
    this.follow("height", () => this.frame.setHeight(this.model.get("height")));
    const picture = new OwnPicture(
      this.model,
      this.rpc,
      this.frame.image,
      this.painter,
      () => this.camera.view,
    );
    const own = this.pictures.add(picture);
    for (const name of LOOK_NAMES)
      this.follow(name, () => {
        own.restyle();
        this.miniMap.restyle(picture.look());
      });
    this.camera.onChange((view, before) => this.viewChanged(view, before));
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.frame.stage);
    onPixelRatio(() => this.resize(), this.stopping.signal);
    this.stopping.signal.addEventListener("abort", () => sizes.disconnect());
    const stopSync = syncCamera(this.model, this.camera);
    this.stopping.signal.addEventListener("abort", stopSync);
    this.resize();
    this.follow("mini_map", () => this.mapToggled());
    this.follow("layers", () => void this.updateLayers());
    void this.keys.load();
    const stopWatching = this.rpc.onGone(() => {
      this.isKernelGone = true;
      this.showBanner();
    });
    this.stopping.signal.addEventListener("abort", stopWatching);
  }

  dispose(): void {
    this.stopping.abort();
    cancelAnimationFrame(this.scheduled);
    clearTimeout(this.snapshotTimer);
    this.readout.stop();
    this.layers.dispose();
    this.loader.dispose();
    this.keys.dispose();
    this.messages.dispose();
    this.root.remove();
  }

  private invalidate(isSecondLook = false): void {
    if (this.scheduled !== 0 || this.stopping.signal.aborted) return;
    this.scheduled = requestAnimationFrame((now) => {
      this.scheduled = 0;
      if (this.frame.stage.clientWidth > 0) this.paint(now);
      // Away for one frame, as when the theme changes, it comes back without an event of its size.
      else if (!isSecondLook) this.invalidate(true);
    });
  }

  private paint(started: number): void {
    const { view } = this.camera;
    const report = this.painter.paint(view);
    const overlay = this.frame.clearOverlay(view);
    if (overlay) {
      this.snapshot?.paint(overlay, view);
      overlay.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
      this.layers.draw(overlay, view);
      this.paintCrosses(overlay, view);
    }
    this.miniMap.paint(view);
    this.frame.showScale(view);
    this.toolbar.show(view);
    const settled = report.state !== "loading" && report.state !== "failed";
    this.meter.frame(started, report.painted, view.section, settled);
    this.tell(report, view);
    if (!settled) return;
    this.becomeReady();
    // Live tiles have come: the saved picture, which has other layers' states in it, must not show through.
    this.snapshot = null;
    this.scheduleSnapshot();
  }

  private paintCrosses(overlay: CanvasRenderingContext2D, view: StackView): void {
    this.tools.paint(overlay, view);
    if (this.model.get("crosshair")) paintCrosshair(overlay, view);
    const { cursor } = this.linked;
    if (cursor) paintOtherCursor(overlay, view, cursor);
  }

  private tell(report: PaintReport, view: StackView): void {
    const account = accountOf(report, this.camera.stack, view, this.snapshot?.present ?? false);
    this.messages.showLoading(account.status === "loading");
    const retry = { label: "Try now", run: () => this.loader.retryNow() };
    this.messages.showStatus(account.text, account.retry ? retry : undefined);
    if (this.model.get("status") !== account.status && account.status !== "loading") {
      this.save({ status: account.status });
    }
  }

  private viewChanged(view: StackView, before: StackView): void {
    if (this.stopping.signal.aborted) return;
    if (view.section !== before.section) this.meter.sectionChanged(view.section, this.painter.isWarm(view));
    this.plan(view);
    this.layers.viewChanged(view);
    this.people.viewChanged(view);
    this.readout.refresh(this.cursorPoint());
    this.invalidate();
  }

  private plan(view: StackView): void {
    this.painter.plan(view, this.camera.direction, this.miniMap.tiles(view));
  }

  private mapToggled(): void {
    this.toolbar.showMap(this.model.get("mini_map"));
    this.plan(this.camera.view);
    this.invalidate();
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.frame.stage;
    if (clientWidth === 0 || clientHeight === 0) return;
    const size = { width: clientWidth, height: clientHeight, dpr: window.devicePixelRatio };
    const fit = this.model.get("nm_per_pixel") === null;
    this.camera.resize(size);
    if (fit) this.camera.zoomTo(fittingZoom(this.camera.stack, size));
  }

  private async updateLayers(): Promise<void> {
    try {
      await this.layers.update();
    } catch (error) {
      this.messages.notify("error", error instanceof Error ? error.message : String(error), true);
    }
    this.showBanner();
  }

  private showBanner(): void {
    this.frame.showBanner(this.isKernelGone ? KERNEL_GONE : this.layers.banner());
  }

  private picturesChanged(): void {
    if (this.stopping.signal.aborted) return;
    this.toolbar.picturesChanged();
    this.readout.refresh(this.cursorPoint());
    this.scheduleSnapshot();
  }

  private pointed(): void {
    const point = this.cursorPoint();
    this.linked.pointAt(point);
    this.readout.pointAt(point);
  }

  private scheduleSnapshot(): void {
    clearTimeout(this.snapshotTimer);
    this.snapshotTimer = setTimeout(() => {
      // No live picture has come yet: the saved one is better.
      if (this.snapshot) return;
      const snapshot = takeSnapshot(this.pictures, this.frame.overlay, this.camera.view);
      if (snapshot) this.save({ snapshot });
    }, SNAPSHOT_IDLE_MS);
  }

  private async askBigStep(): Promise<void> {
    const sections = await askBigStep(this.messages, this.model.get("big_step"));
    if (sections !== null) this.save({ big_step: sections });
  }

  private tellPixel(): void {
    this.messages.notify("info", pixelText(this.frame.image, this.camera.view, this.input.cursor));
  }

  /** Give up what waits for the mouse; if nothing does, leave the picture. */
  private leave(): void {
    if (!this.layers.cancel()) this.toolbar.focus();
  }

  private toggleHelp(): void {
    const gestures = [...GESTURES, ...this.layers.gestures()];
    this.messages.toggleHelp(helpOf(["view", ...this.layers.kinds()], gestures), this.keys);
  }

  private save(change: Partial<ViewerState>): void {
    for (const [name, value] of Object.entries(change)) this.model.set(name as keyof ViewerState, value);
    this.model.save_changes();
  }

  /** Apply a trait now and whenever it changes. */
  private follow(name: keyof ViewerState, apply: () => void): void {
    this.model.on(`change:${name}`, apply);
    this.stopping.signal.addEventListener("abort", () => this.model.off(`change:${name}`, apply));
    apply();
  }

  private cursorPoint(): Point | null {
    const { cursor } = this.input;
    const { view } = this.camera;
    return cursor && [...view.toProject(cursor.px, cursor.py), view.sectionDepth];
  }

  private imagesHost(): ImagesPanelHost {
    return {
      pictures: () => this.pictures.shown,
      move: (layer, by) =>
        this.layers.move(layer, by, (other) => this.pictures.shown.some((each) => each.layer === other)),
      remove: (layer) => this.layers.remove(layer),
      stacks: async () => (await this.rpc.call<StackChoice[]>("other_stacks")).result,
      add: async (stackId) => void (await this.rpc.call("add_stack_layer", { stack_id: stackId })),
      failed: (error) =>
        this.messages.notify("error", error instanceof Error ? error.message : String(error)),
      frame: () => this.root,
    };
  }

  private layerHost(page: Host): LayerHost {
    const { stack } = this.camera;
    return {
      view: () => this.camera.view,
      bar: this.frame.bar,
      showPicture: (layer, picture) => this.pictures.add(picture, layer),
      exportsOf: <T>(reference: string) => exportsOf<T>(page, reference),
      invalidate: () => this.invalidate(),
      moveTo: (point) => this.camera.moveTo(point),
      cursorPoint: () => this.cursorPoint(),
      depthAfter: (sections) => depthOf(stack, landingSection(stack, this.camera.view.section, sections)),
      brokenDepths: () => stack.broken_sections.map((section) => depthOf(stack, section)),
      notify: (level, text, sticky) => this.messages.notify(level, text, sticky),
      bannerChanged: () => this.showBanner(),
      tip: (text, at) => this.messages.showTip(text, at),
      peek: (content) => this.messages.showPeek(content),
      cursor: (style) => void Object.assign(this.frame.stage.style, { cursor: style }),
      showPeople: (people) => this.people.show(people, this.camera.view),
      focus: () => this.frame.stage.focus({ preventScroll: true }),
      ask: (prompt, options) => this.messages.ask(prompt, options),
    };
  }
}
