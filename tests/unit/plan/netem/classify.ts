/**
 * What the kernel would do with a packet, by the lines of a node program alone: an evaluator of
 * u32 destination matches, priority by priority, that knows nothing of how the lines were made.
 */
export interface Classified {
  /** Flow id of the first filter that matches; null for none. */
  readonly flow: string | null;
  /** How many filters of the winning priority match. */
  readonly matches: number;
  /** Words of the leaf's netem; null without a class. */
  readonly netem: string | null;
}

interface Rule {
  readonly priority: number;
  readonly address: number;
  readonly mask: number;
  readonly flow: string;
}

export function classify(lines: readonly string[], address: string): Classified {
  const destination = toBits(address);
  const matching = readRules(lines).filter(
    (rule) => (destination & rule.mask) >>> 0 === (rule.address & rule.mask) >>> 0,
  );
  const first = Math.min(...matching.map((rule) => rule.priority));
  const winners = matching.filter((rule) => rule.priority === first);
  const flow = winners[0]?.flow ?? null;
  return { flow, matches: winners.length, netem: flow === null ? null : netemOf(lines, flow) };
}

/** A program after the commands of a transition. */
export function execute(lines: readonly string[], commands: readonly string[]): readonly string[] {
  let now = [...lines];
  for (const command of commands) {
    const priority = / prio (\d+)/.exec(command)?.[1];
    const where = / parent (\S+) handle /.exec(command)?.[1];
    if (command.startsWith('filter add')) now.push(command);
    else if (command.startsWith('filter del')) {
      const kept = now.filter(
        (line) =>
          !line.startsWith('filter add dev DEV parent') || !line.includes(` prio ${priority} `),
      );
      if (kept.length !== now.length - 1)
        throw new Error(`"${command}" deletes ${now.length - kept.length}`);
      now = kept;
    } else if (command.startsWith('qdisc change')) {
      const at = now.findIndex(
        (line) => line.startsWith('qdisc add') && line.includes(` parent ${where} `),
      );
      if (at < 0) throw new Error(`"${command}" changes nothing`);
      now[at] = command.replace('qdisc change', 'qdisc add');
    } else throw new Error(`"${command}" is unknown`);
  }
  return now;
}

function readRules(lines: readonly string[]): Rule[] {
  return lines.flatMap((line) => {
    const match =
      /^filter add dev DEV parent 7e57: protocol ip prio (\d+) u32 match ip dst ([\d.]+)\/(\d+) flowid (\S+)$/.exec(
        line,
      );
    if (match === null) return [];
    const length = Number(match[3]);
    return {
      priority: Number(match[1]),
      address: toBits(match[2] ?? ''),
      mask: length === 0 ? 0 : (-1 << (32 - length)) >>> 0,
      flow: match[4] ?? '',
    };
  });
}

function netemOf(lines: readonly string[], flow: string): string | null {
  const leaf = lines.find((line) => line.startsWith(`qdisc add dev DEV parent ${flow} handle `));
  return leaf === undefined ? null : leaf.slice(leaf.indexOf('netem '));
}

function toBits(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
