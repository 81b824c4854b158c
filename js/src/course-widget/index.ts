/** The anywidget module of a trainer's board. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { Rpc } from "../shared/rpc";
import type { CourseBoardState } from "./state";
import { CourseBoard } from "./view";

function render({ model, el }: RenderProps<CourseBoardState>): () => void {
  const rpc = new Rpc(model as AnyModel);
  const board = new CourseBoard(model, rpc);
  el.append(board.root);
  board.start();
  return () => {
    board.dispose();
    rpc.dispose();
  };
}

export default { render };
