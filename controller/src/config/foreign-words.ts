/**
 * Keys of other tools (tc and netem, Toxiproxy, Pumba, Chaos Mesh, Kurtosis, Testground, Shadow,
 * k6, Caliper, docker-compose, other consensus testbeds) -> where the same is said here. A key is
 * found whatever its case and marks: `packet-loss`, `packet_loss`, `packetLoss`.
 */
import type { Path } from './path.ts';

export interface ForeignWord {
  /** The field here; of a profile, from the profile on. */
  readonly field: Path;
  readonly isOfProfile: boolean;
  /** The value is a delay, which most tools mean one way. */
  readonly isDelay: boolean;
  /** In place of a field: why there is none, as a clause. */
  readonly why?: string;
}

const profileWords: Readonly<Record<string, string>> = {
  rtt: 'ping round_trip round_trip_time roundtrip rtt_time',
  loss: 'packet_loss packets_lost loss_rate loss_ratio loss_probability drop drops drop_rate packet_drop plr',
  jitter: 'variation variance stddev std deviation delay_jitter latency_jitter jitter_time',
  correlation: 'corr delay_correlation latency_correlation delay_corr',
  distribution: 'dist delay_distribution latency_distribution',
  corrupt: 'corruption packet_corruption packet_corrupt corrupt_rate bit_error',
  duplicate: 'duplication dup packet_duplication duplicate_rate',
  reorder: 'reordering packet_reorder packet_reordering',
  rate: 'bandwidth bw band_width rate_limit speed capacity link_speed max_rate throughput host_bandwidth',
  queue: 'limit queue_len queue_length queue_limit queue_size qlen txqueuelen buffer buffer_size',
  'rate.up': 'bandwidth_up host_bandwidth_up upload uplink up_rate egress egress_rate',
  'rate.down':
    'bandwidth_down host_bandwidth_down download downlink down_rate ingress ingress_rate',
};

const delayWords =
  'latency delay lag netem_delay packet_delay network_delay network_latency link_latency one_way_delay one_way_latency owd';

const words: Readonly<Record<string, string>> = {
  name: 'title id label test_name experiment',
  description: 'comment notes summary',
  nodes:
    'node validators validator replicas replica peers peer participants committee committee_size members servers instances instance count node_count num_nodes nodes_count number_of_nodes num_validators validator_count n sizes size_axis cluster_size',
  repetitions: 'runs trials iterations repeats repeat rounds reps samples repetition',
  runtime: 'executor backend provider driver platform runner environment mode',
  image: 'docker_image node_image container_image',
  'load.rate':
    'tps rps qps tx_rate txrate input_rate arrival_rate load_rate send_rate target_rate request_rate rate_tps offered_load tx_per_sec txs_per_second transactions_per_second',
  'load.size':
    'tx_size txsize payload payload_size message_size msg_size transaction_size transaction_bytes tx_bytes load_tx_size',
  'load.arrivals': 'arrival arrival_process arrival_distribution',
  'phases.measure':
    'duration test_duration run_time runtime_seconds run_duration stop_time measurement measure_time tx_duration bench_duration test_time measurement_time window',
  'phases.warmup': 'ramp_up rampup warm_up_time warmup_time warmup_duration warm_up',
  'phases.drain': 'cool_down cooldown grace_period graceful_stop graceful_shutdown',
  'phases.ready': 'startup_timeout start_timeout start_period ready_timeout',
  'resources.cpus': 'cpu cpu_limit cpu_limits cores core vcpus vcpu cpu_count cpu_cores ncpus',
  'resources.memory': 'mem mem_limit memory_limit ram mem_size memory_size max_memory',
  'resources.pids': 'pids_limit pid_limit max_pids',
  network: 'net network_profile topology',
  'network.regions':
    'zones zone datacenters data_centers locations location sites availability_zones',
  'network.matrix':
    'latency_matrix latencies delays delay_matrix rtt_matrix rtts latency_map links edges',
  'network.between': 'inter inter_region between_regions',
  'network.within': 'intra intra_region within_region within_regions',
  shaper: 'shaping traffic_shaper emulator emulation latency_emulation',
  timeline: 'changes events perturbations perturb faults fault schedule chaos scenario steps',
  'engine.protocol': 'consensus protocol_name algorithm',
  'engine.timeout':
    'view_timeout round_timeout base_timeout timeout_delay timeout_propose pacemaker_timeout leader_timeout view_duration',
  'engine.batch.count':
    'batch_size max_batch max_batch_size block_size max_block_size block_txs max_block_txs',
  'engine.batch.bytes': 'batch_bytes max_batch_bytes max_block_bytes block_bytes',
  'engine.batch.age': 'batch_timeout batch_delay max_batch_delay batch_interval',
  'engine.mempool': 'mempool_size mempool_limit max_mempool pool_size',
};

const without: readonly (readonly [words: string, why: string])[] = [
  [
    'vus virtual_users users clients connections concurrency workers threads max_concurrent pre_allocated_vus max_vus load_tx_connections num_clients',
    'load is open loop here, a rate that waits for nobody: say load.rate',
  ],
  [
    'version services volumes ports deploy networks api_version kind metadata spec container_name',
    'this is a scenario, not a file of Compose or Kubernetes: leave it out',
  ],
  ['slot gap ecn slice slicer toxicity', 'links do not do this here'],
];

/** In the block of a burst: the letters of tc's gemodel. */
const burstWords: Readonly<Record<string, string>> = {
  enter: 'p p13 good_to_bad enter_bad',
  leave: 'r p31 bad_to_good leave_bad',
  bad: '1_h loss_bad bad_loss',
  good: '1_k loss_good good_loss',
};

/** Units that are a part of a key: `latency_ms: 80`. */
const keyUnits: Readonly<Record<string, string>> = {
  ns: 'ns',
  us: 'us',
  usec: 'us',
  ms: 'ms',
  msec: 'ms',
  msecs: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
  s: 's',
  sec: 's',
  secs: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minutes: 'm',
  hours: 'h',
  percent: '%',
  percentage: '%',
  pct: '%',
  bytes: 'B',
  kb: 'KiB',
  kib: 'KiB',
  mb: 'MiB',
  mib: 'MiB',
  gb: 'GiB',
  gib: 'GiB',
  bit: 'bit',
  bits: 'bit',
  kbit: 'kbit',
  mbit: 'Mbit',
  gbit: 'Gbit',
  kbps: 'kbps',
  mbps: 'Mbps',
  gbps: 'Gbps',
};

/** The same for `packet-loss`, `packetLoss` and `PACKET_LOSS`: words with a line between them. */
export function plainKey(key: string): string {
  return key
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** `latency_ms` is `latency` in ms; the key alone if it ends in no unit. */
export function splitUnit(key: string): { readonly key: string; readonly unit: string } {
  const plain = plainKey(key);
  const [, base = '', ending = ''] = /^(.+)_([a-z]+)$/.exec(plain) ?? [];
  const unit = Object.hasOwn(keyUnits, ending) ? keyUnits[ending] : undefined;
  return unit === undefined ? { key: plain, unit: '' } : { key: base, unit };
}

/** @param key as `plainKey` gives it */
export function findForeignWord(key: string): ForeignWord | undefined {
  return dictionary.get(key);
}

/** @returns the key of a burst that a letter of tc stands for */
export function findBurstWord(key: string): string | undefined {
  return bursts.get(key);
}

const dictionary = createDictionary();
const bursts = new Map(
  Object.entries(burstWords).flatMap(([key, list]) => list.split(' ').map((word) => [word, key])),
);

function createDictionary(): ReadonlyMap<string, ForeignWord> {
  const entries = new Map<string, ForeignWord>();
  const plain = { isOfProfile: false, isDelay: false };
  const add = (list: string, word: ForeignWord): void => {
    for (const one of list.split(' ')) entries.set(one, word);
  };
  for (const [field, list] of Object.entries(words))
    add(list, { ...plain, field: field.split('.') });
  for (const [list, why] of without) add(list, { ...plain, field: [], why });
  for (const [field, list] of Object.entries(profileWords)) {
    add(list, { field: field.split('.'), isOfProfile: true, isDelay: false });
  }
  add(delayWords, { field: ['rtt'], isOfProfile: true, isDelay: true });
  return entries;
}
