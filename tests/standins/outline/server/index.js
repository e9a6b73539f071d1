/**
 * Process 1 of a container gets no default handlers, so both signals are answered from the start,
 * before the second that loading the rest takes.
 */
let cleanUp = async () => {};
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => cleanUp().finally(() => process.exit(0)));
}

const { start } = await import("./server.js");
cleanUp = await start();
