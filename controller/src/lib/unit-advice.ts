/**
 * Quantities in the words of other tools -> the same in ours. Only what is certain is advised: of
 * two meanings both, each with what it takes for granted.
 */

/** One meaning of what somebody wrote. */
export interface Reading {
  /** As it is to be written here. */
  readonly text: string;
  /** In the base unit (ms, bytes, per second, a ratio). */
  readonly value: number;
  /** Where there are several meanings: a clause such as `if it is a ratio`. */
  readonly when?: string;
}

/** What a number with an unknown unit, or without any, may mean; the likeliest first. */
export type Advise = (number: string, unit: string) => readonly Reading[];

/** Milliseconds in a unit, and the unit of ours that it is written in. */
const durations: readonly (readonly [words: string, ms: number, unit: string, inUnit: number])[] = [
  ['ns nsec nanos nanoseconds', 1e-6, 'ms', 1],
  ['us µs μs usec usecs micros microseconds', 1e-3, 'ms', 1],
  ['ms msec msecs millis millisecond milliseconds', 1, 'ms', 1],
  ['s sec secs second seconds', 1e3, 's', 1e3],
  ['m min mins minute minutes', 60e3, 'm', 60e3],
  ['h hr hrs hour hours', 3600e3, 'h', 3600e3],
  ['d day days', 24 * 3600e3, 'h', 3600e3],
];

const sizes: readonly (readonly [words: string, bytes: number, unit: string])[] = [
  ['b byte bytes', 1, 'B'],
  ['k kb kib ki', 1024, 'KiB'],
  ['m mb mib mi', 1024 ** 2, 'MiB'],
  ['g gb gib gi', 1024 ** 3, 'GiB'],
  ['t tb tib ti', 1024 ** 4, 'GiB'],
];

/** `500us` is 0.5ms, `1m30s` 90s; a bare 80 is 80ms or 80s. */
export const adviseDuration: Advise = (number, unit) => {
  if (unit === '') {
    return ['ms', 's'].map((one) => ({
      text: `${number}${one}`,
      value: Number(number) * (one === 's' ? 1e3 : 1),
      when: one === 's' ? 'if these are seconds' : 'if these are milliseconds',
    }));
  }
  const parts = [...`${number}${unit}`.matchAll(/(\d+(?:\.\d+)?)\s*([a-zµμ]+)\s*/gi)];
  const isWhole = parts.map(([part]) => part).join('') === `${number}${unit}`;
  const found = parts.map(([, amount = '', word = '']) => {
    const row = durations.find(([words]) => isWordOf(words, word));
    return row === undefined ? undefined : { row, ms: Number(amount) * row[1] };
  });
  const [first, second] = found;
  if (!isWhole || first === undefined || found.includes(undefined)) return [];
  const ms = found.reduce((sum, one) => sum + (one?.ms ?? 0), 0);
  const [, , ours, inUnit] = first.row;
  if (second === undefined) return written(ms / inUnit, ours, ms);
  return ms % 1000 === 0 ? written(ms / 1000, 's', ms) : written(ms, 'ms', ms);
};

/** `512m` and `512Mi` are 512MiB; `Mb` are bits. A bare number is in the first unit that fits. */
export const adviseSize: Advise = (number, unit) => {
  if (unit === '') {
    return [sizes[0], sizes[2]].flatMap((row) => {
      const [, bytes, ours] = row ?? ['', 1, 'B'];
      const when = `if it is in ${ours === 'B' ? 'bytes' : ours}`;
      return [{ text: `${number}${ours}`, value: Number(number) * bytes, when }];
    });
  }
  if (/^[KMGkmg]b$/.test(unit) && unit !== unit.toLowerCase()) return [];
  const [, bytes = 1, ours = ''] = sizes.find(([words]) => isWordOf(words, unit)) ?? [];
  if (ours === '') return [];
  const value = Number(number) * bytes;
  return bytes === 1024 ** 4
    ? written(value / 1024 ** 3, ours, value)
    : [{ text: `${number}${ours}`, value }];
};

/** A bare 0.0001 is a ratio to one tool and a percentage to another. */
export const advisePercent: Advise = (number, unit) => {
  const value = Number(number);
  if (unit !== '') {
    const isPercent = isWordOf('percent pct prozent', unit);
    return isPercent ? [{ text: `${number}%`, value: value / 100 }] : [];
  }
  if (value === 0) return [{ text: '0%', value }];
  const asRatio = written(value * 100, '%', value).map((one) => ({
    ...one,
    when: 'if it is a ratio',
  }));
  const asPercent = { text: `${number}%`, value: value / 100, when: 'if it is a percentage' };
  return value > 1 ? [asPercent] : [...asRatio, asPercent];
};

const bitUnits = ['bit', 'kbit', 'Mbit', 'Gbit'] as const;

/**
 * `10MBps` is 80Mbit: a capital B stands for bytes, a small one for bits, except that tc, and what
 * is built on it, reads every `bps` as bytes.
 */
export const adviseBitRate: Advise = (number, unit) => {
  if (unit === '') return bareBitRate(number);
  const match = /^([kmgt]?)(i?)(b|bits?|bytes?|)(ps|\/s|\/sec|\/second)?$/i.exec(unit);
  if (match === null) return [];
  const [, prefix = '', binary, base = '', per = ''] = match;
  const power = ['', 'k', 'm', 'g'].indexOf(prefix.toLowerCase());
  const isBytes = base === 'B' || base.toLowerCase().startsWith('byte');
  if (power === -1 || (base === '' && (prefix === '' || per !== ''))) return [];
  const inflation = binary === '' ? 1 : 1.024 ** power;
  const own = Number(number) * inflation;
  const ours = bitUnits[power] ?? '';
  const read = (value: number): Reading[] => written(value, ours, value * 1000 ** power);
  if (isBytes) return read(own * 8);
  if (base !== 'b' || per.toLowerCase() !== 'ps') return read(own);
  const words = ['if it is in bits', 'if it is in bytes (as tc reads it)'] as const;
  return [read(own), read(own * 8)].flatMap((one, index) =>
    one.map((reading) => ({ ...reading, when: words[index] ?? '' })),
  );
};

function bareBitRate(number: string): Reading[] {
  const value = Number(number);
  if (value >= 8000) {
    const power = value >= 1e9 ? 3 : value >= 1e6 ? 2 : 1;
    const unit = bitUnits[power] ?? '';
    return [1, 8].flatMap((factor) =>
      written((value * factor) / 1000 ** power, unit, value * factor).map((one) => ({
        ...one,
        when: factor === 1 ? 'if it is in bits per second' : 'if in bytes per second',
      })),
    );
  }
  return [2, 1].map((power) => ({
    text: `${number}${bitUnits[power]}`,
    value: value * 1000 ** power,
    when: `if it is in ${bitUnits[power]}/s`,
  }));
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const thousands: Readonly<Record<string, number>> = { '': 1, k: 1e3, K: 1e3, M: 1e6 };

/** `1k` is 1000/s, `600/min` 10/s; `500/min` is no rate that can be written down exactly. */
export const adviseRate: Advise = (number, unit) => {
  const match =
    /^([kKM]?)\s*(?:|[tqro]ps|hz|(?:tx|txs|req|requests|transactions|ops)?\s*(?:\/|per)\s*(?:(s)(?:ec|econd)?|(m)in(?:ute)?|(h)(?:our)?))$/i.exec(
      unit,
    );
  if (match === null) return [];
  const [, prefix = '', second, minute, hour] = match;
  const factor = thousands[prefix];
  if (factor === undefined) return [];
  const seconds = secondsIn[(second ?? minute ?? hour ?? 's').toLowerCase()] ?? 1;
  const value = (Number(number) * factor) / seconds;
  return written(value, '/s', value);
};

/** `500m` is half a core to Kubernetes. */
export const adviseCores: Advise = (number, unit) => {
  const value = Number(number);
  if (unit === 'm') return written(value / 1000, '', value / 1000);
  if (unit === '%') return written(value / 100, '', value / 100);
  const isCores = isWordOf('cpu cpus core cores vcpu vcpus', unit);
  return isCores ? [{ text: number, value }] : [];
};

/**
 * `1,000`, `1_000`, `1 000`, `1.000,5` and `1,5` as numbers that every program reads alike, with
 * the flaw as a clause; undefined if the text does not start with such a number.
 */
export function regroup(
  text: string,
): { readonly text: string; readonly flaw: string } | undefined {
  const grouped =
    /^(\d{1,3})([,_'\u2019 \u00a0\u202f.])(\d{3}(?:\2\d{3})*)(?:([.,])(\d+))?(?!\d)(.*)$/s.exec(
      text,
    );
  if (grouped !== null) {
    const [, head = '', mark = '', tail = '', point = '', decimals = '', unit = ''] = grouped;
    // One point alone is a decimal point, and the same mark cannot be both.
    const isPoint = mark === '.' && decimals === '' && tail.length === 3;
    const isMixed = mark === point || /^[.,]?\d/.test(unit);
    if (!isPoint && !isMixed) {
      const whole = `${head}${tail.replaceAll(mark, '')}`;
      const name = marks[mark] ?? 'spaces';
      return {
        text: `${whole}${decimals === '' ? '' : `.${decimals}`}${unit}`,
        flaw: `digits are not grouped with ${name}`,
      };
    }
  }
  const comma = /^(\d+),(\d+)(?![\d.,])(.*)$/s.exec(text);
  if (comma === null) return undefined;
  const [, whole, decimals, unit] = comma;
  return { text: `${whole}.${decimals}${unit}`, flaw: 'decimals follow a point, not a comma' };
}

const marks: Readonly<Record<string, string>> = {
  ',': 'commas',
  _: 'underscores',
  "'": 'apostrophes',
  '\u2019': 'apostrophes',
  '.': 'points',
};

/** `write 80ms`, or `write 80ms if these are milliseconds, 80s if these are seconds`. */
export function adviceOf(readings: readonly Reading[]): string {
  const parts = readings.map(({ text, when }) => (when === undefined ? text : `${text} ${when}`));
  return `write ${parts.join(', ')}`;
}

function isWordOf(words: string, word: string): boolean {
  return words.split(' ').includes(word.toLowerCase());
}

/** Nothing if the value takes more than six decimals, or an exponent. */
function written(amount: number, unit: string, value: number): Reading[] {
  const rounded = Number(amount.toFixed(6));
  const isExact = Math.abs(rounded - amount) <= 1e-12 * amount;
  const text = String(rounded);
  return isExact && !text.includes('e') ? [{ text: `${text}${unit}`, value }] : [];
}
