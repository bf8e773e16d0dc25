/** Loaded in front of a server under test: it does not outlive the harness, however that ends. */
process.once('disconnect', () => process.exit(0));
// Watching for the harness must not be what keeps a stopping server alive.
process.channel?.unref();
