import { Component, createRef, type KeyboardEvent, type ReactNode } from 'react';

/** Nearer to the bottom than that it is at the bottom, in pixels. */
const AT_BOTTOM = 2;

export interface Place {
  key: string;
  /** The row's top, without what stands above its message, below the top of the view, in pixels. */
  top: number;
}

/**
 * Where a row's message begins: the heading of a day above it goes when the messages before it come, and what is read
 * must stay where it is.
 */
const topOf = (row: HTMLElement): number => (row.lastElementChild ?? row).getBoundingClientRect().top;

interface Props {
  label: string;
  busy: boolean;
  className?: string;
  children?: readonly ReactNode[];
  /** Above and below the rows. */
  head?: ReactNode;
  foot?: ReactNode;
  /** Whether a growing end is followed, when nobody has scrolled yet. */
  stuck: boolean;
  onScroll: (view: Anchored) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  onUser: () => void;
}

/**
 * A scroller that keeps its place. At the bottom it stays there, whatever comes or grows; anywhere else the first row in
 * sight keeps its pixel. The browser's own anchoring is off, so that it is the same where there is none.
 */
export class Anchored extends Component<Props> {
  readonly scroller = createRef<HTMLDivElement>();
  readonly content = createRef<HTMLDivElement>();
  readonly feed = createRef<HTMLDivElement>();
  stuck = this.props.stuck;
  #place: Place | null = null;
  /** Above the row there was too little to put it back: it is tried again when more has come, until somebody scrolls. */
  #owed = false;
  /** The row that it is about. */
  #row: HTMLElement | null = null;
  #observer: ResizeObserver | null = null;
  /** Where it was put last: a scroll to there was not the person's. */
  #put = -1;
  /** Where it was when it was looked at last. */
  #seen = 0;

  override componentDidMount(): void {
    this.keep();
    this.#observer = new ResizeObserver(() => this.keep());
    this.#observer.observe(this.scroller.current!);
    this.#observer.observe(this.content.current!);
    visualViewport?.addEventListener('resize', this.#resized);
  }

  override componentWillUnmount(): void {
    this.#observer?.disconnect();
    visualViewport?.removeEventListener('resize', this.#resized);
  }

  /**
   * A page that becomes higher and lower again between two frames moves what is at the bottom, without anybody's scrolling
   * and without another size than before: a keyboard that goes and comes.
   */
  #resized = (): void => {
    if (this.stuck) this.toBottom();
  };

  /** Before the rows change: where the first one in sight stands, and which one has the focus. */
  override getSnapshotBeforeUpdate(): { focused: string | null; before: boolean } {
    if (!this.#owed) this.look();
    const focused = document.activeElement?.closest<HTMLElement>('[data-key]');
    if (!focused || !this.content.current?.contains(focused)) return { focused: null, before: false };
    const middle =
      this.scroller.current!.getBoundingClientRect().top + this.scroller.current!.clientHeight / 2;
    return { focused: focused.dataset.key!, before: focused.getBoundingClientRect().top < middle };
  }

  override componentDidUpdate(
    _props: Props,
    _state: unknown,
    { focused, before }: { focused: string | null; before: boolean },
  ): void {
    this.keep();
    if (focused === null || this.row(focused)) return;
    // The row with the focus left the document: the nearest one gets it.
    const rows = this.rows;
    (before ? rows[0] : rows.at(-1))?.focus({ preventScroll: true });
  }

  get rows(): HTMLElement[] {
    return [...this.#children] as HTMLElement[];
  }

  /** As the document has them: copying all of them with each frame of scrolling takes longer than finding one. */
  get #children(): ArrayLike<Element> & Iterable<Element> {
    return this.feed.current?.children ?? [];
  }

  row(key: string): HTMLElement | null {
    return this.content.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  }

  /** Pixels from the view's bottom to the end. */
  get below(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller.current!;
    return scrollHeight - scrollTop - clientHeight;
  }

  get place(): Place | null {
    return this.#place;
  }

  /** Remembers the first row in sight. */
  look(): void {
    const view = this.scroller.current!;
    this.#owed = false;
    this.#seen = view.scrollTop;
    const top = view.getBoundingClientRect().top;
    const rows = this.#children;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    const row = (rows[low] as HTMLElement | undefined) ?? null;
    this.#row = row;
    this.#place = row ? { key: row.dataset.key!, top: topOf(row) - top } : null;
  }

  /** Puts everything back where it was. */
  keep(): void {
    const view = this.scroller.current!;
    this.#owed = false;
    // Scrolled since it was looked at, and not told yet: that must not be undone.
    const moved = view.scrollTop - this.#seen;
    if (Math.abs(moved) > 1 && !(this.stuck && this.below <= AT_BOTTOM)) {
      this.stuck = false;
      if (this.#place) this.#place.top -= moved;
    }
    if (this.stuck) this.#to(view.scrollHeight);
    else if (this.#place) {
      const row = this.#row?.isConnected ? this.#row : this.row(this.#place.key);
      if (row) {
        const by = topOf(row) - view.getBoundingClientRect().top - this.#place.top;
        const to = view.scrollTop + by;
        if (Math.abs(by) >= 0.5) {
          this.#to(to);
          this.#owed = to < 0;
        }
        if (this.#owed) return;
      }
    }
    this.look();
  }

  /** Goes to a place, and keeps it from then on. */
  goTo(place: Place): boolean {
    const row = this.row(place.key);
    const view = this.scroller.current!;
    if (!row) return false;
    this.stuck = false;
    this.#to(view.scrollTop + topOf(row) - view.getBoundingClientRect().top - place.top);
    this.look();
    return true;
  }

  /** Shows a row, where in the view as a share of its height: 0.5 centres it. */
  show(key: string, at: number): boolean {
    const row = this.row(key);
    if (!row) return false;
    const { top, height } = row.getBoundingClientRect();
    const view = this.scroller.current!.clientHeight;
    return this.goTo({ key, top: Math.max(0, view * at - height * at) + topOf(row) - top });
  }

  toBottom(): void {
    this.stuck = true;
    this.#to(this.scroller.current!.scrollHeight);
    this.look();
  }

  #to(top: number): void {
    const view = this.scroller.current!;
    view.scrollTop = top;
    this.#put = view.scrollTop;
    this.#seen = view.scrollTop;
  }

  #scrolled = (): void => {
    const view = this.scroller.current;
    // The last scroll of a chat that was left is told after it.
    if (!view) return;
    if (Math.abs(view.scrollTop - this.#put) > 1) {
      this.stuck = this.below <= AT_BOTTOM;
      this.#put = -1;
    }
    // What has grown since the last frame has not been told yet, either.
    if (this.#owed) this.look();
    else this.keep();
    this.props.onScroll(this);
  };

  override render() {
    const { label, busy, children, head, foot, onKeyDown, onUser } = this.props;
    return (
      <div
        ref={this.scroller}
        className="scroller"
        onScroll={this.#scrolled}
        onWheel={onUser}
        onTouchMove={onUser}
        tabIndex={-1}
      >
        <div ref={this.content} className="content">
          {head}
          <div
            ref={this.feed}
            // Without articles it is no feed, for axe and for readers.
            role={children?.length ? 'feed' : 'group'}
            aria-label={label}
            aria-busy={busy}
            onKeyDown={onKeyDown}
            className="feed"
          >
            {children}
          </div>
          {foot}
        </div>
      </div>
    );
  }
}
