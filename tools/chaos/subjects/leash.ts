/** Loaded into a server under test, so that it does not outlive the harness, however that ends. */
process.once('disconnect', () => process.exit(0));
// The channel to the harness must not keep a stopping server alive.
process.channel?.unref();
