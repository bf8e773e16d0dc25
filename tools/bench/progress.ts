/** Shows the progress on stderr, so that stdout holds only the tables. */
export class Progress {
  private readonly live = process.stderr.isTTY;
  private readonly start = Date.now();

  /** The current step. On a terminal the next line overwrites it; elsewhere it is not printed. */
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
