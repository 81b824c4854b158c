import type { Stack } from "../src/shared/stack";

/** A small stack: 1000 by 600 pixels of 4 nm, 20 sections of 50 nm, tiles of 256. */
export const STACK: Stack = {
  id: 1,
  title: "test",
  dimension: [1000, 600, 20],
  resolution: [4, 4, 50],
  translation: [100, 200, 300],
  tile_width: 256,
  tile_height: 256,
  zoom_levels: 3,
  broken_sections: [7, 8, 19],
  revision: 1,
};
