/** State of an image layer for tests: `globalThis.catmaid.images[layer_id]`. */

export interface ImagesHook {
  /** Whether all viewers of the layer show all that there is to show of it. */
  readonly isComplete: boolean;
  /** Tiles that came, ever. */
  readonly tilesLoaded: number;
}

/** Publish a layer's hook; returns a function that removes it. */
export function exposeHook(layerId: string, hook: ImagesHook): () => void {
  const scope = globalThis as { catmaid?: { images?: Record<string, ImagesHook> } };
  scope.catmaid ??= {};
  scope.catmaid.images ??= {};
  const { images } = scope.catmaid;
  images[layerId] = hook;
  return () => {
    if (images[layerId] === hook) delete images[layerId];
  };
}
