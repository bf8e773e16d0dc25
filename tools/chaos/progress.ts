/** Shows the progress on stderr, so that stdout holds only the table. */
export class Progress {
  private readonly start = performance.now();

  line(text: string): void {
    const seconds = Math.round((performance.now() - this.start) / 1_000);
    const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    process.stderr.write(`${clock} ${text}\n`);
  }
}
