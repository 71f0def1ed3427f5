/**
 * A link as tc sees it, in one form for two sources: what a program asks for (read-program.ts) and
 * what the kernel reports (read-kernel.ts). Numbers are those of the kernel: bytes and
 * microseconds; ratios 0 to 1.
 */
export interface LinkModel {
  readonly root: string;
  /** Class of what no filter takes; null where the root is no htb. */
  readonly defaultClass: number | null;
  /** By class id. */
  readonly classes: ReadonlyMap<string, ClassModel>;
  /** By the class that the leaf hangs from. */
  readonly leaves: ReadonlyMap<string, LeafModel>;
  readonly filters: readonly FilterModel[];
  /** Filters of other kinds than a program ever has, in words. */
  readonly otherFilters: readonly string[];
}

export interface ClassModel {
  readonly parent: string;
  readonly rateBytesPerSec: number;
  readonly ceilBytesPerSec: number;
  readonly burstBytes: number;
  readonly ceilBurstBytes: number;
}

export type LeafModel =
  | ({ readonly kind: 'netem' } & NetemModel)
  | { readonly kind: 'other'; readonly name: string; readonly limit: number | null };

export interface NetemModel {
  readonly limitPackets: number;
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly correlationRatio: number;
  /** random: loss ratio · gemodel: p, r, 1-h, 1-k. */
  readonly loss: readonly number[];
  readonly duplicateRatio: number;
  readonly corruptRatio: number;
  /** 0 = none. */
  readonly rateBytesPerSec: number;
  /** What no program ever asks for, in words: `reorder 0.5`. */
  readonly extras: readonly string[];
}

export interface FilterModel {
  readonly priority: number;
  /** `a.b.c.d/p` */
  readonly prefix: string;
  /** Class id; for a detour the device. */
  readonly target: string;
}
