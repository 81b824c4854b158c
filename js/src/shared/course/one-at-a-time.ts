/** What is called again while it still runs is not begun anew, so that two clicks send nothing twice. */
export function oneAtATime(run: () => Promise<unknown>): () => void {
  let isRunning = false;
  return () => {
    if (isRunning) return;
    isRunning = true;
    void run().finally(() => {
      isRunning = false;
    });
  };
}
