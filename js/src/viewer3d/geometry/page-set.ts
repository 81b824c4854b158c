/** All pages of vertices of a scene: as many as its neurons need. */
import type { Object3D, RawShaderMaterial } from "three";
import { NeuronPage, PAGE_ROWS, type PagedNeuron } from "./pages";

export class NeuronPages<T extends PagedNeuron> {
  private readonly pages = new Set<NeuronPage<T>>();

  constructor(
    private readonly object: Object3D,
    private readonly material: RawShaderMaterial,
  ) {}

  /** Take space for so many vertices, as `spaceOf` says: a page and the first of them. */
  take(space: number): [page: NeuronPage<T>, start: number] {
    for (const page of this.pages) {
      const start = page.take(space);
      if (start !== null) return [page, start];
    }
    const page = new NeuronPage<T>(Math.max(space, PAGE_ROWS), this.material);
    this.pages.add(page);
    this.object.add(page.lines, page.points);
    return [page, page.take(space) ?? 0];
  }

  /** The neurons of these pages have changed; a page without any is not needed any more. */
  update(pages: Iterable<NeuronPage<T>>): void {
    for (const page of pages) {
      if (page.isEmpty) this.remove(page);
      else page.changed();
    }
  }

  /** Draw each neuron at its level from now on. */
  show(): void {
    for (const page of this.pages) page.show();
  }

  dispose(): void {
    for (const page of this.pages) this.remove(page);
  }

  private remove(page: NeuronPage<T>): void {
    this.pages.delete(page);
    this.object.remove(page.lines, page.points);
    page.dispose();
  }
}
