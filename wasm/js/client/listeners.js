/** Who wants to know when somebody signs in or out. `begin` resolves to the session that is there at first. */
export function listeners(begin, closing) {
  const all = new Set();

  // Asynchronous, so that one that throws keeps none of the others from hearing, and is not swallowed either.
  const call = async (listener, ...news) => {
    if (all.has(listener) && !closing.aborted) listener.callback(...news);
  };

  return {
    listen(callback) {
      const listener = { callback };
      all.add(listener);
      begin().then((session) => {
        // Before it has heard of the beginning nothing is news to it.
        listener.begun = true;
        call(listener, "INITIAL_SESSION", session);
      });
      return () => void all.delete(listener);
    },
    emit(event, session) {
      for (const listener of all) if (listener.begun) call(listener, event, session);
    },
  };
}
