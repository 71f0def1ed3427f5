import { BusyHost } from './busy-host.ts';

const [n, rate, speed, batch, timeout, ms] = process.argv.slice(2).map(Number);
const t = Date.now();
const r = new BusyHost({
  committeeSize: n!,
  cores: 2,
  speed: speed || 1,
  txPerSec: rate!,
  warmupMs: +(process.env.WARM ?? 4000),
  measureMs: ms || 6000,
  parameters: {
    protocol: 'jolteon',
    baseTimeoutMs: timeout || 1000,
    idleDelayMs: 100,
    batchTxMax: batch || 4000,
    batchBytesMax: 512 * 1024,
    batchAgeMsMax: 2,
    mempoolTxMax: 100_000,
    forwardLeaders: 3,
  },
}).run();
const { shares, ...rest } = r;
console.log(
  n,
  rate,
  speed,
  JSON.stringify(rest, (_, v) => (typeof v === 'number' ? Math.round(v) : v)),
  JSON.stringify(shares, (_, v) => (typeof v === 'number' ? Math.round(v * 100) : v)),
  `real ${Date.now() - t} ms`,
);
