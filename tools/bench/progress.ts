/** What the person at the terminal sees while it runs: on stderr, so that stdout holds the tables alone. */
export class Progress {
  private readonly live = process.stderr.isTTY;
  private readonly start = Date.now();

  /** What is under way; on a terminal it is overwritten by what comes next, elsewhere it is left out. */
  during(text: string): void {
    if (this.live) process.stderr.write(`\r\x1b[2K${this.clock()} … ${text}`);
  }

  /** A line that stays. */
  line(text: string): void {
    process.stderr.write(`${this.live ? '\r\x1b[2K' : ''}${this.clock()} ${text}\n`);
  }

  private clock(): string {
    const seconds = Math.round((Date.now() - this.start) / 1000);
    return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  }
}
