/** The share of what may be in flight that is for one chat. */
const SHARE_OF_A_CHAT = 1 / 4;

/** What one hook is being asked about: bounded, with a share for each chat. */
export class InFlight {
  private readonly ofPlaces = new Map<number | string, number>();
  private all = 0;

  constructor(private readonly most: number) {}

  get count(): number {
    return this.all;
  }

  /** False: there are too many. What is taken has to be given back. */
  take(place: number | string): boolean {
    const ofPlace = this.ofPlaces.get(place) ?? 0;
    if (this.all >= this.most || ofPlace >= Math.ceil(this.most * SHARE_OF_A_CHAT)) return false;
    this.all++;
    this.ofPlaces.set(place, ofPlace + 1);
    return true;
  }

  giveBack(place: number | string): void {
    this.all--;
    const left = this.ofPlaces.get(place)! - 1;
    if (left > 0) this.ofPlaces.set(place, left);
    else this.ofPlaces.delete(place);
  }
}
