/**
 * Calls the application's code from inside the delivery of events. What it throws must neither stop the delivery
 * nor vanish: it
 * becomes an uncaught exception, as from any event listener.
 */
export function runCallback(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
