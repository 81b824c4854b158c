/** Call a function at once, and then at most once in an interval, always with the latest value. */
export interface Throttled<T> {
  (value: T): void;
  /** Call now with the waiting value. */
  flush(): void;
  /** Forget the waiting value. */
  cancel(): void;
}

export function throttle<T>(call: (value: T) => void, intervalMs: number): Throttled<T> {
  let waiting: { value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const fire = (): void => {
    timer = undefined;
    if (!waiting) return;
    const { value } = waiting;
    waiting = undefined;
    timer = setTimeout(fire, intervalMs);
    call(value);
  };
  const throttled = (value: T): void => {
    waiting = { value };
    if (timer === undefined) fire();
  };
  throttled.cancel = (): void => {
    waiting = undefined;
  };
  throttled.flush = (): void => {
    clearTimeout(timer);
    fire();
  };
  return throttled;
}
